"""Lines of a text whose line ends are any of three: where they start and end, and blocks of them at its end."""

from __future__ import annotations

import re

BOM = "\ufeff"
BREAKS = ("\r\n", "\n", "\r")
_BREAK = re.compile(r"\r\n|\r|\n")


def line_and_column(text: str, position: int) -> tuple[int, int]:
    """Both counted from 1."""
    ends = [match.end() for match in _BREAK.finditer(text, 0, position)]
    start = ends[-1] if ends else int(text.startswith(BOM))
    return len(ends) + 1, max(position - start, 0) + 1


def line_start(text: str, position: int) -> int:
    start = max(text.rfind("\n", 0, position), text.rfind("\r", 0, position)) + 1
    return start if start else int(text.startswith(BOM))


def newline_near(text: str, position: int) -> str:
    """How the line before `position` ends; on the first line, how that one does; `\\n` where it is the only one."""
    start = line_start(text, position)
    for newline in BREAKS:
        if text.endswith(newline, 0, start):
            return newline
    found = _BREAK.search(text, start)
    return found[0] if found else "\n"


def with_newlines(text: str, newline: str) -> str:
    """`text` with every line ended by `newline`."""
    return _BREAK.sub(newline, text)


def with_block_at_end(text: str, block: str) -> str:
    """`text`, an empty line, and `block` (lines ended by `\\n`, but for the last), whose last line ends as that of
    `text` did: in a way that `without_block_at` can take back."""
    newline = newline_near(text, len(text))
    block = with_newlines(block, newline)
    if text in ("", BOM):
        return text + block + newline
    if text.endswith(BREAKS):
        return text + newline + block + newline
    return text + 2 * newline + block


def without_block_at(text: str, start: int, end: int) -> str:
    """`text` without the lines from `start` to `end` (before their last line break) and the empty line before them."""
    before, after = text[:start], text[end:]
    shorter = without_break_at_end(before)
    if shorter not in ("", BOM) and not shorter.endswith(BREAKS):
        shorter = before  # no empty line there
    elif not after:  # the text had no line break at its end, and got two
        shorter = without_break_at_end(shorter)
    return shorter + after[break_length(after) :]


def without_break_at_end(text: str) -> str:
    for newline in BREAKS:
        if text.endswith(newline):
            return text.removesuffix(newline)
    return text


def break_length(text: str, position: int = 0) -> int:
    """How long the line break at `position` is; 0 when none is there."""
    return next((len(newline) for newline in BREAKS if text.startswith(newline, position)), 0)
