"""What is put before a model: for a prompt, for the start of a session; each memory once, and noted in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import apsw

from mnemon_server.client import Reach, connect
from mnemon_server.hooks.event import HookEvent
from mnemon_server.hooks.ledger import Injected, ledger
from mnemon_server.hooks.opened import opened
from mnemon_server.hooks.passages import SURFACED, framed
from mnemon_server.projects import project_of
from mnemon_server.settings import Settings
from mnemon_server.vault.memories import system_clock

PATIENCE = 5.5  # seconds for a vault on the web; the hook itself gives up at 6
_EMPTIED = ("clear", "compact")


def surfaced(event: HookEvent, settings: Settings, prompt: str, reach: Reach = connect) -> tuple[str, str]:
    """The text for a prompt, and a word for the log."""
    limit = int(settings.value("surface_limit"))
    if not limit:
        return "", "switched off"
    client = reach(settings, event.actor, patience=PATIENCE)
    try:
        found = client.call(
            "surface",
            prompt=prompt,
            project=project_of(event.folder),
            limit=limit,
            tokens=int(settings.value("surface_tokens")),
            exclude=sorted(_seen(event, settings)),
        )
    finally:
        client.close()
    text, shown = framed(SURFACED, found["memories"])
    if not shown:
        return "", f"nothing above the floor, {found['mode']}"
    _note(event, settings, "surface", shown)
    return text, f"{_counted(shown)}, {found['mode']}"


def opening(event: HookEvent, settings: Settings, reach: Reach = connect) -> tuple[str, str]:
    """What a session starts with, and a word for the log. One whose context was emptied may see again what it saw."""
    is_emptied = event.source in _EMPTIED
    if is_emptied and event.session:
        with suppress(apsw.Error, OSError), ledger(settings.folder) as book:
            book.forget_session(event.session, system_clock())
    budget = int(settings.value("start_tokens"))
    if not budget:
        return "", "switched off"
    client = reach(settings, event.actor, patience=PATIENCE)
    try:
        found: dict[str, Any] = client.call(  # Any: JSON
            "opening",
            project=project_of(event.folder),
            session="" if is_emptied else event.session,
            tokens=budget,
            exclude=sorted(_seen(event, settings)),
        )
    finally:
        client.close()
    text, shown = opened(found)
    if not shown:
        return "", "nothing to start with"
    _note(event, settings, "session-start", shown)
    return text, _counted(shown)


def late_opening(event: HookEvent, settings: Settings, reach: Reach = connect) -> str:
    """The same with the first prompt of a session, for a client that loses that prompt when its start is given text."""
    if not event.session:
        return ""
    session = f"session {event.session}"
    with suppress(apsw.Error, OSError), ledger(settings.folder) as book:
        if book.position(session, "opening"):
            return ""
    text = opening(event, settings, reach)[0]  # a server that still sleeps is asked again with the next prompt
    with suppress(apsw.Error, OSError), ledger(settings.folder) as book:
        book.set_position(session, "opening", 1, system_clock())
    return text


def _counted(shown: Sequence[dict[str, Any]]) -> str:  # Any: JSON
    return f"{len(shown)} memories, {sum(memory['tokens'] for memory in shown)} tokens"


def _seen(event: HookEvent, settings: Settings) -> set[str]:
    """What this session was given already; with a ledger in trouble rather twice than not at all."""
    if event.session:
        with suppress(apsw.Error, OSError), ledger(settings.folder) as book:
            return book.seen(event.session)
    return set()


def _note(event: HookEvent, settings: Settings, what: str, memories: Sequence[dict[str, Any]]) -> None:  # Any: JSON
    """Into the ledger; a ledger in trouble costs the user nothing but the note."""
    now = system_clock()
    entries = [
        Injected(
            at=now,
            client=event.client,
            session=event.session,
            event=what,
            memory_id=memory["id"],
            uid=memory["uid"],
            title=memory["title"],
            score=memory.get("score"),
            floor=memory.get("floor"),
            bm25=memory.get("bm25"),
            cosine=memory.get("cosine"),
            terms=tuple(memory.get("terms", ())),
            tokens=memory["tokens"],
        )
        for memory in memories
    ]
    with suppress(apsw.Error, OSError), ledger(settings.folder) as book:
        book.note(entries, now)
