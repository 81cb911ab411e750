"""What docs/reference/clients.md says of a client's hooks."""

from __future__ import annotations

import json
from collections.abc import Iterator

from mnemon_installer.clients.client import Client, Launch
from mnemon_installer.clients.hook_handlers import wanted_hooks
from mnemon_installer.clients.hook_table import HookStyle
from mnemon_installer.world import World


def hook_lines(client: Client, world: World, launch: Launch) -> Iterator[str]:
    """Nothing for a client without hooks. `world` is a machine whose folders have the names that people know."""
    style = client.hooks
    if style is None:
        return
    path, *others = client.hooks_files(world)
    yield f"- Hooks in `{path.as_posix()}`, each in a group of its own after the user's, time-outs in {_unit(style)}:\n"
    wanted = wanted_hooks(client.name, style, launch, world.platform)
    yield "  | event | runs | time-out |"
    yield "  |---|---|---|"
    for each in wanted:
        yield f"  | `{each.event}` | `mnemon hook {each.hook.event}` | {each.handler['timeout']:,} |"
    yield ""
    group = json.dumps({"hooks": [wanted[0].handler]}, indent=2)
    yield from (f"  {line}" for line in ("```json", *group.splitlines(), "```"))
    yield ""
    if style.must_end_well:
        yield f"  The end of the command keeps {client.title} usable when the program is gone."
    if style.next_step:
        yield f"  Afterwards: {style.next_step}."
    if others:
        yield f"  Uninstall looks for them in {_listed([other.as_posix() for other in others])} too."


def _unit(style: HookStyle) -> str:
    return "seconds" if style.units_per_second == 1 else "milliseconds"


def _listed(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
