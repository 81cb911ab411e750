"""UserPromptSubmit, BeforeAgent: memories that bear on the prompt, each once per session."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import apsw

from mnemon_server.client import connect
from mnemon_server.hooks import session_start
from mnemon_server.hooks.answer import Outcome, context
from mnemon_server.hooks.event import HookEvent
from mnemon_server.hooks.ledger import Injected, ledger
from mnemon_server.hooks.noise import essence
from mnemon_server.hooks.passages import SURFACED, framed, listed
from mnemon_server.hooks.transcripts import spoken
from mnemon_server.projects import project_of
from mnemon_server.settings import Settings
from mnemon_server.vault.memories import system_clock


def run(event: HookEvent, settings: Settings) -> Outcome:
    """The answer to a prompt; nothing for small talk, and nothing where no memory reaches the floor."""
    if not settings.vault_path.exists():
        return Outcome(note="no vault")
    opening = session_start.late(event, settings) if event.client == "gemini" else ""
    text, note = _surfaced(event, settings)
    whole = "\n\n".join(part for part in (opening, text) if part)
    return Outcome(context(event.name or "UserPromptSubmit", whole) if whole else "", note)


def _surfaced(event: HookEvent, settings: Settings) -> tuple[str, str]:
    prompt = essence(spoken(event.client, event.prompt))
    limit = int(settings.value("surface_limit"))
    if not prompt or not limit:
        return "", "noise" if limit else "switched off"
    client = connect(settings, event.actor)
    try:
        found = client.call(
            "surface",
            prompt=prompt,
            project=project_of(event.folder),
            limit=limit,
            tokens=int(settings.value("surface_tokens")),
            exclude=sorted(seen(event, settings)),
        )
    finally:
        client.close()
    if not found["memories"]:
        return "", f"nothing above the floor, {found['mode']}"
    note_injected(event, settings, "surface", found["memories"])
    text = framed(SURFACED, listed(found["memories"]))
    return text, f"{len(found['memories'])} memories, {found['tokens']} tokens, {found['mode']}"


def seen(event: HookEvent, settings: Settings) -> set[str]:
    """What this session was given already; with a ledger in trouble rather twice than not at all."""
    if event.session:
        with suppress(apsw.Error, OSError), ledger(settings.folder) as book:
            return book.seen(event.session)
    return set()


def note_injected(event: HookEvent, settings: Settings, what: str, memories: list[dict[str, Any]]) -> None:  # Any: JSON
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
