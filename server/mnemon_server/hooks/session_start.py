"""SessionStart: the last handoff of this project and the profile, within a budget."""

from __future__ import annotations

from mnemon_server.client import Reach, connect
from mnemon_server.hooks.answer import Outcome, context
from mnemon_server.hooks.event import HookEvent
from mnemon_server.hooks.injecting import opening
from mnemon_server.settings import Settings


def run(event: HookEvent, settings: Settings, reach: Reach = connect) -> Outcome:
    """What a session starts with. Gemini gets it with its first prompt: it forgets that one on `--resume` otherwise."""
    if not settings.has_vault:
        return Outcome(note="no vault")
    if event.client == "gemini":
        return Outcome(note="comes with the first prompt")
    text, note = opening(event, settings, reach)
    return Outcome(context(event.name or "SessionStart", text) if text else "", note)
