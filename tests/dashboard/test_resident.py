"""The pages of a vault that is reached through the resident server of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.dashboard.stage import complaints, show, words
from tests.resident import residents

from mnemon_server.client.residents import resident_state
from mnemon_server.settings import Settings

pytestmark = pytest.mark.ui
BACKUPS = 2  # the id of a memory of the made-up vault


def test_pages_ask_the_resident_and_the_next_one_when_it_was_killed(filled_home: Path) -> None:
    settings = Settings(filled_home / ".mnemon")
    with residents(filled_home) as there:
        assert "Backups at night" in words(show("search"))
        [first] = there.until(1)
        state = resident_state(settings)
        assert state is not None
        assert (state.pid, state.commands) == (first, 1), "the dashboard has a line to it"

        there.kill()
        there.until(0)
        app = show("search", memory=str(BACKUPS))
        assert (complaints(app), "#### Backups at night" in words(app)) == ([], True)
        [second] = there.until(1)
        assert second != first

        there.kill()  # and now a click changes the vault
        there.until(0)
        app.button(key=f"pin-{BACKUPS}").click().run()
        assert (complaints(app), f"Memory {BACKUPS} is pinned" in words(app)) == ([], True)
        there.until(1)
