"""Read and change settings in config.toml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from mnemon_installer.cli.this_machine import this_machine
from mnemon_installer.cli.vault_access import JsonFlag, settings
from mnemon_installer.edits.config_toml import with_setting
from mnemon_installer.ui import console
from mnemon_server.settable import SETTABLE, setting_named


def group(context: typer.Context) -> None:
    """Read and change settings."""
    if context.invoked_subcommand is None:
        console.out(context.get_help())


def get(
    name: Annotated[str | None, typer.Argument(help="A setting; left out, all of them.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show one setting, or all with their meaning."""
    current = settings()
    if name is not None:
        value = current.value(setting_named(name).name)
        console.show({"name": name, "value": value}, lambda result: [str(result["value"])], as_json)
        return
    listed = [
        {"name": setting.name, "value": current.value(setting.name), "meaning": setting.meaning} for setting in SETTABLE
    ]
    console.show({"settings": listed}, _table, as_json)


def set(
    name: Annotated[str, typer.Argument(help="The setting.")],
    value: Annotated[str, typer.Argument(help="Its new value.")],
    as_json: JsonFlag = False,
) -> None:
    """Change one setting; comments in config.toml stay."""
    setting = setting_named(name)
    current = settings()
    parsed = setting.parse(value)
    world = this_machine()
    before = world.read(current.config_path)
    after = with_setting((before or b"").decode(), name, parsed).encode()
    if after != before:
        world.write(current.config_path, after, before)
    console.show({"name": name, "value": parsed}, lambda result: [f"{name} = {result['value']}"], as_json)


def _table(result: dict[str, Any]) -> Iterator[str]:  # Any: JSON
    for entry in result["settings"]:
        yield f"{entry['name']} = {entry['value']!r}".ljust(44) + entry["meaning"]
