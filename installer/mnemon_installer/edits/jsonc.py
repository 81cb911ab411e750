"""Editing JSON with comments as text: what is not edited stays, byte for byte.

Edits are splices into the text. After each the text is read again; if it does not say exactly what was meant,
the edit is refused.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from mnemon_installer.edits.jsonc_tree import Member, Node, NotJson, line_and_column, parse_tree, refused
from mnemon_installer.edits.layout import layout_of, line_indent, starts_its_line

Path = tuple[str, ...]
_Splice = tuple[int, int, str]
_BLANK = " \t\r\n"


class Document:
    """One JSON text. Edits give a new Document; this one stays.

    A blank text reads as an empty object, which the first `set` writes.
    """

    def __init__(self, text: str) -> None:
        """Raises NotJson, with line and column."""
        self.text = text
        self._is_blank = not text.strip("\ufeff" + _BLANK)
        self._tree = parse_tree("{}" if self._is_blank else text)
        if not self._tree.root.is_object:
            raise refused(text, self._tree.root.start, "an object is due here")

    @property
    def data(self) -> dict[str, Any]:  # Any: JSON values
        """What the text says; not to be changed."""
        data: dict[str, Any] = self._tree.root.data  # Any: JSON values
        return data

    @property
    def root(self) -> Node:
        return self._tree.root

    @property
    def lenient_line(self) -> int:
        """The line of the first comment or trailing comma, which a strict reader refuses; 0 when there is none."""
        first = min([start for start, _ in self._tree.comments[:1]], default=-1)
        comma = self._tree.trailing_comma
        position = min(first, comma) if first >= 0 and comma >= 0 else max(first, comma)
        return line_and_column(self.text, position)[0] if position >= 0 else 0

    @property
    def is_blank(self) -> bool:
        return self._is_blank

    def get(self, path: Path) -> Any:  # Any: a JSON value
        """The value at `path`, or None when there is none.

        Raises:
            NotJson: something on the way is not an object.
        """
        found, rest = self._descend(path)
        return None if rest else found.data

    def has(self, path: Path) -> bool:
        return not self._descend(path)[1]

    def set(self, path: Path, value: Any) -> Document:  # Any: a JSON value
        """This document with `value` at `path`; missing objects on the way are made.

        Raises:
            NotJson: something on the way is not an object, or the edit did not come out as meant.
        """
        if self._is_blank:
            return Document(self.text + "{}\n").set(path, value)
        found, rest = self._descend(path)
        if rest:
            for name in reversed(rest[1:]):
                value = {name: value}
            splices = self._insertion(found, rest[0], value)
            return self._spliced(splices, path[: len(path) - len(rest) + 1], value)
        if _same(found.data, value):
            return self
        layout = layout_of(self.text, self.root)
        flat = layout.is_flat or (isinstance(found.data, dict | list) and self._is_flat(found))
        text = layout.render(value, line_indent(self.text, found.start), flat)
        return self._spliced([(found.start, found.end, text)], path, value)

    def remove(self, path: Path) -> Document:
        """This document without the member at `path`; comments beside it stay.

        Raises:
            NotJson: as `set` does.
        """
        if not path or not self.has(path):
            return self
        owner, _ = self._descend(path[:-1])
        return self._spliced(self._removal(owner, owner.members[path[-1]]), path, _NOTHING)

    def _descend(self, path: Path) -> tuple[Node, Path]:
        """The deepest node on the way along `path`, and what of the path is left."""
        node = self.root
        for depth, name in enumerate(path):
            if not node.is_object:
                where = ".".join(path[:depth])
                raise refused(self.text, node.start, f"{where} is {_kind(node.data)}, not an object")
            if name not in node.members:
                return node, path[depth:]
            node = node.members[name].value
        return node, ()

    def _is_flat(self, node: Node) -> bool:
        """Is this non-empty object or list written on one line?"""
        return bool(node.data) and not {"\n", "\r"} & set(self.text[node.start : node.end])

    def _insertion(self, owner: Node, name: str, value: Any) -> list[_Splice]:  # Any: a JSON value
        last = next(reversed(owner.members.values()), None)
        if last is None:
            return [self._first_member(owner, name, value)]
        layout = layout_of(self.text, self.root)
        after = self._last_mark(max(last.value.end, last.comma + 1), owner.end)
        on_own_line = starts_its_line(self.text, last.start)
        flat = self._is_flat(owner) or not (on_own_line or self._ends_line_comment(after))
        indent = line_indent(self.text, owner.start) + layout.unit
        if on_own_line:
            indent = line_indent(self.text, last.start)
        gap = (" " if layout.is_spaced else "") if flat else layout.newline + indent
        member = gap + layout.member(name, value, indent, flat)
        if last.comma >= 0:  # the file's own style: what comes last has a comma
            return [(after, after, member + ",")]
        if after == last.value.end:
            return [(after, after, "," + member)]
        return [(last.value.end, last.value.end, ","), (after, after, member)]

    def _first_member(self, owner: Node, name: str, value: Any) -> _Splice:  # Any: a JSON value
        layout = layout_of(self.text, self.root)
        outer = line_indent(self.text, owner.start)
        indent = outer + layout.unit
        start, end = owner.start + 1, owner.end - 1
        after = self._last_mark(start, end)
        flat = layout.is_flat and not self._ends_line_comment(after)
        member = layout.member(name, value, indent, flat)
        if after == start:  # only white space inside, so it can go
            return start, end, member if flat else layout.newline + indent + member + layout.newline + outer
        if flat:
            return after, after, " " + member
        has_break = bool({"\n", "\r"} & set(self.text[after:end]))
        return after, after, layout.newline + indent + member + ("" if has_break else layout.newline + outer)

    def _last_mark(self, floor: int, end: int) -> int:
        """Past the last comment that stands between `floor` and `end`, or `floor`."""
        comments = self._tree.comments
        place = bisect_left(comments, (end, 0)) - 1
        return max(floor, comments[place][1]) if place >= 0 else floor

    def _ends_line_comment(self, position: int) -> bool:
        comments = self._tree.comments
        place = bisect_left(comments, (position, 0)) - 1
        return place >= 0 and comments[place][1] == position and self.text.startswith("//", comments[place][0])

    def _removal(self, owner: Node, member: Member) -> list[_Splice]:
        order = list(owner.members.values())
        place = order.index(member)
        previous = order[place - 1] if place else None
        if len(order) == 1 and self._last_mark(owner.start, owner.end) == owner.start:
            return [(owner.start + 1, owner.end - 1, "")]
        end = member.comma + 1 if member.comma >= 0 else member.value.end
        start = self._last_mark(previous.comma + 1 if previous else owner.start + 1, member.start)
        following = self.text[end:].lstrip(" \t")[:1]
        slides = self._ends_line_comment(start) or following == "/"
        cut_from = member.start if slides and following not in ("\r", "\n") else start
        if previous is None or member.comma >= 0:
            return [(cut_from, end, "")]
        # What comes before is last now, and a strict reader wants no comma there.
        if cut_from == previous.comma + 1:
            return [(previous.comma, end, "")]
        return [(previous.comma, previous.comma + 1, ""), (cut_from, end, "")]

    def _spliced(self, splices: Sequence[_Splice], path: Path, value: Any) -> Document:  # Any: JSON or _NOTHING
        text = self.text
        for start, end, new in sorted(splices, reverse=True):
            text = text[:start] + new + text[end:]
        edited = Document(text)
        if edited.data != _with(self.data, path, value):
            raise NotJson("the edit would have changed something else too; nothing was written")
        return edited


_NOTHING = object()


def _with(data: Any, path: Path, value: Any) -> Any:  # Any: JSON values
    """`data` with `value` at `path`, the original untouched."""
    if not path:
        return value
    changed = dict(data)
    if len(path) == 1 and value is _NOTHING:
        del changed[path[0]]
    else:
        changed[path[0]] = _with(changed.get(path[0], {}), path[1:], value)
    return changed


def _same(one: Any, other: Any) -> bool:  # Any: JSON values
    """Equal to JSON, where 1, 1.0 and true are three things."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _kind(value: Any) -> str:  # Any: a JSON value
    if value is None:
        return "null"
    return {list: "a list", str: "a text", bool: "true or false"}.get(type(value), "a number")
