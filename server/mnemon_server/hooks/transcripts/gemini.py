"""What was said in a transcript of Gemini CLI.

A record with a known id replaces the earlier one; `{"$set": {"messages": [...]}}` writes the whole list anew, with less
in it. So a message counts as it was recorded by itself, and a list only adds what was never recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mnemon_server.hooks.transcripts.lines import Record, Stretch
from mnemon_server.hooks.transcripts.turn import Turn
from mnemon_server.hooks.transcripts.typed import clean, is_told, typed

_EDITS = ("replace", "write_file", "edit")
_FILES_BEGIN = "--- Content from referenced files ---"
_FILES_END = "--- End of content ---"
_CONTEXT, _CONTEXT_END = re.compile(r"\s*<hook_context>"), "</hook_context>"
_ROLES = {"user": "user", "gemini": "assistant"}


@dataclass(frozen=True)
class _Message:
    turns: tuple[Turn, ...]
    edited: tuple[str, ...]


def read(stretch: Stretch) -> tuple[list[Turn], list[str]]:
    """The turns and the edited files of a stretch."""
    messages: dict[str, _Message] = {}
    for number, record in enumerate(stretch.records()):
        patch = record.get("$set")
        if isinstance(patch, dict):
            # A list repeats what was recorded; what an earlier reading saw must not come back with it.
            for old in _dicts(patch.get("messages")) if stretch.start == 0 else ():
                messages.setdefault(_id(old, number), _message(old))
            continue
        name, new = _id(record, number), _message(record)
        known = messages.get(name)
        messages[name] = _Message(new.turns or known.turns, new.edited or known.edited) if known else new
    said = [turn for message in messages.values() for turn in message.turns]
    return said, [path for message in messages.values() for path in message.edited]


def asked(prompt: str) -> str:
    """A prompt as the hook gets it, without the context of hooks and the contents of files."""
    return _without_files(_without_context(prompt))


def _id(record: Record, number: int) -> str:
    return clean(record.get("id")) or f"line {number}"


def _message(record: Record) -> _Message:
    kind = record.get("type")
    role = _ROLES.get(kind) if isinstance(kind, str) else None
    if role == "user":
        text = _typed(record)
        return _Message(turns=(Turn("user", text),) if text else (), edited=())
    if role == "assistant":
        written = tuple(Turn("assistant", text) for text in _texts(record.get("content")) if is_told(text))
        return _Message(turns=written, edited=tuple(_edited(record)))
    return _Message(turns=(), edited=())


def _typed(record: Record) -> str:
    shown = record.get("displayContent")
    content = record.get("content")
    if any("functionResponse" in part for part in _dicts(content)):
        return ""
    texts = _texts(shown) or _own_parts(_texts(content))
    return typed(asked("".join(texts)))


def _own_parts(texts: list[str]) -> list[str]:
    """The texts of a message without those that hold contexts and files."""
    marks = [text.strip() for text in texts]
    if _FILES_BEGIN in marks and _FILES_END in marks:
        begin, end = marks.index(_FILES_BEGIN), len(marks) - marks[::-1].index(_FILES_END)
        texts = texts[:begin] + texts[max(begin, end) :]
    return [text for text in texts if _without_context(text) and not text.lstrip().startswith("<session_context>")]


def _without_context(text: str) -> str:
    begin = 0
    while match := _CONTEXT.match(text, begin):
        end = text.find(_CONTEXT_END, match.end())
        if end < 0:
            return ""
        begin = end + len(_CONTEXT_END)
    return text[begin:].lstrip() if begin else text


def _without_files(text: str) -> str:
    before, begin, after = text.partition("\n" + _FILES_BEGIN)
    if not begin:
        return text
    return before + after.rpartition(_FILES_END)[2] if _FILES_END in after else before


def _edited(record: Record) -> Iterator[str]:
    for call in _dicts(record.get("toolCalls")):
        given = call.get("args")
        if call.get("name") in _EDITS and isinstance(given, dict) and call.get("status") in (None, "success"):
            path = clean(given.get("file_path")) or clean(given.get("absolute_path"))
            if path:
                yield path


def _texts(content: object) -> list[str]:
    """The texts of a content, which may be one text; thoughts are none."""
    if isinstance(content, str):
        return [clean(content)]
    return [clean(part.get("text")) for part in _dicts(content) if part.get("text") and not part.get("thought")]


def _dicts(values: object) -> list[Record]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
