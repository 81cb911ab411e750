"""Where the headers and pairs of a TOML text stand. The text is known to be TOML: this only finds places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from mnemon_installer.edits.lines import BOM, break_length

Names = tuple[str, ...]
_BLANKS = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*")
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_ONE_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\r\n]|\\.)*"|'[^'\r\n]*')"""
_KEY = re.compile(rf"{_ONE_KEY}(?:[ \t]*\.[ \t]*{_ONE_KEY})*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
# Longest quotes first. A text of many lines may end in up to two quotes of its own.
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\[\s\S])*?"""(?:"{0,2})|'
    r"'''[\s\S]*?'''(?:'{0,2})|"
    r'"(?:[^"\\\r\n]|\\.)*"|'
    r"'[^'\r\n]*'|"
    r"#[^\r\n]*|"
    r"""[^"'#\[\]{},\r\n]+|"""
    r"[\s\S]"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A header or a pair, from the start of its first line to the end of its last, line break excluded.

    `path` counts from the outermost table; `owner` is the table whose header it stands under. For a pair `value` is
    the span of its value. `is_listed`: it stands in an array of tables, where a path says not all.
    """

    kind: Literal["table", "array", "pair"]
    path: Names
    owner: Names
    start: int
    end: int
    value: tuple[int, int] = (0, 0)
    is_listed: bool = False


@dataclass(frozen=True, slots=True)
class InlinePair:
    """A pair between braces."""

    path: Names
    start: int
    value: tuple[int, int]


def parts_of(text: str) -> list[Part]:
    """All headers and pairs, in order."""
    return list(_parts(text))


def inline_pairs(text: str, brace: int) -> list[InlinePair]:
    """The pairs of the inline table that opens at `brace`."""
    pairs: list[InlinePair] = []
    position = _past(_SPACE, text, brace + 1)
    while not text.startswith("}", position):
        start = position
        path, position = _key(text, start)
        value = _past(_EQUALS, text, position)
        end = value_end(text, value)
        pairs.append(InlinePair(path, start, (value, end)))
        position = _past(_SPACE, text, end)
        if text.startswith(",", position):
            position = _past(_SPACE, text, position + 1)
    return pairs


def value_end(text: str, start: int) -> int:
    """Past the value that starts here."""
    depth, position = 0, start
    while True:
        token = _TOKEN.match(text, position)
        sign = token[0][0] if token else "\n"
        if token is None or (depth == 0 and position > start and sign in "#,]}\r\n"):
            return start + len(text[start:position].rstrip(" \t"))
        position = token.end()
        if sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
        if depth == 0 and sign in "\"']}":
            return position


def _parts(text: str) -> Iterator[Part]:
    owner: Names = ()
    listed: list[Names] = []
    position = int(text.startswith(BOM))
    while position < len(text):
        start = position
        first = _past(_BLANKS, text, start)
        if text[first : first + 1] in ("", "#", "\r", "\n"):
            position = _past(_REST_OF_LINE, text, first)
        elif text.startswith("[", first):
            is_array = text.startswith("[[", first)
            owner, after = _key(text, _past(_BLANKS, text, first + 1 + is_array))
            position = _past(_REST_OF_LINE, text, after)
            if is_array:
                listed.append(owner)
            is_listed = any(owner[: len(names)] == names for names in listed)
            yield Part("array" if is_array else "table", owner, owner, start, position, is_listed=is_listed)
        else:
            names, after = _key(text, first)
            value = _past(_EQUALS, text, after)
            end = value_end(text, value)
            position = _past(_REST_OF_LINE, text, end)
            is_listed = any(owner[: len(names)] == names for names in listed)
            yield Part("pair", (*owner, *names), owner, start, position, (value, end), is_listed)
        position += break_length(text, position)


def _key(text: str, start: int) -> tuple[Names, int]:
    end = _past(_KEY, text, start)
    if _BARE.fullmatch(text, start, end):
        return (text[start:end],), end
    names: list[str] = []
    found: Any = tomllib.loads(f"{text[start:end]} = 0")  # Any: tables in tables
    while isinstance(found, dict):
        name, found = next(iter(found.items()))
        names.append(name)
    return tuple(names), end


def _past(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position
