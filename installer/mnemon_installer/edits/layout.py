"""How a JSON text is laid out, and how a new value looks in that layout."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from mnemon_installer.edits.jsonc_tree import Node, NotJson
from mnemon_installer.edits.lines import line_start, newline_near

_NEWLINE = re.compile(r"\r\n|\r|\n")
_INDENT = re.compile(r"[ \t]*")


@dataclass(frozen=True)
class Layout:
    """`is_flat` is a text on one line; `is_spaced` puts a blank after commas and colons on a line."""

    newline: str
    unit: str
    is_flat: bool
    is_spaced: bool

    def render(self, value: Any, indent: str, flat: bool) -> str:  # Any: a JSON value
        """`value` as text, for a place whose line starts with `indent`."""
        if flat:
            separators = (", ", ": ") if self.is_spaced else (",", ":")
            return _dump(value, separators=separators)
        return _dump(value, indent=self.unit).replace("\n", self.newline + indent)

    def member(self, name: str | None, value: Any, indent: str, flat: bool) -> str:  # Any: a JSON value
        """`"name": value`, or for an item, which has no name, the value alone."""
        if name is None:
            return self.render(value, indent, flat)
        colon = ":" if flat and not self.is_spaced else ": "
        return _dump(name) + colon + self.render(value, indent, flat)


def layout_of(text: str, root: Node, position: int) -> Layout:
    """The layout that `text` has around `position`; two blanks where it shows none."""
    is_flat = bool(root.members) and _NEWLINE.search(text, root.start, root.end) is None
    return Layout(newline_near(text, position), _unit(text, root), is_flat, _is_spaced(text, root))


def line_indent(text: str, position: int) -> str:
    """The white space at the start of the line that `position` is on."""
    found = _INDENT.match(text, line_start(text, position))
    assert found is not None  # it matches the empty text
    return found[0]


def starts_its_line(text: str, position: int) -> bool:
    return text[line_start(text, position) : position].strip(" \t") == ""


def _unit(text: str, root: Node) -> str:
    outer = line_indent(text, root.start)
    members = list(root.members.values())
    for member in (*members[:1], *members[-1:]):
        indent = line_indent(text, member.start)
        if starts_its_line(text, member.start) and indent.startswith(outer) and len(indent) > len(outer):
            return indent[len(outer) :]
    return "  "


def _is_spaced(text: str, root: Node) -> bool:
    return all(text[member.value.start - 1] in " \t\r\n" for member in root.members.values())


def _dump(value: Any, **how: Any) -> str:  # Any: a JSON value, and json.dumps's own options
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, **how)
    except ValueError as trouble:
        raise NotJson("infinite, or not a number: JSON has no such number") from trouble
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: only its escape can be written
        return json.dumps(value, **how)
    return text
