"""Only what a page named is taken back, whatever has happened to the vault since."""

from __future__ import annotations

import pytest
from tests.dashboard.sample import waiting
from tests.dashboard.stage import complaints, press, show, words

from mnemon_server.client.in_process import InProcess

pytestmark = pytest.mark.ui
BACKUPS = 2  # the id of a memory of the made-up vault


def test_undo_takes_back_only_what_it_named(vault: InProcess) -> None:
    app = press(press(show("search", memory=str(BACKUPS)), f"pin-{BACKUPS}"), "undo-search")
    assert "Take back pinning #2" in words(app)
    vault.call("forget", id=5)  # a client was quicker
    press(app, "undo-yes-search")
    assert ["another one by now, forgetting #5" in each for each in complaints(app)] == [True]
    assert vault.call("changes", id=5)["state"] == "forgotten"
    assert vault.call("changes", id=BACKUPS)["memory"]["pinned"] is True


def test_what_another_client_did_meanwhile_is_not_taken_back(vault: InProcess) -> None:
    app = show("profile", part="inbox")
    [number] = waiting(vault)
    press(app, f"keep-{number}")
    other = vault.call("save", title="Meanwhile", content="Another client saves something.")["memory"]["id"]
    press(app, "undo-done-profile")
    [complaint] = complaints(app)
    assert f"saving #{other} “Meanwhile”, by claude-code" in complaint
    assert (vault.call("changes", id=other)["state"], waiting(vault)) == ("live", [])


def test_what_was_done_here_to_the_same_memory_since_is_not_taken_back_in_its_stead(vault: InProcess) -> None:
    app = show("profile", part="inbox")
    [number] = waiting(vault)
    press(app, f"keep-{number}")
    app.query_params["memory"] = str(number)
    press(press(app.run(), f"pin-{number}"), "undo-done-profile")
    assert (vault.call("changes", id=number)["memory"]["pinned"], waiting(vault)) == (True, [])
    assert ["another one by now, pinning #" in each for each in complaints(app)] == [True]
