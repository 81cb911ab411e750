"""Reading JSON with comments into a tree that knows where everything stands.

Accepted beyond strict JSON: comments, trailing commas, a byte order mark, any line ending. Refused: whatever
two readers could understand differently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # in CPython's json since 2.6; the stubs lack it
from typing import Any

from mnemon_installer.edits.lines import line_and_column as line_and_column
from mnemon_server.errors import MnemonError

_COMMENT = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS = (("true", True), ("false", False), ("null", None))
_DEEPEST = 200
_SHOWN = 40  # characters of a name, in a message
_NO_MEMBERS: Mapping[str, Member] = {}


class NotJson(MnemonError):
    """The text cannot be edited as JSON. The message gives line and column, never the text itself."""

    code = "not-json"
    line = 1


@dataclass(slots=True)
class Member:
    """One `"name": value` of an object, or one item of a list. `comma` is where the comma after it stands, or -1."""

    name: str
    start: int
    value: Node
    comma: int = -1


@dataclass(slots=True)
class Node:
    """A value: its span in the text, what it means, and what is in it when it is an object or a list."""

    start: int
    end: int
    data: Any  # any JSON value
    members: Mapping[str, Member] = field(default_factory=lambda: _NO_MEMBERS)
    items: Sequence[Member] = ()

    @property
    def is_object(self) -> bool:
        return isinstance(self.data, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.data, list)

    @property
    def children(self) -> Sequence[Member]:
        return self.items or list(self.members.values())


@dataclass(slots=True)
class Tree:
    """`comments` are the spans of all comments, in order; `trailing_comma` is where the first one stands, or -1."""

    root: Node
    comments: list[tuple[int, int]]
    trailing_comma: int


def parse_tree(text: str) -> Tree:
    """The tree of `text`.

    Raises:
        NotJson: with line and column.
    """
    return _Reader(text).read()


def refused(text: str, position: int, what: str) -> NotJson:
    """The error for `what` at a position."""
    line, column = line_and_column(text, position)
    refusal = NotJson(f"line {line}, column {column}: {what}")
    refusal.line = line
    return refusal


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.comments: list[tuple[int, int]] = []
        self.trailing_comma = -1
        self.depth = 0

    def read(self) -> Tree:
        try:
            self.text.encode()
        except UnicodeEncodeError as trouble:
            raise self.wrong(trouble.start, "half of a surrogate pair, which no UTF-8 text holds") from None
        start = self.skip(1 if self.text.startswith("\ufeff") else 0)
        root = self.value(start)
        end = self.skip(root.end)
        if end < len(self.text):
            raise self.wrong(end, "something follows the end of the JSON text")
        return Tree(root, self.comments, self.trailing_comma)

    def wrong(self, position: int, what: str) -> NotJson:
        if position >= len(self.text):
            what = "the text ends here, in the middle of the JSON"
        return refused(self.text, position, what)

    def skip(self, position: int) -> int:
        """The first position from `position` on that is neither white space nor comment."""
        while True:
            space = _SPACE.match(self.text, position)
            assert space is not None  # it matches the empty text
            position = space.end()
            if not self.text.startswith("/", position):
                return position
            comment = _COMMENT.match(self.text, position)
            if comment is None:
                is_block = self.text.startswith("/*", position)
                raise self.wrong(position, "this comment never ends" if is_block else "a stray slash")
            self.comments.append(comment.span())
            position = comment.end()

    def value(self, start: int) -> Node:
        first = self.text[start : start + 1]
        if first == '"':
            data, end = self.string(start)
            return Node(start, end, data)
        if first == "{":
            return self.object(start)
        if first == "[":
            return self.array(start)
        for word, meaning in _WORDS:
            if self.text.startswith(word, start):
                return Node(start, start + len(word), meaning)
        number = _NUMBER.match(self.text, start)
        if number is None:
            raise self.wrong(start, "a value is due here")
        return Node(start, number.end(), self.number(number))

    def number(self, found: re.Match[str]) -> int | float:
        if found[1] or found[2]:
            return float(found[0])
        try:
            return int(found[0])
        except ValueError:  # thousands of digits: what others read as infinite
            return float(found[0])

    def string(self, start: int) -> tuple[str, int]:
        try:
            text, end = scanstring(self.text, start + 1, True)
        except JSONDecodeError as trouble:
            # An unterminated text is reported where it starts; everything else where it stands.
            at = trouble.pos if trouble.pos > start else start
            raise refused(self.text, at, trouble.msg[:1].lower() + trouble.msg[1:].removesuffix(" at")) from None
        return text, end

    def descend(self, start: int) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.wrong(start, f"nested more than {_DEEPEST} deep")

    def object(self, start: int) -> Node:
        self.descend(start)
        text = self.text
        data: dict[str, Any] = {}  # Any: JSON values
        members: dict[str, Member] = {}
        position = self.skip(start + 1)
        while not text.startswith("}", position):
            if not text.startswith('"', position):
                raise self.wrong(position, 'a name in double quotes or "}" is due here')
            name, name_end = self.string(position)
            if name in members:
                raise self.wrong(position, f"the name {name[:_SHOWN]!r} stands twice in one object")
            colon = self.skip(name_end)
            if not text.startswith(":", colon):
                raise self.wrong(colon, '":" is due here')
            value = self.value(self.skip(colon + 1))
            member = Member(name, position, value)
            members[name] = member
            data[name] = value.data
            position, member.comma = self.separator(value.end, "}")
        self.depth -= 1
        return Node(start, position + 1, data, members)

    def array(self, start: int) -> Node:
        self.descend(start)
        data: list[Any] = []  # Any: JSON values
        items: list[Member] = []
        position = self.skip(start + 1)
        while not self.text.startswith("]", position):
            item = self.value(position)
            data.append(item.data)
            member = Member("", position, item)
            items.append(member)
            position, member.comma = self.separator(item.end, "]")
        self.depth -= 1
        return Node(start, position + 1, data, items=items)

    def separator(self, position: int, close: str) -> tuple[int, int]:
        """Past one element: where the next one or `close` stands, and where the comma was (or -1)."""
        position = self.skip(position)
        if self.text.startswith(close, position):
            return position, -1
        if not self.text.startswith(",", position):
            raise self.wrong(position, f'"," or "{close}" is due here')
        following = self.skip(position + 1)
        if self.text.startswith(close, following) and self.trailing_comma < 0:
            self.trailing_comma = position
        return following, position
