"""Memories as JSON lines: one object a line, streamed in and out.

Fields: title, content, type, created_at, source_session, source_client, confidence, pinned, project, captured, cue.
Only title and content are required; the type is `note` and the confidence that of the type when left out. `captured` is
who said what a hook captured, `user` or `assistant`, while nobody has confirmed it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.save import insert_new
from mnemon_server.errors import BadContent, MnemonError
from mnemon_server.kinds import kind_named
from mnemon_server.memory import Memory, as_milliseconds, as_rfc3339, checked_text
from mnemon_server.vault import captures, memories, origins
from mnemon_server.vault.captures import Capture
from mnemon_server.vault.history import ChangeGroup
from mnemon_server.vault.memories import Draft

FIELDS = (
    "title",
    "content",
    "type",
    "created_at",
    "source_session",
    "source_client",
    "confidence",
    "pinned",
    "project",
    "captured",
    "cue",
)
ROLES = ("user", "assistant")
_NAMES = ("source_session", "source_client", "project", "captured", "cue")
_STRETCH = 500
_NAMED = 20  # duplicates and refusals that are named one by one


@dataclass
class Tally:
    """What became of the lines of an import."""

    new: int = 0
    existing: int = 0
    refused: int = 0
    duplicates: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    ignored_fields: set[str] = field(default_factory=set)

    def to_json(self, dry_run: bool) -> dict[str, Any]:
        return {
            "dry_run": dry_run,
            "new": self.new,
            "existing": self.existing,
            "refused": self.refused,
            "duplicates": self.duplicates,
            "more_duplicates": self.existing - len(self.duplicates),
            "refusals": self.refusals,
            "ignored_fields": sorted(self.ignored_fields),
        }


def import_lines(context: ActionContext, lines: Iterable[bytes], dry_run: bool) -> dict[str, Any]:
    """Save every line that holds a memory; a content that is live already is not added again.

    A line that cannot be taken is named and passed over. Stopped anywhere, a second run goes on: what is
    there counts as existing.

    Returns:
        `{"dry_run", "new", "existing", "refused", "duplicates": [{"line", "id", "title"}], "more_duplicates",
        "refusals": [{"line", "reason"}], "ignored_fields"}`
    """
    tally = Tally()
    seen: dict[str, int] = {}
    group = ChangeGroup()
    numbered = enumerate(lines, 1)
    while stretch := list(islice(numbered, _STRETCH)):
        drafts = [(number, draft) for number, line in stretch if (draft := _draft(number, line, tally))]
        if dry_run:
            _look(context, drafts, tally, seen)
        else:
            _keep(context, drafts, tally, group)
        context.report(stretch[-1][0], 0)
    return tally.to_json(dry_run)


def export_lines(context: ActionContext) -> Iterator[str]:
    """One line per live memory, oldest id first."""
    last = 0
    while True:
        with context.vault.read() as connection:
            stretch = memories.each_live(connection, last, _STRETCH)
            homes = origins.origins(connection, [memory.id for memory in stretch])
            waiting = {memory.id: captures.find_capture(connection, memory.id) for memory in stretch if memory.captured}
        if not stretch:
            return
        last = stretch[-1].id
        for memory in stretch:
            fields = _fields(memory, homes.get(memory.id, ""), waiting.get(memory.id))
            yield json.dumps(fields, ensure_ascii=False) + "\n"


def _keep(context: ActionContext, drafts: list[tuple[int, Draft]], tally: Tally, group: ChangeGroup) -> None:
    with context.vault.write() as connection:
        for number, draft in drafts:
            same = memories.find_live_by_content(connection, draft.content)
            if same is None:
                insert_new(context, connection, draft, context.clock(), group)
                tally.new += 1
            else:
                _note_duplicate(tally, number, same.id, same.title)


def _look(context: ActionContext, drafts: list[tuple[int, Draft]], tally: Tally, seen: dict[str, int]) -> None:
    with context.vault.read() as connection:
        for number, draft in drafts:
            digest = memories.content_hash(draft.content)
            same = memories.find_live_by_content(connection, draft.content)
            if same is not None:
                _note_duplicate(tally, number, same.id, same.title)
            elif digest in seen:
                _note_duplicate(tally, number, None, f"line {seen[digest]}")
            else:
                seen[digest] = number
                tally.new += 1


def _note_duplicate(tally: Tally, number: int, memory_id: int | None, title: str) -> None:
    tally.existing += 1
    if len(tally.duplicates) < _NAMED:
        tally.duplicates.append({"line": number, "id": memory_id, "title": title})


def _draft(number: int, line: bytes, tally: Tally) -> Draft | None:
    if not line.strip():
        return None
    try:
        return _parse(line, tally)
    except MnemonError as trouble:
        tally.refused += 1
        if len(tally.refusals) < _NAMED:
            tally.refusals.append({"line": number, "reason": trouble.message})
        return None


def _parse(line: bytes, tally: Tally) -> Draft:
    try:
        entry = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as trouble:
        raise BadContent(f"not a line of JSON: {str(trouble)[:100]}") from None
    if not isinstance(entry, dict):
        raise BadContent("not a JSON object")
    tally.ignored_fields.update(str(name)[:40] for name in entry if name not in FIELDS)
    title, content = checked_text(_text(entry, "title"), _text(entry, "content"))
    kind = kind_named(_text(entry, "type", "note"))
    return Draft(
        title,
        content,
        kind.name,
        _confidence(entry, kind.confidence),
        _text(entry, "source_client", "import"),
        _text(entry, "source_session", ""),
        None,
        _moment(entry),
        _pinned(entry),
        _capture(entry),
        _text(entry, "project", ""),
    )


def _text(entry: dict[str, Any], name: str, default: str | None = None) -> str:
    value = entry.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise BadContent(f"{name} is missing" if value is None else f"{name} is not a text")
    if name in _NAMES and (len(value) > 300 or not value.isprintable()):
        raise BadContent(f"{name} is longer than 300 characters or holds control characters")
    return value


def _confidence(entry: dict[str, Any], default: float) -> float:
    value = entry.get("confidence", default)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise BadContent("confidence is not a number from 0 to 1")
    return float(value)


def _pinned(entry: dict[str, Any]) -> bool:
    value = entry.get("pinned") or False
    if not isinstance(value, bool):
        raise BadContent("pinned is neither true nor false")
    return value


def _capture(entry: dict[str, Any]) -> tuple[str, str] | None:
    role = _text(entry, "captured", "")
    if role and role not in ROLES:
        raise BadContent(f"captured is neither {' nor '.join(ROLES)}")
    return (role, _text(entry, "cue", "")[:60]) if role else None


def _moment(entry: dict[str, Any]) -> int | None:
    value = entry.get("created_at")
    if value is None:
        return None
    try:
        return as_milliseconds(value)
    except (ValueError, OverflowError, AttributeError, TypeError):
        raise BadContent("created_at is no RFC 3339 time") from None


def _fields(memory: Memory, project: str, capture: Capture | None) -> dict[str, Any]:
    return {
        "title": memory.title,
        "content": memory.content,
        "type": memory.type,
        "created_at": as_rfc3339(memory.created_at),
        "source_session": memory.source_session,
        "source_client": memory.source_client,
        "confidence": memory.base_confidence,
        "pinned": memory.pinned,
        "project": project,
        "captured": memory.captured or "",
        "cue": capture.cue if capture else "",
    }
