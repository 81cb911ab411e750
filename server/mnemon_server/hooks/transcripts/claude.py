"""What was said in a transcript of Claude Code.

One record per line, and one record per block of an answer. Whole requests are recorded as well, with messages inside:
only `type` tells what a record is. What a human typed while the model worked is an attachment, `queued_command`.
"""

from __future__ import annotations

from collections.abc import Iterator

from mnemon_server.hooks.transcripts.lines import Record, Stretch
from mnemon_server.hooks.transcripts.turn import Turn
from mnemon_server.hooks.transcripts.typed import clean, is_told, typed

_EDITS = {"Edit": "file_path", "Write": "file_path", "MultiEdit": "file_path", "NotebookEdit": "notebook_path"}
_NOT_SAID = ("isSidechain", "isMeta", "isCompactSummary", "isVisibleInTranscriptOnly", "toolUseResult")


def read(stretch: Stretch) -> tuple[list[Turn], list[str]]:
    """The turns and the edited files of a stretch."""
    turns: list[Turn] = []
    edited: dict[str, str] = {}  # by the id of the tool call, to take back those that failed
    for record in stretch.records():
        kind = record.get("type")
        if kind == "user":
            for call in _failed(record):
                edited.pop(call, None)
            turns += _typed_turn(_content(record), record)
        elif kind == "attachment":
            turns += _queued(record)
        elif kind == "assistant" and _is_of_the_model(record):
            for block in _blocks(_content(record)):
                turns += _written(block)
                edited.update(_edit(block))
    return turns, list(edited.values())


def asked(prompt: str) -> str:
    """A prompt as the hook gets it; Claude Code adds nothing of its own to it."""
    return prompt


def _typed_turn(content: object, record: Record) -> Iterator[Turn]:
    if any(record.get(mark) for mark in _NOT_SAID) or not _is_by_a_human(record):
        return
    blocks = _blocks(content)
    if any(block.get("type") == "tool_result" for block in blocks):
        return
    texts = (typed(clean(block.get("text"))) for block in blocks if block.get("type") == "text")
    text = "\n".join(text for text in texts if text)
    if text:
        yield Turn("user", text)


def _queued(record: Record) -> Iterator[Turn]:
    queued = record.get("attachment")
    if not isinstance(queued, dict) or queued.get("type") != "queued_command" or record.get("isSidechain"):
        return
    if queued.get("commandMode") in (None, "prompt"):
        yield from _typed_turn(queued.get("prompt"), queued)


def _is_by_a_human(record: Record) -> bool:
    """Other agents, plugins and finished tasks send prompts too; older versions name no origin."""
    origin = record.get("origin")
    sender = origin.get("kind") if isinstance(origin, dict) else origin
    return sender in (None, "human") and record.get("promptSource") != "system"


def _written(block: Record) -> Iterator[Turn]:
    text = clean(block.get("text"))
    if block.get("type") == "text" and is_told(text):
        yield Turn("assistant", text)


def _edit(block: Record) -> Iterator[tuple[str, str]]:
    name, given = block.get("name"), block.get("input")
    if block.get("type") == "tool_use" and isinstance(name, str) and name in _EDITS and isinstance(given, dict):
        path = clean(given.get(_EDITS[name]))
        if path:
            yield clean(block.get("id")) or path, path


def _failed(record: Record) -> Iterator[str]:
    for block in _blocks(_content(record)):
        if block.get("type") == "tool_result" and block.get("is_error") is True:
            yield clean(block.get("tool_use_id"))


def _is_of_the_model(record: Record) -> bool:
    message = record.get("message")
    synthetic = isinstance(message, dict) and message.get("model") == "<synthetic>"
    return not (synthetic or record.get("isSidechain") or record.get("isMeta") or record.get("isApiErrorMessage"))


def _content(record: Record) -> object:
    message = record.get("message")
    return message.get("content") if isinstance(message, dict) else None


def _blocks(content: object) -> list[Record]:
    """The blocks of a content, which may be one text."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
