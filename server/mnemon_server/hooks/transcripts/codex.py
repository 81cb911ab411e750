"""What was said in a rollout of Codex.

The same text stands in a rollout up to three times. Which of them counts is decided for the file, not for the line:
completed items (0.169), else the events of older versions, else the messages to and from the model.
"""

from __future__ import annotations

from collections.abc import Iterator

from mnemon_server.hooks.transcripts import patches
from mnemon_server.hooks.transcripts.lines import Record, Stretch
from mnemon_server.hooks.transcripts.turn import Turn
from mnemon_server.hooks.transcripts.typed import clean, is_told, typed

_IDE_CONTEXT, _IDE_REQUEST = "# Context from my IDE setup:", "## My request for Codex:"
_PIPED, _PIPED_END = "\n\n<stdin>\n", "</stdin>"
_ITEMS = {"UserMessage": "user", "AgentMessage": "assistant"}
_EVENTS = {"user_message": "user", "agent_message": "assistant"}


def read(stretch: Stretch) -> tuple[list[Turn], list[str]]:
    """The turns and the edited files of a stretch."""
    said = _way_of_saying(stretch)
    turns: list[Turn] = []
    named: list[str] = []
    changed: list[str] = []
    for record in stretch.records():
        payload = record.get("payload", record)  # the oldest rollouts have no envelope
        if not isinstance(payload, dict):
            continue
        if said == _record_kind(record):
            turns += _turns(payload)
        if _record_kind(record) == "message":
            named += patches.called(payload)
        elif payload.get("type") == "item_completed":
            changed += patches.changed(_item(payload, "FileChange"))
    # A completed change names the file in full; the call before it has named it already.
    named = list(dict.fromkeys(named))
    return turns, named + [path for path in changed if not any(_is_same(path, name) for name in named)]


def asked(prompt: str) -> str:
    """A prompt as the hook gets it, without what an editor wrote before it and what was piped in after it."""
    if prompt.startswith(_IDE_CONTEXT):
        prompt = prompt.rpartition(_IDE_REQUEST)[2].strip()
    if _PIPED in prompt and prompt.rstrip().endswith(_PIPED_END):
        prompt = prompt.partition(_PIPED)[0]
    return prompt


def _way_of_saying(stretch: Stretch) -> str:
    if stretch.shows(b'"type":"UserMessage"', b'"type":"AgentMessage"'):
        return "item"
    if stretch.shows(b'"type":"user_message"', b'"type":"agent_message"'):
        return "event"
    # A message stands before its event. Only when the model has answered is it sure that no event follows;
    # the oldest rollouts, without envelopes, had none.
    has_envelopes = stretch.shows(b'"type":"response_item"', b'"type":"event_msg"')
    return "message" if not has_envelopes or stretch.shows(b'"role":"assistant"') else ""


def _record_kind(record: Record) -> str:
    if record.get("type") == "event_msg":
        payload = record.get("payload")
        return "item" if isinstance(payload, dict) and payload.get("type") == "item_completed" else "event"
    return "message" if record.get("type") == "response_item" or "payload" not in record else ""


def _turns(payload: Record) -> Iterator[Turn]:
    kind = payload.get("type")
    if kind == "item_completed":
        for name, role in _ITEMS.items():
            yield from _said(role, _texts(_item(payload, name).get("content")))
    elif kind == "message":
        yield from _said(payload.get("role"), _texts(payload.get("content")))
    elif isinstance(kind, str) and kind in _EVENTS:
        yield from _said(_EVENTS[kind], [clean(payload.get("message"))])


def _said(role: object, texts: list[str]) -> Iterator[Turn]:
    if role == "assistant":
        yield from (Turn("assistant", text) for text in texts if is_told(text))
    elif role == "user":
        own = (typed(asked(text)) for text in texts if not _is_image_mark(text))
        text = "\n".join(text for text in own if text)
        if text:
            yield Turn("user", text)


def _is_image_mark(text: str) -> bool:
    return text == "</image>" or (text.startswith("<image name=") and text.endswith(">"))


def _item(payload: Record, kind: str) -> Record:
    item = payload.get("item")
    return item if isinstance(item, dict) and item.get("type") == kind else {}


def _texts(content: object) -> list[str]:
    parts = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    return [clean(part.get("text")) for part in parts]


def _is_same(full: str, name: str) -> bool:
    return full == name or full.replace("\\", "/").endswith("/" + name.removeprefix("./"))
