"""Where to cut and what to put in, so that a JSON text gains or loses one thing and keeps its looks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from mnemon_installer.edits.jsonc_tree import Member, Node, Tree
from mnemon_installer.edits.layout import Layout, layout_of, line_indent, starts_its_line

Splice = tuple[int, int, str]
_BREAKS = "\r\n"
_BLANKS = re.compile(r"[ \t]*")


def spliced(text: str, splices: Sequence[Splice]) -> str:
    """`text` with each span (start, end) replaced."""
    parts, position = [], 0
    for start, end, new in sorted(splices):
        parts += [text[position:start], new]
        position = end
    return "".join([*parts, text[position:]])


class Splicer:
    """Finds splices in one text."""

    def __init__(self, text: str, tree: Tree) -> None:
        self.text = text
        self.tree = tree

    def replacement(self, found: Node, owner: Node | None, value: Any) -> list[Splice]:  # Any: a JSON value
        layout = self._layout(found.start)
        flat = layout.is_flat or self._is_flat(found) or (owner is not None and self._is_flat(owner))
        return [(found.start, found.end, layout.render(value, line_indent(self.text, found.start), flat))]

    def insertion(self, owner: Node, name: str | None, value: Any) -> list[Splice]:  # Any: a JSON value
        """A new last member, or without a name a new last item."""
        if not owner.children:
            return [self._first(owner, name, value)]
        last = owner.children[-1]
        layout = self._layout(last.start)
        after = self._last_mark(max(last.value.end, last.comma + 1), owner.end)
        on_own_line = starts_its_line(self.text, last.start)
        below = on_own_line or self._ends_line_comment(after)
        flat = not below and not self._has_break(last.start, last.value.end)
        if name is None:
            flat = flat or self._is_flat(last.value)
        indent = line_indent(self.text, owner.start) + layout.unit
        if on_own_line or not (below or flat):
            indent = line_indent(self.text, last.start)
        beside = " " if layout.is_spaced else ""
        member = (layout.newline + indent if below else beside) + layout.member(name, value, indent, flat)
        if last.comma >= 0:  # the file's own style: what comes last has a comma
            return [(after, after, member + ",")]
        if after == last.value.end:
            return [(after, after, "," + member)]
        return [(last.value.end, last.value.end, ","), (after, after, member)]

    def removal(self, owner: Node, gone: Sequence[Member]) -> list[Splice]:
        """Without these members or items of `owner`; comments beside them stay."""
        marked = {member.start for member in gone}
        kept = [child for child in owner.children if child.start not in marked]
        if not kept and not self.has_own_comments(owner):
            return [(owner.start + 1, owner.end - 1, "")]
        splices = self._cuts(owner, marked)
        last = owner.children[-1]
        if kept and last.start in marked and last.comma < 0:
            # What comes before is last now, and a strict reader wants no comma there.
            splices.append((kept[-1].comma, kept[-1].comma + 1, ""))
        return splices

    def has_own_comments(self, owner: Node) -> bool:
        """Does a comment stand in `owner` that is in none of its members or items?"""
        floor = owner.start + 1
        for child in owner.children:
            if self._last_mark(floor, child.start) > floor:
                return True
            floor = child.value.end
        return self._last_mark(floor, owner.end) > floor

    def _cuts(self, owner: Node, marked: set[int]) -> list[Splice]:
        cuts: list[Splice] = []
        children = owner.children
        floor, open_comment, all_gone = owner.start + 1, False, True
        for place, child in enumerate(children):
            past_comma = child.comma + 1 if child.comma >= 0 else child.value.end
            if child.start not in marked:
                floor, open_comment, all_gone = past_comma, False, False
                continue
            has_comment_before_comma = self._last_mark(child.value.end, past_comma) > child.value.end
            end = child.value.end if has_comment_before_comma else past_comma
            start = self._last_mark(floor, child.start)
            # A cut that takes the line break after a line comment must leave another one.
            open_comment = self._ends_line_comment(start) or (open_comment and start == floor)
            following = self._past_blanks(end)
            slides = open_comment or self.text.startswith("/", following)
            is_beside_next = all_gone and children[place + 1 : place + 2] and children[place + 1].start == following
            cut_from = start
            if is_beside_next or (slides and self.text[following : following + 1] not in _BREAKS):
                cut_from, end = child.start, following
            cuts.append((cut_from, end, ""))
            open_comment = open_comment and cut_from == start and not has_comment_before_comma
            floor = end
            if has_comment_before_comma:
                cuts.append((child.comma, past_comma, ""))
                floor = past_comma
        return cuts

    def _first(self, owner: Node, name: str | None, value: Any) -> Splice:  # Any: a JSON value
        layout = self._layout(owner.start)
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
        tail = "" if self._has_break(after, end) else layout.newline + outer
        return after, after, layout.newline + indent + member + tail

    def _layout(self, position: int) -> Layout:
        return layout_of(self.text, self.tree.root, position)

    def _is_flat(self, node: Node) -> bool:
        """Is this non-empty object or list written on one line?"""
        return bool(node.children) and not self._has_break(node.start, node.end)

    def _has_break(self, start: int, end: int) -> bool:
        return any(self.text.find(mark, start, end) >= 0 for mark in _BREAKS)

    def _last_mark(self, floor: int, end: int) -> int:
        """Past the last comment that stands between `floor` and `end`, or `floor`."""
        comments = self.tree.comments
        place = bisect_left(comments, (end, 0)) - 1
        return max(floor, comments[place][1]) if place >= 0 else floor

    def _ends_line_comment(self, position: int) -> bool:
        comments = self.tree.comments
        place = bisect_left(comments, (position, 0)) - 1
        return place >= 0 and comments[place][1] == position and self.text.startswith("//", comments[place][0])

    def _past_blanks(self, position: int) -> int:
        found = _BLANKS.match(self.text, position)
        assert found is not None  # it matches the empty text
        return found.end()
