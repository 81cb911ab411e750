"""The files that a patch of Codex writes or edits."""

from __future__ import annotations

import json
from collections.abc import Iterator

from mnemon_server.hooks.transcripts.lines import Record
from mnemon_server.hooks.transcripts.typed import clean

_MARKS = ("*** Add File: ", "*** Update File: ", "*** Move to: ")


def called(payload: Record) -> Iterator[str]:
    """The files of a tool call: a patch as the call, in its arguments, or in a command of a shell."""
    kind = payload.get("type")
    if kind == "custom_tool_call":
        texts = [payload.get("input")]
    elif kind == "function_call":
        texts = _arguments(payload.get("arguments"))
    elif kind == "local_shell_call":
        texts = _strings(payload.get("action"))
    else:
        return
    patches = [text for text in texts if isinstance(text, str)]
    if payload.get("name") == "apply_patch" or any("apply_patch" in text for text in patches):
        for text in patches:
            yield from _named(text)


def changed(item: Record) -> Iterator[str]:
    """The files of a completed `FileChange`."""
    changes = item.get("changes")
    if not isinstance(changes, dict) or item.get("status") in ("failed", "declined"):
        return
    for path, change in changes.items():
        kind = change.get("type") if isinstance(change, dict) else None
        if kind in ("add", "update"):
            yield clean(change.get("move_path")) or clean(path)


def _named(text: str) -> Iterator[str]:
    _, begin, patch = text.partition("*** Begin Patch")
    for line in patch.partition("*** End Patch")[0].split("\n") if begin else ():
        for mark in _MARKS:
            if line.startswith(mark):
                yield clean(line[len(mark) :].strip())


def _arguments(arguments: object) -> list[object]:
    try:
        return _strings(json.loads(arguments)) if isinstance(arguments, str) else []
    except (ValueError, RecursionError):
        return []


def _strings(given: object) -> list[object]:
    """The values of an object, and those of its lists."""
    values = list(given.values()) if isinstance(given, dict) else []
    return [inner for value in values for inner in (value if isinstance(value, list) else [value])]
