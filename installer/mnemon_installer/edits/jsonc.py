"""Editing JSON with comments as text: what is not edited stays, byte for byte.

Edits are splices into the text. After each the text is read again; if it does not say exactly what was meant,
the edit is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mnemon_installer.edits.jsonc_splices import Splice, Splicer, spliced
from mnemon_installer.edits.jsonc_tree import Member, Node, NotJson, parse_tree, refused
from mnemon_installer.edits.lines import line_and_column, newline_near
from mnemon_installer.edits.paths import NOTHING, Place, absent_above, as_places, changed, is_same, shown

Path = tuple[str, ...]
_BLANK = " \t\r\n"


class Document:
    """One JSON text. Edits give a new Document; this one stays.

    A blank text reads as an empty object, which the first `set` writes. A place is a tuple of names and numbers:
    `("hooks", "Stop", 0, "command")`.
    """

    def __init__(self, text: str) -> None:
        """Raises NotJson, with line and column."""
        self.text = text
        self._is_blank = not text.strip("\ufeff" + _BLANK)
        self._tree = parse_tree("{}" if self._is_blank else text)
        self._splicer = Splicer(text, self._tree)
        if not self.root.is_object:
            raise refused(text, self.root.start, "an object is due here")

    @property
    def data(self) -> dict[str, Any]:  # Any: JSON values
        """What the text says; not to be changed."""
        data: dict[str, Any] = self.root.data  # Any: JSON values
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

    def get(self, path: Place) -> Any:  # Any: a JSON value
        """The value at `path`, or None when there is none.

        Raises:
            NotJson: something on the way is no object (or, before a number, no list).
        """
        found, rest = self._descend(path)
        return None if rest else found.data

    def has(self, path: Place) -> bool:
        return not self._descend(path)[1]

    def find(self, path: Place, match: Callable[[Any], bool]) -> tuple[int, ...]:  # Any: a JSON value
        """The numbers of the items that `match` says yes to, in the list at `path`; () when there is no list.

        Raises:
            NotJson: as `get` does, or there is something else than a list.
        """
        items = self._list(path).items if self.has(path) else []
        return tuple(number for number, item in enumerate(items) if match(item.value.data))

    def absent_above(self, path: Place) -> tuple[Place, ...]:
        """What `set` at `path` has to make on the way, outermost first: what a receipt keeps for `remove`.

        `()` among them is the outermost object itself, which a blank text lacks. For an `append` to a list ask
        for the place of an item in it, `(*path, 0)`.
        """
        return (((),) if self._is_blank else ()) + absent_above(self.data, path)

    def set(self, path: Place, value: Any) -> Document:  # Any: a JSON value
        """This document with `value` at `path`; missing objects on the way are made.

        Raises:
            NotJson: something on the way is no object or list, or the edit did not come out as meant.
        """
        if self._is_blank:
            return Document(self.text + "{}" + newline_near(self.text, len(self.text))).set(path, value)
        found, rest = self._descend(path)
        if not rest:
            if is_same(found.data, value):
                return self
            owner = self._descend(path[:-1])[0] if path else None
            return self._spliced(self._splicer.replacement(found, owner, value), path, value)
        numbers = [part for part in rest if isinstance(part, int)]
        if numbers:
            raise refused(self.text, found.start, f"{shown(path)}: there is no item {numbers[0]}")
        for name in reversed(rest[1:]):
            value = {name: value}
        splices = self._splicer.insertion(found, str(rest[0]), value)
        return self._spliced(splices, path[: len(path) - len(rest) + 1], value)

    def append(self, path: Place, value: Any) -> Document:  # Any: a JSON value
        """This document with `value` as the last item of the list at `path`, unless an equal item is in it.

        Raises:
            NotJson: as `set` does, or there is something else than a list.
        """
        if not self.has(path):
            return self.set(path, [value])
        owner = self._list(path)
        if any(item == value and is_same(item, value) for item in owner.data):
            return self
        return self._spliced(self._splicer.insertion(owner, None, value), path, [*owner.data, value])

    def remove(self, path: Place, prune: Sequence[Sequence[str | int]] = ()) -> Document:
        """This document without what is at `path`; comments beside it stay.

        Args:
            path: a member or an item.
            prune: containers that go too when that leaves them empty, as `absent_above` named them.

        Raises:
            NotJson: as `set` does.
        """
        if not path or not self.has(path):
            return self
        prunable = as_places(prune)
        path = self._with_emptied(path, prunable)
        if len(path) == 1 and () in prunable and self._is_alone(path):
            return self._without_root()
        owner, _ = self._descend(path[:-1])
        return self._spliced(self._splicer.removal(owner, [self._child(owner, path[-1])]), path, NOTHING)

    def remove_items(
        self,
        path: Place,
        match: Callable[[Any], bool],  # Any: a JSON value
        prune: Sequence[Sequence[str | int]] = (),
    ) -> Document:
        """This document without the items that `match` says yes to, in the list at `path`.

        Raises:
            NotJson: as `find` does.
        """
        numbers = frozenset(self.find(path, match))
        if not numbers:
            return self
        owner = self._list(path)
        if len(numbers) == len(owner.items) and path in as_places(prune) and not self._splicer.has_own_comments(owner):
            return self.remove(path, prune)
        gone = [item for number, item in enumerate(owner.items) if number in numbers]
        left = [item for number, item in enumerate(owner.data) if number not in numbers]
        return self._spliced(self._splicer.removal(owner, gone), path, left)

    def without_last_comma(self, path: Place) -> Document:
        """This document without the comma after what is at `path`, where nothing follows it."""
        owner, _ = self._descend(path[:-1])
        child = self._child(owner, path[-1])
        if child.comma < 0 or child.start != owner.children[-1].start:
            return self
        return Document(self.text[: child.comma] + self.text[child.comma + 1 :])

    def _with_emptied(self, path: Place, prune: frozenset[Place]) -> Place:
        """The outermost of the containers to prune that has nothing but what is at `path`, or `path`."""
        while len(path) > 1 and path[:-1] in prune and self._is_alone(path):
            path = path[:-1]
        return path

    def _is_alone(self, path: Place) -> bool:
        owner, _ = self._descend(path[:-1])
        return len(owner.children) == 1 and not self._splicer.has_own_comments(owner)

    def _without_root(self) -> Document:
        before, after = self.text[: self.root.start], self.text[self.root.end :]
        if (before + after).strip("\ufeff" + _BLANK):
            return self._spliced([(self.root.start + 1, self.root.end - 1, "")], (), {})
        for newline in ("\r\n", "\n", "\r"):
            if after.startswith(newline):
                return Document(before + after.removeprefix(newline))
        return Document(before + after)

    def _descend(self, path: Place) -> tuple[Node, Place]:
        """The deepest node on the way along `path`, and what of the path is left."""
        node = self.root
        for depth, part in enumerate(path):
            due = "an object" if isinstance(part, str) else "a list"
            if not (node.is_object if isinstance(part, str) else node.is_list):
                where = shown(path[:depth]) or "the text"
                raise refused(self.text, node.start, f"{where} is {_kind(node.data)}, not {due}")
            if isinstance(part, str) and part in node.members:
                node = node.members[part].value
            elif isinstance(part, int) and 0 <= part < len(node.items):
                node = node.items[part].value
            else:
                return node, path[depth:]
        return node, ()

    def _child(self, owner: Node, part: str | int) -> Member:
        return owner.members[part] if isinstance(part, str) else owner.items[part]

    def _list(self, path: Place) -> Node:
        node, _ = self._descend(path)
        if not node.is_list:
            raise refused(self.text, node.start, f"{shown(path)} is {_kind(node.data)}, not a list")
        return node

    def _spliced(self, splices: Sequence[Splice], path: Place, value: Any) -> Document:  # Any: JSON or NOTHING
        edited = Document(spliced(self.text, splices))
        if not is_same(edited.data, changed(self.data, path, value), in_order=True):
            raise NotJson("the edit would have changed something else too; nothing was written")
        return edited


def _kind(value: Any) -> str:  # Any: a JSON value
    if value is None:
        return "null"
    return {dict: "an object", list: "a list", str: "a text", bool: "true or false"}.get(type(value), "a number")
