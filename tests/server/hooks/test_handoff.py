"""One handoff per session, updated in place; trivial sessions leave none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mnemon_server.client.in_process import InProcess
from mnemon_server.hooks import handoff, reading
from mnemon_server.hooks.event import HookEvent
from mnemon_server.settings import Settings

ASKED = "the importer drops every second row of the supplier feed, find out why and mend it"
ANSWERED = (
    "I fixed the importer: it read the file twice.\n\nAll 12 tests pass.\n\n"
    "Still open: backfill the rows that were dropped since Monday."
)
RULE = "never write to the supplier feed from here, it is shared with three other teams"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PATIENCE", 0.0)


def stop(path: Path | None, session: str = "s1") -> HookEvent:
    return HookEvent("claude-code", "Stop", session, path, "/home/dana/shop")


def handoffs(client: InProcess) -> list[str]:
    found = client.call("list", content_type="handoff")["memories"]
    return [str(client.call("get", id=each["id"])["memory"]["content"]) for each in found]


def test_it_holds_goal_done_decisions_files_open_ends_and_next_step(
    vault_client: InProcess, settings: Settings, write_session: Callable[..., Path]
) -> None:
    path = write_session(
        ("user", ASKED), ("assistant", ANSWERED), ("user", RULE), edited="/home/dana/shop/src/importer.py"
    )
    assert handoff.run(stop(path), settings).note == "handoff new"
    [text] = handoffs(vault_client)
    assert text == (
        f"Goal: {ASKED}\n"
        "Done:\n- I fixed the importer: it read the file twice.\n- All 12 tests pass.\n"
        f"Decided: {RULE}\n"
        "Files: src/importer.py\n"
        "Open: backfill the rows that were dropped since Monday.\n"
        "Next: backfill the rows that were dropped since Monday."
    )
    [memory] = vault_client.call("list", content_type="handoff")["memories"]
    assert memory["source_client"] == "claude-code-hook"
    assert memory["source_key"] == "handoff:/home/dana/shop#s1"
    assert memory["title"].startswith("Handoff shop: the importer drops every second row")


def test_the_next_turn_updates_it_in_place(
    vault_client: InProcess, settings: Settings, write_session: Callable[..., Path]
) -> None:
    turns = [("user", ASKED), ("assistant", ANSWERED), ("user", RULE)]
    handoff.run(stop(write_session(*turns)), settings)
    more = [("assistant", "Understood. Next step: ask the supplier for the missing file.")]
    assert handoff.run(stop(write_session(*turns, *more)), settings).note == "handoff updated"
    assert handoff.run(stop(write_session(*turns, *more)), settings).note == "handoff existing"
    [text] = handoffs(vault_client)
    assert "Next: ask the supplier for the missing file." in text
    assert handoff.run(stop(write_session(*turns), "another"), settings).note == "handoff new"


@pytest.mark.parametrize(
    "turns",
    [
        [("user", "hi"), ("assistant", "Hello!")],
        [("user", "what does this function do"), ("assistant", "It trims a string.")],
        [("user", "fix the typo in footer.html"), ("assistant", "Fixed.")],
        [],
    ],
)
def test_trivial_sessions_leave_nothing(
    vault_client: InProcess, settings: Settings, write_session: Callable[..., Path], turns: list[tuple[str, str]]
) -> None:
    assert handoff.run(stop(write_session(*turns)), settings).note == "trivial"
    assert handoffs(vault_client) == []


def test_one_that_was_forgotten_does_not_come_back(
    vault_client: InProcess, settings: Settings, write_session: Callable[..., Path]
) -> None:
    path = write_session(("user", ASKED), ("assistant", ANSWERED), ("user", RULE))
    handoff.run(stop(path), settings)
    vault_client.call("forget", id=4)
    assert handoff.run(stop(path), settings).note == "handoff turned down"
    assert handoffs(vault_client) == []


def test_undo_is_not_taken_up_by_handoffs_that_grow(
    vault_client: InProcess, settings: Settings, write_session: Callable[..., Path]
) -> None:
    turns = [("user", ASKED), ("assistant", ANSWERED), ("user", RULE)]
    handoff.run(stop(write_session(*turns)), settings)
    vault_client.call("forget", id=1)
    handoff.run(stop(write_session(*turns, ("assistant", "I changed the reader as well."))), settings)
    assert vault_client.call("undo")["action"] == "forget"


def test_secrets_and_private_spans_stay_out(
    vault_client: InProcess, settings: Settings, write_session: Callable[..., Path]
) -> None:
    asked = f"{ASKED} <private>my salary is 1234</private> the token is ghp_0123456789abcdefghijABCDEFGHIJ000000"
    handoff.run(stop(write_session(("user", asked), ("assistant", ANSWERED), ("user", RULE))), settings)
    [text] = handoffs(vault_client)
    assert "salary" not in text
    assert "ghp_" not in text


def test_without_a_session_or_a_vault_there_is_none(settings: Settings, write_session: Callable[..., Path]) -> None:
    path = write_session(("user", ASKED), ("assistant", ANSWERED), ("user", RULE))
    assert handoff.run(stop(path), settings).note == "no vault"
    assert not settings.folder.exists()
