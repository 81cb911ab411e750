"""Setting one pair in a TOML text: where it stands, or below its neighbours. The text is known to be TOML."""

from __future__ import annotations

from collections.abc import Sequence

from mnemon_installer.edits.jsonc_splices import Splice, spliced
from mnemon_installer.edits.lines import BOM, newline_near
from mnemon_installer.edits.toml_parts import Names, Part, inline_pairs, parts_of, value_end
from mnemon_installer.edits.toml_values import render_key, render_pair, render_value

_BLANK = " \t\r\n"


def with_pair(text: str, path: Names, value: str | int, item: int | None = None) -> str | None:
    """The text with `value` at `path`, and not one other byte changed; None where there is no table to put it in.

    Args:
        text: TOML.
        path: of the pair.
        value: what it is to be.
        item: which one, where the table is one of a list of tables.
    """
    parts = _within(parts_of(text), path[:-1], item)
    splice = (
        _in_place(parts, path, value)
        or _in_braces(text, parts, path, value, item)
        or _below_neighbours(text, parts, path, value)
    )
    return None if splice is None else spliced(text, [splice])


def _within(parts: Sequence[Part], table: Names, item: int | None) -> Sequence[Part]:
    """The parts of the table alone, where it is one of several of the same name."""
    if item is None:
        return parts
    heads = [place for place, part in enumerate(parts) if part.kind == "array" and part.path == table]
    if item >= len(heads):
        return parts  # the list stands in brackets
    start = heads[item]
    end = next(
        (place for place in range(start + 1, len(parts)) if parts[place].kind != "pair" and parts[place].path == table),
        len(parts),
    )
    return [part for part in parts[start:end] if part.owner[: len(table)] == table]


def _in_place(parts: Sequence[Part], path: Names, value: str | int) -> Splice | None:
    found = next((part for part in parts if part.kind == "pair" and part.path == path), None)
    return None if found is None else (*found.value, render_value(value))


def _in_braces(text: str, parts: Sequence[Part], path: Names, value: str | int, item: int | None) -> Splice | None:
    """Where the table is the value of a pair: `env = { A = "1" }`."""
    for part in parts:
        if part.kind != "pair" or part.path != path[: len(part.path)]:
            continue
        start, rest = part.value[0], path[len(part.path) :]
        if item is not None and text.startswith("[", start):
            start = _item_start(text, start, item)
        return _set_in_braces(text, start, rest, value) if text.startswith("{", start) else None
    return None


def _set_in_braces(text: str, brace: int, rest: Names, value: str | int) -> Splice | None:
    pairs = inline_pairs(text, brace)
    found = next((pair for pair in pairs if pair.path == rest[: len(pair.path)]), None)
    if found is None:
        if pairs:
            return pairs[-1].value[1], pairs[-1].value[1], f", {_dotted(rest, value)}"
        return brace + 1, value_end(text, brace) - 1, f" {_dotted(rest, value)} "
    if found.path == rest:
        return *found.value, render_value(value)
    inner = found.value[0]
    return _set_in_braces(text, inner, rest[len(found.path) :], value) if text.startswith("{", inner) else None


def _item_start(text: str, bracket: int, item: int) -> int:
    """Where the item of a list in brackets starts."""
    position = bracket + 1
    for number in range(item + 1):
        while text[position] in _BLANK + "," or text.startswith("#", position):
            position = _line_end(text, position) if text.startswith("#", position) else position + 1
        if number < item:
            position = value_end(text, position)
    return position


def _line_end(text: str, position: int) -> int:
    ends = [end for end in (text.find("\n", position), text.find("\r", position)) if end >= 0]
    return min(ends, default=len(text))


def _below_neighbours(text: str, parts: Sequence[Part], path: Names, value: str | int) -> Splice | None:
    """A line of its own: below the last pair of the table, or its header, or where its other keys are dotted."""
    table = path[:-1]
    if not table:
        return _at_top(text, parts, path, value)
    head = next((part for part in parts if part.kind != "pair" and part.path == table), None)
    if head is not None:
        pairs = [part for part in parts if part.kind == "pair" and part.owner == table and part.start > head.start]
        indent = _indent(text, pairs[-1]) if pairs else _indent(text, head) + "  "
        return _line_below(text, pairs[-1] if pairs else head, f"{indent}{render_pair(path[-1], value)}")
    dotted = [part for part in parts if part.kind == "pair" and part.path[:-1] == table and part.owner != table]
    if dotted:
        last = dotted[-1]
        return _line_below(text, last, f"{_indent(text, last)}{_dotted(path[len(last.owner) :], value)}")
    return None


def _at_top(text: str, parts: Sequence[Part], path: Names, value: str | int) -> Splice:
    pairs = [part for part in parts if part.kind == "pair" and not part.owner]
    line = render_pair(path[-1], value)
    if pairs:
        return _line_below(text, pairs[-1], f"{_indent(text, pairs[-1])}{line}")
    start = len(BOM) if text.startswith(BOM) else 0
    return start, start, f"{line}{newline_near(text, start)}"


def _line_below(text: str, part: Part, line: str) -> Splice:
    return part.end, part.end, f"{newline_near(text, part.end)}{line}"


def _indent(text: str, part: Part) -> str:
    line = text[part.start : part.end]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _dotted(path: Names, value: str | int) -> str:
    return f"{render_key(path)} = {render_value(value)}"
