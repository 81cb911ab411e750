"""What an edit changes, for people: a unified diff with secrets hidden."""

from __future__ import annotations

import difflib

from mnemon_installer.edits.mask import mask_json, mask_text
from mnemon_installer.edits.mask_toml import mask_toml

_AROUND = 3  # lines
_WIDEST = 160  # characters; a file on one line would fill the screen
_NEAR = 40


def json_diff(before: str, after: str, name: str) -> str:
    """The diff of two JSON texts, either of which may be blank."""
    return _diff(mask_json(before), mask_json(after), name)


def toml_diff(before: str, after: str, name: str) -> str:
    """The diff of two TOML texts."""
    return _diff(mask_toml(before), mask_toml(after), name)


def text_diff(before: str, after: str, name: str) -> str:
    """The diff of two texts of any kind."""
    return _diff(mask_text(before), mask_text(after), name)


def _diff(before: str, after: str, name: str) -> str:
    old, new = before.splitlines(), after.splitlines()
    # Most of a large file is the same at both ends; comparing only the middle keeps this quick.
    top = _same_lines(old, new)
    bottom = _same_lines(old[top:][::-1], new[top:][::-1])
    start = max(top - _AROUND, 0)
    old_part = old[start : len(old) - max(bottom - _AROUND, 0)]
    new_part = new[start : len(new) - max(bottom - _AROUND, 0)]
    body = list(difflib.unified_diff(old_part, new_part, n=_AROUND, lineterm=""))[2:]
    if not body:
        return ""
    lines = [f"--- {name}", f"+++ {name}", *(_clipped(line) if line[:1] == " " else line for line in body)]
    if start:
        lines = [line if not line.startswith("@@") else f"@@ from line {start + 1} @@" for line in lines]
    return "\n".join(_clip_changes(lines))


def _same_lines(one: list[str], other: list[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _clip_changes(lines: list[str]) -> list[str]:
    """Shorten long changed lines to what differs between them."""
    longest = [line for line in lines if len(line) > _WIDEST and line[:1] in "+-"]
    if not longest:
        return lines
    texts = [line[1:] for line in longest]
    head = len(_common_start(texts)) if len(texts) > 1 else 0
    tail = len(_common_start([text[head:][::-1] for text in texts])) if len(texts) > 1 else 0
    return [_window(line, head, tail) if line in longest else line for line in lines]


def _common_start(texts: list[str]) -> str:
    first, last = min(texts), max(texts)
    same = _same_lines(list(first), list(last))
    return first[:same]


def _window(line: str, head: int, tail: int) -> str:
    text = line[1:]
    start, end = max(head - _NEAR, 0), min(len(text) - tail + _NEAR, len(text))
    middle = text[start:end]
    if len(middle) > 4 * _WIDEST:
        middle = middle[: 4 * _WIDEST] + "…"
    return line[:1] + ("…" if start else "") + middle + ("…" if end < len(text) else "")


def _clipped(line: str) -> str:
    return line if len(line) <= _WIDEST else line[: _WIDEST - 1] + "…"
