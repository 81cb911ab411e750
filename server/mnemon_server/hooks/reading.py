"""What is new in a session's transcript since the last time; how far was read is noted once the work is done."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import apsw

from mnemon_server.hooks.event import HookEvent
from mnemon_server.hooks.ledger import ledger
from mnemon_server.hooks.transcripts import Reading, Turn, read_transcript, spoken
from mnemon_server.settings import Settings
from mnemon_server.vault.memories import system_clock

# A client may write the last words of a turn a moment after it has started our hook.
PATIENCE = 2.0  # seconds
_STEP = 0.1


@dataclass
class Stretch:
    """The turns since the last time. Only a stretch that is marked as done is not read again."""

    turns: tuple[Turn, ...]
    edited: tuple[str, ...]
    is_done: bool = False


@contextmanager
def read_on(event: HookEvent, settings: Settings, reader: str, from_start: bool = False) -> Iterator[Stretch]:
    """The new part of the transcript for this reader (or with `from_start` all of it), with the last words of the turn
    as the client told us, if the transcript does not hold them."""
    path = str(event.transcript) if event.transcript else ""
    position = 0 if from_start else _position(settings, path, reader)
    reading = _patiently(event, position)
    stretch = Stretch(_completed(event, reading.turns), reading.edited)
    yield stretch
    if stretch.is_done and path and not from_start:
        with suppress(apsw.Error, OSError), ledger(settings.folder) as book:
            book.set_position(path, reader, reading.position, system_clock())


def _position(settings: Settings, path: str, reader: str) -> int:
    """Without a ledger from the start: what is known already is not captured twice."""
    if path:
        with suppress(apsw.Error, OSError), ledger(settings.folder) as book:
            return book.position(path, reader)
    return 0


def _patiently(event: HookEvent, position: int) -> Reading:
    """Read, and read again when the transcript has grown, until it holds the last words."""
    if event.transcript is None:
        return Reading((), (), position)
    end = time.monotonic() + PATIENCE
    while True:
        size = _size(event.transcript)
        reading = read_transcript(event.client, event.transcript, position)
        if _has_reply(event, reading.turns):
            return reading
        while _size(event.transcript) == size:
            if time.monotonic() >= end:
                return reading
            time.sleep(_STEP)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _has_reply(event: HookEvent, turns: tuple[Turn, ...]) -> bool:
    if not event.reply.strip():
        return bool(turns)
    reply = _plain(event.reply)
    said = _plain("".join(turn.text for turn in turns if turn.role == "assistant"))
    return said.endswith(reply[-200:]) or reply.endswith(said[-200:] or "\0")


def _completed(event: HookEvent, turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """With what the client told us in the call itself, where the transcript lacks it."""
    added = list(turns)
    prompt = spoken(event.client, event.prompt)
    if prompt and not any(turn.role == "user" and _plain(turn.text) == _plain(prompt) for turn in turns):
        added.append(Turn("user", prompt))
    if event.reply.strip() and not _has_reply(event, turns):
        added.append(Turn("assistant", event.reply))
    return tuple(added)


def _plain(text: str) -> str:
    return "".join(text.split())
