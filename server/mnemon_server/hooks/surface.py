"""UserPromptSubmit, BeforeAgent: memories that bear on the prompt, each once per session."""

from __future__ import annotations

from mnemon_server.client import Reach, connect
from mnemon_server.hooks.answer import Outcome, context
from mnemon_server.hooks.event import HookEvent
from mnemon_server.hooks.noise import essence
from mnemon_server.hooks.transcripts import spoken
from mnemon_server.settings import Settings


def run(event: HookEvent, settings: Settings, reach: Reach = connect) -> Outcome:
    """The answer to a prompt; nothing for small talk, and nothing where no memory reaches the floor."""
    if not settings.has_vault:
        return Outcome(note="no vault")
    prompt = essence(spoken(event.client, event.prompt))
    if event.client != "gemini" and not prompt:
        return Outcome(note="noise")
    # Most prompts of some sessions are small talk; they need not pay for opening a vault.
    from mnemon_server.hooks import injecting

    opening = injecting.late_opening(event, settings, reach) if event.client == "gemini" else ""
    text, note = injecting.surfaced(event, settings, prompt, reach) if prompt else ("", "noise")
    whole = "\n\n".join(part for part in (opening, text) if part)
    return Outcome(context(event.name or "UserPromptSubmit", whole) if whole else "", note)
