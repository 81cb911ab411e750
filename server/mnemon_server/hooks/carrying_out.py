"""One hook, from what the client told it to what it answers; where it runs is no matter of its."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from mnemon_server.client import Reach
from mnemon_server.errors import MnemonError
from mnemon_server.hooks.answer import Outcome
from mnemon_server.hooks.event import parse_event
from mnemon_server.settings import Settings


def carried_out(module: str, client: str, data: bytes, settings: Callable[[], Settings], reach: Reach) -> Outcome:
    """What the hook in `module` makes of `data`; whatever is wrong with it is in the note, and the answer is empty."""
    try:
        event = parse_event(data, client)
    except ValueError as trouble:
        return Outcome(note=f"bad input ({type(trouble).__name__})")
    try:
        outcome: Outcome = import_module(f"mnemon_server.hooks.{module}").run(event, settings(), reach)
    except MnemonError as trouble:
        return Outcome(note=trouble.code)
    return outcome
