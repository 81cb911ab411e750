"""Whether a fly.toml is one that flyctl takes, for machines without flyctl, and before it is asked: its own
`config validate --strict` needs a login."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from mnemon_installer.edits.fly_shapes import FLY_TOML, Kind, Table
from mnemon_installer.edits.toml import NotToml, TomlDocument


def problems(text: str) -> list[str]:
    """What is wrong with a fly.toml, a sentence each, in the order of the file; nothing where all is well."""
    try:
        data = TomlDocument(text).data
    except NotToml as trouble:
        return [f"fly.toml is not TOML: {trouble.message}"]
    return [*_of_table(data, FLY_TOML, ""), *_of_volumes(data)]


def _of_table(data: Mapping[str, Any], table: Table, place: str) -> Iterator[str]:  # Any: TOML values
    for name, value in data.items():
        here = f"{place}.{name}" if place else name
        shape = table.keys.get(name, table.any_key)
        if shape is None:
            close = get_close_matches(name, table.keys, 1)
            yield f"{here} is no key of fly.toml" + (f"; is {close[0]} meant?" if close else "")
        elif isinstance(shape, Kind):
            if not shape.fits(value):
                yield f"{here} is {shape.meant}, not {_shown(value)}"
        else:
            yield from _of_tables(value, shape, here)
    for name in table.needs:
        if name not in data:
            yield f"{place}.{name} is missing" if place else f"{name} is missing"


def _of_tables(value: Any, table: Table, here: str) -> Iterator[str]:  # Any: a TOML value
    """flyctl takes a single table for a list of them."""
    if table.is_listed and isinstance(value, list) and all(isinstance(one, dict) for one in value):
        for number, one in enumerate(value):
            yield from _of_table(one, table, f"{here}[{number}]")
    elif isinstance(value, dict):
        yield from _of_table(value, table, here)
    else:
        yield f"{here} is a {'list of tables' if table.is_listed else 'table'}, not {_shown(value)}"


def _of_volumes(data: Mapping[str, Any]) -> Iterator[str]:  # Any: TOML values
    deploy = data.get("deploy")
    strategy = deploy.get("strategy") if isinstance(deploy, dict) else None
    if strategy == "canary" and ("mounts" in data or "mount" in data):
        yield "deploy.strategy is rolling or immediate where there is a volume, not 'canary'"


def _shown(value: Any) -> str:  # Any: a TOML value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return repr(value)
