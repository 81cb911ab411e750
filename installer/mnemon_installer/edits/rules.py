"""Our block in a Markdown file of rules (CLAUDE.md, AGENTS.md ...), between two comments that name us."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mnemon_installer.edits.lines import (
    line_and_column,
    newline_near,
    with_block_at_end,
    with_newlines,
    without_block_at,
)
from mnemon_server.errors import MnemonError

BEGIN = "<!-- mnemon:begin, written by `mnemon setup`: changes up to mnemon:end are overwritten -->"
END = "<!-- mnemon:end -->"
# On a line of its own; one that is only spoken of in a sentence is none.
_MARK = re.compile(r"(?:\A|(?<=[\r\n]))\ufeff?[ \t]*<!--[ \t]*mnemon:(begin|end)\b[^\r\n]*?-->[ \t]*(?=\r|\n|\Z)")


class BadRules(MnemonError):
    """The marks of our block do not pair up, so that nobody can say what is ours. `line` counts from 1."""

    code = "bad-rules"

    def __init__(self, message: str, line: int) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line


@dataclass(frozen=True)
class Block:
    """Where our block stands, marks included, and the text between the marks, its lines ended by `\\n`."""

    start: int
    end: int
    body: str


def find_block(text: str) -> Block | None:
    """Our block, or None.

    Raises:
        BadRules: a mark is missing or there are two blocks; with the line.
    """
    begin: re.Match[str] | None = None
    found: Block | None = None
    for mark in _MARK.finditer(text):
        if found is not None:
            raise BadRules("a second block of mnemon; keep one", _line(text, mark.start()))
        if mark[1] == "begin":
            if begin is not None:
                raise BadRules("mnemon:begin stands twice before mnemon:end", _line(text, mark.start()))
            begin = mark
        elif begin is None:
            raise BadRules("mnemon:end has no mnemon:begin before it", _line(text, mark.start()))
        else:
            start = begin.start() + text.startswith("\ufeff", begin.start())
            found, begin = Block(start, mark.end(), _plain(text[begin.end() : mark.start()])), None
    if begin is not None:
        raise BadRules("mnemon:begin has no mnemon:end after it", _line(text, begin.start()))
    return found


def with_block(text: str, body: str) -> str:
    """`text` with `body` as our block: in its place where there is one, else at the end after an empty line.

    Raises:
        BadRules: as `find_block` does.
    """
    found = find_block(text)
    if found is not None:
        if found.body == body.strip("\n"):
            return text
        block = with_newlines(fenced(body), newline_near(text, found.end))
        return text[: found.start] + block + text[found.end :]
    return with_block_at_end(text, fenced(body))


def without_block(text: str) -> str:
    """`text` without our block and the empty line that `with_block` put before it.

    Raises:
        BadRules: as `find_block` does.
    """
    found = find_block(text)
    return text if found is None else without_block_at(text, found.start, found.end)


def fenced(body: str) -> str:
    """`body` between our marks, as a template of a whole file takes it."""
    return "\n".join([BEGIN, body.strip("\n"), END])


def _plain(text: str) -> str:
    return with_newlines(text, "\n").strip("\n")


def _line(text: str, position: int) -> int:
    return line_and_column(text, position)[0]
