"""A memory as everything outside the vault sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mnemon_server.errors import BadContent

TITLE_LIMIT = 300
CONTENT_LIMIT = 100_000
PIN_BONUS = 0.3
SNIPPET_LENGTH = 200


@dataclass(frozen=True)
class Memory:
    """One row of the vault. Times are milliseconds since 1970 UTC; `base_confidence` is before pinning.

    `captured` says whose words a hook captured, `user` or `assistant`, until a person confirms the memory.
    """

    id: int
    uid: str
    title: str
    content: str
    type: str
    base_confidence: float
    pinned: bool
    source_client: str
    source_session: str
    source_key: str | None
    created_at: int
    updated_at: int
    accessed_at: int | None
    access_count: int
    invalidated_at: int | None = None
    superseded_by: int | None = None
    archived_at: int | None = None
    captured: str | None = None

    @property
    def is_live(self) -> bool:
        """Neither forgotten nor superseded nor archived."""
        return self.invalidated_at is None and self.superseded_by is None and self.archived_at is None

    @property
    def confidence(self) -> float:
        """Pinning adds 0.3, at most to 1.0."""
        return min(1.0, self.base_confidence + PIN_BONUS) if self.pinned else self.base_confidence

    def to_json(self) -> dict[str, Any]:
        """The whole memory under the names that `--json` and the tools share."""
        found = self.to_json_without_text()
        found["content"] = self.content
        return found

    def to_json_without_text(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "uid": self.uid,
            "title": self.title,
            "type": self.type,
            "confidence": round(self.confidence, 4),
            "pinned": self.pinned,
            "created_at": as_rfc3339(self.created_at),
            "updated_at": as_rfc3339(self.updated_at),
            "source_client": self.source_client,
            "source_session": self.source_session,
            "source_key": self.source_key,
            "access_count": self.access_count,
            "captured": self.captured,
        }


def as_rfc3339(milliseconds: int) -> str:
    """UTC, to the millisecond, such as `2026-11-22T09:30:00.125Z`."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def as_milliseconds(text: str) -> int:
    """The moment an RFC 3339 time or a plain date (midnight UTC) names.

    Raises:
        ValueError: neither of the two, or outside the years 1 to 9999.
    """
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def age_in_days(milliseconds: int, now: int) -> float:
    """Never negative: a clock that ran ahead does not make a memory young."""
    return max(0.0, (now - milliseconds) / 86_400_000)


def checked_text(title: str, content: str) -> tuple[str, str]:
    """Title and content as they may be kept: the title on one line, the content verbatim.

    Raises:
        BadContent: empty, too long, binary, or not Unicode.
    """
    title = " ".join(_checked("title", title).split())
    _checked("content", content)
    if not title:
        raise BadContent("the title is empty", "give the memory a few words to be found by")
    if not content.strip():
        raise BadContent("the content is empty")
    if len(title) > TITLE_LIMIT:
        raise BadContent(f"the title has {len(title):,} characters; the limit is {TITLE_LIMIT}")
    if len(content) > CONTENT_LIMIT:
        raise BadContent(
            f"the content has {len(content):,} characters; the limit is {CONTENT_LIMIT:,}",
            "save the parts that matter as memories of their own",
        )
    return title, content


def _checked(what: str, text: str) -> str:
    if "\0" in text:
        raise BadContent(f"the {what} holds a NUL character; it looks like a binary file")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise BadContent(f"the {what} is not valid Unicode text") from None
    return text


def count_tokens(text: str) -> int:
    """About how many tokens a model reads `text` as: a quarter per character of English, more for other scripts."""
    if text.isascii():
        return len(text) // 4 + 1
    others = sum(not character.isascii() for character in text)
    return (len(text) - others) // 4 + others + 1


def snippet(content: str, length: int = SNIPPET_LENGTH) -> str:
    """The beginning of a content on one line, cut at a word where that is near."""
    line = " ".join(content[: length * 4].split())
    if len(line) <= length:
        return line
    cut = line[:length]
    space = cut.rfind(" ")
    return (cut[:space] if space > length * 2 // 3 else cut) + "…"


def straight(text: str) -> str:
    """With straight apostrophes, as rules spell their words: phones and models write `don’t`."""
    return text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
