"""A memory as one line of JSON.

Fields: uid, title, content, type, created_at, updated_at, source_session, source_client, source_key, confidence,
pinned, project, captured, cue. Only title and content are required; the type is `note` and the confidence that of the
type when left out. `captured` is who said what a hook captured, `user` or `assistant`, while nobody has confirmed it.
A `uid` is a UUID: with it a memory stays the same one in every vault. Without it one is made.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from mnemon_server.actions.save import checked_key
from mnemon_server.errors import BadContent
from mnemon_server.kinds import kind_named
from mnemon_server.memory import Memory, as_milliseconds, as_rfc3339, checked_text
from mnemon_server.vault.captures import Capture
from mnemon_server.vault.memories import Draft

FIELDS = (
    "uid",
    "title",
    "content",
    "type",
    "created_at",
    "updated_at",
    "source_session",
    "source_client",
    "source_key",
    "confidence",
    "pinned",
    "project",
    "captured",
    "cue",
)
ROLES = ("user", "assistant")
_NAMES = ("source_session", "source_client", "project", "captured", "cue")


def parsed(line: bytes, ignored: set[str]) -> Draft:
    """The memory of a line; the names of fields that are not taken over are added to `ignored`.

    Raises:
        MnemonError: it holds none.
    """
    try:
        entry = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as trouble:
        raise BadContent(f"not a line of JSON: {str(trouble)[:100]}") from None
    if not isinstance(entry, dict):
        raise BadContent("not a JSON object")
    ignored.update(str(name)[:40] for name in entry if name not in FIELDS)
    title, content = checked_text(_text(entry, "title"), _text(entry, "content"))
    kind = kind_named(_text(entry, "type", "note"))
    return Draft(
        title=title,
        content=content,
        type=kind.name,
        confidence=_confidence(entry, kind.confidence),
        source_client=_text(entry, "source_client", "import"),
        source_session=_text(entry, "source_session", ""),
        source_key=checked_key(_text(entry, "source_key", "") or None),
        created_at=_moment(entry, "created_at"),
        pinned=_pinned(entry),
        capture=_capture(entry),
        project=_text(entry, "project", ""),
        updated_at=_moment(entry, "updated_at"),
        uid=_uid(entry),
    )


def written(memory: Memory, project: str, capture: Capture | None) -> str:
    """The line of a memory, with its end."""
    fields = {
        "uid": memory.uid,
        "title": memory.title,
        "content": memory.content,
        "type": memory.type,
        "created_at": as_rfc3339(memory.created_at),
        "updated_at": as_rfc3339(memory.updated_at),
        "source_session": memory.source_session,
        "source_client": memory.source_client,
        "source_key": memory.source_key or "",
        "confidence": memory.base_confidence,
        "pinned": memory.pinned,
        "project": project,
        "captured": memory.captured or "",
        "cue": capture.cue if capture else "",
    }
    return json.dumps(fields, ensure_ascii=False) + "\n"


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


def _uid(entry: dict[str, Any]) -> str | None:
    text = _text(entry, "uid", "").lower()
    if not text:
        return None
    try:
        is_uuid = str(UUID(text)) == text
    except ValueError:
        is_uuid = False
    if not is_uuid:
        raise BadContent("uid is no UUID")
    return text


def _moment(entry: dict[str, Any], name: str) -> int | None:
    value = entry.get(name)
    if value is None:
        return None
    try:
        return as_milliseconds(value)
    except (ValueError, OverflowError, AttributeError, TypeError):
        raise BadContent(f"{name} is no RFC 3339 time") from None
