"""Editing TOML as text: what is not edited stays, byte for byte.

Edits are splices into the text. After each the text is read again; if it does not say exactly what was meant,
the edit is refused.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from mnemon_installer.edits.lines import BOM, line_and_column
from mnemon_installer.edits.paths import NOTHING, Place, absent_above, as_places, changed, is_same, shown
from mnemon_installer.edits.toml_splices import TomlSplicer
from mnemon_server.errors import MnemonError

Path = tuple[str, ...]
_AT_END = " (at end of document)"
_PLACE = re.compile(r" *\(?at line (\d+),? col(?:umn)? (\d+)\)?")
_LONG_NUMBER = re.compile(r"[0-9_]{4000,}")
_DEEP = 100
_BRACKET = re.compile(r"[\[{]|[\]}]")


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
        self.data = _parsed(text)

    @property
    def is_blank(self) -> bool:
        return not self.text.strip(BOM + " \t\r\n")

    def get(self, path: Path) -> Any:  # Any: a TOML value
        """The value at `path`, or None when there is none.

        Raises:
            NotToml: something on the way is not a table.
        """
        found: Any = self.data
        for depth, name in enumerate(path):
            if not isinstance(found, dict):
                line, column = line_and_column(self.text, self._splicer.line_of(path[:depth]))
                raise NotToml(f"{shown(path[:depth])} is not a table", line, column)
            if name not in found:
                return None
            found = found[name]
        return found

    def has(self, path: Path) -> bool:
        return self.get(path) is not None  # TOML has no null

    def absent_above(self, path: Path) -> tuple[Place, ...]:
        """The tables on the way to `path` that are not there, outermost first: what a receipt keeps for `remove`."""
        return absent_above(self.data, path)

    def set(self, path: Path, value: Mapping[str, Any]) -> TomlDocument:  # Any: TOML values
        """This document with the table `value` at `path`; missing tables on the way are made.

        A table that is there is changed in place, so that comments in it stay; a new one comes to the end.

        Raises:
            NotToml: something on the way is not a table, or the edit did not come out as meant.
        """
        if is_same(self.get(path), value):
            return self
        wanted = changed(self.data, path, dict(value))
        in_place = _read(self._splicer.with_table(path, value))
        if in_place is not None and is_same(in_place.data, wanted):
            return in_place
        removed = self.remove(path)  # it stands in dotted keys, or in a list
        return _checked(_read(removed._splicer.with_table(path, value)), wanted)

    def remove(self, path: Path, prune: Sequence[Sequence[str | int]] = ()) -> TomlDocument:
        """This document without what is at `path`, and without tables on the way that only it implied.

        Args:
            path: a table or a pair.
            prune: tables that go too when that leaves them empty, as `absent_above` named them.

        Raises:
            NotToml: as `set` does.
        """
        if not path or not self.has(path):
            return self
        prunable = as_places(prune)
        while path[:-1] in prunable and len(self.get(path[:-1])) == 1:
            path = path[:-1]
        wanted = changed(self.data, path, NOTHING)
        edited = _read(self._splicer.without(path))
        for depth in range(len(path) - 1, 0, -1):
            if edited is not None and not _at(wanted, path[:depth]) and not edited.has(path[:depth]):
                wanted = changed(wanted, path[:depth], NOTHING)
        return _checked(edited, wanted)

    @cached_property
    def _splicer(self) -> TomlSplicer:
        return TomlSplicer(self.text, self.data)


def _read(text: str | None) -> TomlDocument | None:
    """The document of an edited text, if there is one."""
    try:
        return None if text is None else TomlDocument(text)
    except NotToml:
        return None


def _checked(edited: TomlDocument | None, wanted: Mapping[str, Any]) -> TomlDocument:  # Any: TOML values
    if edited is None or not is_same(edited.data, wanted):
        raise NotToml("the edit would have changed something else too; nothing was written")
    return edited


def _at(data: Any, path: Path) -> Any:  # Any: TOML values
    for name in path:
        data = data[name]
    return data


def _parsed(text: str) -> dict[str, Any]:  # Any: TOML values
    try:
        return tomllib.loads(text.removeprefix(BOM))
    except tomllib.TOMLDecodeError as trouble:
        raise _named(str(trouble), text) from trouble
    except RecursionError as trouble:
        raise NotToml(f"nested more than {_DEEP} deep", *line_and_column(text, _deep_place(text))) from trouble
    except ValueError as trouble:  # a number of thousands of digits
        long_one = _LONG_NUMBER.search(text)
        place = line_and_column(text, long_one.start()) if long_one else (0, 0)
        raise NotToml("a number that is too long", *place) from trouble


def _named(message: str, text: str) -> NotToml:
    if message.endswith(_AT_END):
        return NotToml(message.removesuffix(_AT_END), *line_and_column(text, len(text)))
    place = _PLACE.search(message)
    if place is None:
        return NotToml(message)
    return NotToml(message.replace(place[0], ""), int(place[1]), int(place[2]))


def _deep_place(text: str) -> int:
    """Where brackets first are nested that deep, roughly: quoted ones count too."""
    depth = 0
    for bracket in _BRACKET.finditer(text):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > _DEEP:
            return bracket.start()
    return 0
