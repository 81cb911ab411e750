"""What somebody should look at: sentences, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mnemon_server.dashboard.book import Answer

# As `mnemon doctor` has it: a backup that was restored and verified longer ago is worth a word.
OLD = timedelta(days=30)
INBOX, CONTRADICTIONS = "inbox", "contradictions"


@dataclass(frozen=True)
class Hint:
    """`command` is to be typed, `part` is a part of the page of the profile; at most one of them is there."""

    said: str
    command: str = ""
    part: str = ""


@dataclass(frozen=True)
class Place:
    """Where the vault is: `is_remote` on the web, whose server makes the backups; `bucket` is this machine's."""

    is_remote: bool
    bucket: str


def hints(status: Answer, overview: Answer, place: Place, now: datetime) -> Iterator[Hint]:
    """From `status` and `overview`, the most pressing first."""
    yield from _state(status)
    yield from _backup(status["verified_backup"], place, now)
    if count := overview["captured"]:
        yield Hint(f"{_memories(count, 'captured ')} to be kept or dropped.", part=INBOX)
    if count := overview["conflicts"]:
        pairs = "1 pair of memories" if count == 1 else f"{count:,} pairs of memories"
        yield Hint(f"{pairs} cannot both stand.", part=CONTRADICTIONS)
    yield from _vectors(status, place)
    if count := overview["faded"]:
        verb = "is" if count == 1 else "are"
        yield Hint(f"{count:,} {_noun(count)} {verb} past the half-life and can be archived.", "mnemon sweep")


def _state(status: Answer) -> Iterator[Hint]:
    if status["state"] != "open":
        yield Hint(f"The vault takes no changes just now: it is {status['state']}.", "mnemon doctor")


def _backup(verified: str | None, place: Place, now: datetime) -> Iterator[Hint]:
    fix = "mnemon sync push && mnemon sync verify"
    if not place.is_remote and not place.bucket:
        yield Hint("There are no backups: no bucket is set for them.", "mnemon config set s3_bucket NAME")
    elif not verified:
        whose = "The server makes the backups of this vault, and none" if place.is_remote else "No backup of this vault"
        yield Hint(f"{whose} was ever restored and verified.", fix)
    elif now - datetime.fromisoformat(verified) > OLD:
        days = (now.astimezone(UTC) - datetime.fromisoformat(verified)).days
        yield Hint(f"No backup was restored and verified for {days:,} days.", fix)


def _vectors(status: Answer, place: Place) -> Iterator[Hint]:
    count, model = status["pending"], status["model"]
    if not count:
        return
    if model["present"] and not model["problem"]:
        who = "the server" if place.is_remote else "a running client"
        yield Hint(f"{_memories(count)} for a vector; {who} makes them by and by.")
    elif place.is_remote:
        yield Hint(f"{count:,} {_noun(count)} can be found by words only: the server has no model.", "mnemon doctor")
    else:
        why = "there is no model" if not model["present"] else "the model cannot be loaded"
        yield Hint(f"{count:,} {_noun(count)} can be found by words only: {why}.", "mnemon model fetch")


def _memories(count: int, what: str = "") -> str:
    return f"{count:,} {what}{_noun(count)} {'waits' if count == 1 else 'wait'}"


def _noun(count: int) -> str:
    return "memory" if count == 1 else "memories"
