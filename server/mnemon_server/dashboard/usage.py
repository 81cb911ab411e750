"""What hooks on this machine have put before models lately, from their ledger."""

from __future__ import annotations

from datetime import datetime, tzinfo

import apsw

from mnemon_server.hooks.ledger import FILE_NAME, ledger
from mnemon_server.settings import Settings
from mnemon_server.vault.memories import system_clock

DAYS = 30


def injected_by_day(settings: Settings, zone: tzinfo) -> dict[str, int]:
    """Day (as `zone` counts it) -> tokens, of the last thirty days, oldest first."""
    found = dict[str, int]()
    for at, _, tokens in _lately(settings):
        day = datetime.fromtimestamp(at / 1000, zone).strftime("%Y-%m-%d")
        found[day] = found.get(day, 0) + tokens
    return dict(sorted(found.items()))


def recalled_by_client(settings: Settings) -> dict[str, int]:
    """Client -> how many memories its models were given in thirty days."""
    found = dict[str, int]()
    for _, client, _ in _lately(settings):
        found[client] = found.get(client, 0) + 1
    return found


def _lately(settings: Settings) -> list[tuple[int, str, int]]:
    """Nothing when there is no ledger, or when it cannot be read: a page is no place to mend it."""
    if not (settings.folder / FILE_NAME).exists():
        return []
    try:
        with ledger(settings.folder) as book:
            return book.given_since(system_clock() - DAYS * 86_400_000)
    except (apsw.Error, OSError):
        return []
