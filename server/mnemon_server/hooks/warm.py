"""UserPromptSubmit in web mode: keep the server's machine awake while somebody works. Runs detached."""

from __future__ import annotations

from mnemon_server.client import Reach, connect
from mnemon_server.hooks.answer import Outcome
from mnemon_server.hooks.event import HookEvent
from mnemon_server.hooks.polling import poll
from mnemon_server.settings import Settings

PATIENCE = 35.0  # seconds


def run(event: HookEvent, settings: Settings, reach: Reach = connect) -> Outcome:
    """Ask the server for its health until it answers; nothing to do without a remote."""
    return poll(settings, PATIENCE)
