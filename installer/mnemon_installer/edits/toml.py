"""Editing TOML as text through tomlkit, which keeps comments and order; BOM and line endings are kept by us."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable, Table

from mnemon_server.errors import MnemonError

Path = tuple[str, ...]
_BOM = "\ufeff"
_AT_END = " (at end of document)"


class NotToml(MnemonError):
    """The text is not TOML that we may edit. `line` and `column` count from 1; 0 where none can be named."""

    code = "not-toml"

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        where = f"line {line}, column {column}: " if line else ""
        super().__init__(f"{where}{message}")
        self.line = line
        self.column = column


class TomlDocument:
    """One TOML text. Edits give a new document; this one stays."""

    def __init__(self, text: str) -> None:
        """Raises NotToml, with line and column."""
        self.text = text
        self.data = _parsed(_plain(text))

    @property
    def is_blank(self) -> bool:
        return not self.text.strip(_BOM + " \t\r\n")

    def get(self, path: Path) -> Any:  # Any: a TOML value
        """The value at `path`, or None when there is none.

        Raises:
            NotToml: something on the way is not a table.
        """
        found: Any = self.data
        for depth, name in enumerate(path):
            if not isinstance(found, dict):
                raise NotToml(f"{'.'.join(path[:depth])} is not a table", *_place_of(self.text, path[depth - 1]))
            if name not in found:
                return None
            found = found[name]
        return found

    def has(self, path: Path) -> bool:
        return self.get(path) is not None  # TOML has no null

    def set(self, path: Path, value: Mapping[str, Any]) -> TomlDocument:  # Any: TOML values
        """This document with the table `value` at `path`; missing tables on the way are made.

        Raises:
            NotToml: something on the way is not a table, or the edit did not come out as meant.
        """
        if self.get(path) == value:
            return self
        document = tomlkit.parse(_plain(self.text))
        parent = _parent(document, path)
        present = parent.get(path[-1])
        if isinstance(present, Table | InlineTable):
            _update(present, value)
        else:
            parent[path[-1]] = _table(value, parent)
        return self._edited(tomlkit.dumps(document), _with(self.data, path, dict(value)))

    def remove(self, path: Path) -> TomlDocument:
        """This document without what is at `path`, and without tables on the way that hold nothing then.

        Raises:
            NotToml: as `set` does.
        """
        if not self.has(path):
            return self
        document = tomlkit.parse(_plain(self.text))
        wanted = self.data
        del _parent(document, path)[path[-1]]
        wanted = _without(wanted, path)
        for depth in range(len(path) - 1, 0, -1):
            if _get(wanted, path[:depth]) == {} and _is_implied(document, path[:depth]):
                del _parent(document, path[:depth])[path[depth - 1]]
                wanted = _without(wanted, path[:depth])
        return self._edited(tomlkit.dumps(document), wanted)

    def _edited(self, text: str, wanted: Mapping[str, Any]) -> TomlDocument:  # Any: TOML values
        bom = _BOM if self.text.startswith(_BOM) else ""
        edited = TomlDocument(bom + _with_line_ends_of(self.text.removeprefix(_BOM), text))
        if edited.data != wanted:
            raise NotToml("the edit would have changed something else too; nothing was written")
        return edited


def _plain(text: str) -> str:
    """As tomlkit reads it best: without a BOM, lines ended by \\n; `_edited` puts both back."""
    return text.removeprefix(_BOM).replace("\r\n", "\n")


def _with_line_ends_of(original: str, text: str) -> str:
    """`text`, whose lines end by \\n, with the very line ends of `original` outside the lines that differ."""
    old, new = original.splitlines(keepends=True), text.splitlines(keepends=True)
    same = [line.replace("\r\n", "\n") for line in old]
    head = 0
    while head < min(len(old), len(new)) and same[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and same[-1 - tail] == new[-1 - tail]:
        tail += 1
    newline = "\r\n" if "\r\n" in original else "\n"
    middle = [line.replace("\n", newline) for line in new[head : len(new) - tail]]
    return "".join([*old[:head], *middle, *old[len(old) - tail :]])


def _parsed(text: str) -> dict[str, Any]:  # Any: TOML values
    try:
        data = tomllib.loads(text)  # first: it names the better line
        tomlkit.parse(text)
    except tomllib.TOMLDecodeError as trouble:
        raise _named(str(trouble), text) from trouble
    except TOMLKitError as trouble:
        raise _named(str(trouble), text) from trouble
    return data


def _named(message: str, text: str) -> NotToml:
    place = re.search(r"\(?at line (\d+),? col(?:umn)? (\d+)\)?", message)
    if message.endswith(_AT_END):
        return NotToml(message.removesuffix(_AT_END), text.count("\n") + 1, len(text) - text.rfind("\n"))
    if place is None:
        return NotToml(message)
    return NotToml(message.replace(place[0], "").strip(), int(place[1]), int(place[2]))


def _place_of(text: str, name: str) -> tuple[int, int]:
    """Line and column of the first line that sets `name` or opens a table of it; (0, 0) when none shows."""
    found = re.search(
        rf"""^[ \t]*(?:\[+[ \t]*)?(?:[\w.-]+\.)?["']?{re.escape(name)}["']?[ \t]*[=.\]]""", text, re.MULTILINE
    )
    return (text.count("\n", 0, found.start()) + 1, 1) if found else (0, 0)


def _parent(document: tomlkit.TOMLDocument, path: Path) -> Any:  # Any: tomlkit's containers
    parent: Any = document
    for name in path[:-1]:
        if name not in parent:
            parent[name] = tomlkit.inline_table() if isinstance(parent, InlineTable) else tomlkit.table(True)
        parent = parent[name]
        if not isinstance(parent, Mapping):
            raise NotToml(f"{name} is not a table")
    return parent


def _update(table: Table | InlineTable, value: Mapping[str, Any]) -> None:  # Any: TOML values
    """Set what differs and take out what is too much; comments beside the rest stay."""
    for name in [name for name in table if name not in value]:
        del table[name]
    for name, entry in value.items():
        if table.get(name) != entry:
            table[name] = _table(entry, tomlkit.inline_table()) if isinstance(entry, Mapping) else entry


def _table(value: Mapping[str, Any], parent: Any) -> Table | InlineTable:  # Any: as above
    table: Any = tomlkit.inline_table() if isinstance(parent, InlineTable) else tomlkit.table()
    for name, entry in value.items():
        if isinstance(entry, Mapping):
            inner = tomlkit.inline_table()
            inner.update(entry)
            table[name] = inner
        else:
            table[name] = entry
    return table  # type: ignore[no-any-return]  # one of the two, made above


def _is_implied(document: tomlkit.TOMLDocument, path: Path) -> bool:
    """Whether a table stands in the text only through its subtables, so that nobody wrote it for itself."""
    found = _get(document, path)
    return isinstance(found, Table) and found.is_super_table()


def _get(data: Any, path: Path) -> Any:  # Any: TOML values
    for name in path:
        data = data[name]
    return data


def _with(data: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:  # Any: TOML values
    inner = value if len(path) == 1 else _with(data.get(path[0], {}), path[1:], value)
    return {**data, path[0]: inner}


def _without(data: Mapping[str, Any], path: Path) -> dict[str, Any]:  # Any: TOML values
    if len(path) == 1:
        return {name: entry for name, entry in data.items() if name != path[0]}
    return {**data, path[0]: _without(data[path[0]], path[1:])}
