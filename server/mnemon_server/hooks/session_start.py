"""SessionStart: the last handoff of this project and the pinned memories, within a budget."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import apsw

from mnemon_server.client import connect
from mnemon_server.hooks import surface
from mnemon_server.hooks.answer import Outcome, context
from mnemon_server.hooks.event import HookEvent
from mnemon_server.hooks.ledger import ledger
from mnemon_server.hooks.passages import STARTED, framed, listed
from mnemon_server.projects import project_of
from mnemon_server.settings import Settings
from mnemon_server.vault.memories import system_clock

_EMPTIED = ("clear", "compact")


def run(event: HookEvent, settings: Settings) -> Outcome:
    """What a session starts with. One whose context was emptied may be shown again what it was shown before."""
    if not settings.vault_path.exists():
        return Outcome(note="no vault")
    if event.source in _EMPTIED and event.session:
        with suppress(apsw.Error, OSError), ledger(settings.folder) as book:
            book.forget_session(event.session, system_clock())
    if event.client == "gemini":
        return Outcome(note="comes with the first prompt")
    text, note = _opening(event, settings, surface.seen(event, settings))
    return Outcome(context(event.name or "SessionStart", text) if text else "", note)


def late(event: HookEvent, settings: Settings) -> str:
    """The same with the first prompt of a session, for a client that loses that prompt when its start is given text."""
    given = surface.seen(event, settings)
    return "" if given or not event.session else _opening(event, settings, given)[0]


def _opening(event: HookEvent, settings: Settings, given: set[str]) -> tuple[str, str]:
    budget = int(settings.value("start_tokens"))
    if not budget:
        return "", "switched off"
    client = connect(settings, event.actor)
    try:
        found: dict[str, Any] = client.call(  # Any: JSON
            "opening",
            project=project_of(event.folder),
            session=event.session if event.source not in _EMPTIED else "",
            tokens=budget,
            exclude=sorted(given),
        )
    finally:
        client.close()
    if not found["memories"]:
        return "", "nothing to start with"
    surface.note_injected(event, settings, "session-start", found["memories"])
    return framed(STARTED, listed(found["memories"])), f"{len(found['memories'])} memories, {found['tokens']} tokens"
