"""The vault through the resident, for commands and dashboard; and without one."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.server.resident.fake import FakeResident, Met

from mnemon_server.client import connect, shared
from mnemon_server.client.shared import ASKED, ResidentGone, SharedVault
from mnemon_server.errors import UnknownMemory
from mnemon_server.resident import launch, place
from mnemon_server.resident.frames import ANSWER, MOVE, QUESTION
from mnemon_server.settings import Settings


@pytest.fixture
def resident(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeResident]:
    monkeypatch.delenv(place.OFF)
    monkeypatch.setattr(launch, "start_detached", lambda folder: launch.CANNOT)
    made = FakeResident(settings.folder)
    yield made
    made.close()


@pytest.fixture
def vault(settings: Settings, resident: FakeResident) -> Iterator[SharedVault]:
    found = connect(settings, caller="cli", resident="if there")
    assert isinstance(found, SharedVault)
    yield found
    found.close()


def asking(vault: SharedVault, action: str, **parameters: Any) -> Callable[[], Any]:
    """Ask in a thread; what is returned waits for the answer, which may be an exception."""
    found: list[Any] = []

    def ask() -> None:
        try:
            found.append(vault.call(action, **parameters))
        except Exception as trouble:
            found.append(trouble)

    thread = threading.Thread(target=ask)
    thread.start()

    def answer() -> Any:
        thread.join(10)
        return found[0]

    return answer


def question(met: Met) -> dict[str, Any]:
    kind, sent = met.frame()
    assert kind == QUESTION
    found: dict[str, Any] = json.loads(sent)
    return found


def result(met: Met, **found: Any) -> None:
    met.send(ANSWER, json.dumps({"result": found}).encode())


def served_once(vault: SharedVault, resident: FakeResident) -> Met:
    """A connection over which one question was answered."""
    answer = asking(vault, "version")
    met = resident.met()
    question(met)
    result(met, version="1")
    answer()
    return met


def test_a_question_names_who_asks_and_one_connection_serves_many(vault: SharedVault, resident: FakeResident) -> None:
    first = asking(vault, "search", query="größer")
    met = resident.met()
    asked = question(met)
    assert (asked["action"], asked["parameters"], asked["client"]) == ("search", {"query": "größer"}, "cli")
    result(met, memories=["a"])
    assert first() == {"memories": ["a"]}
    second = asking(vault, "status")
    assert question(met)["action"] == "status"
    result(met, total=1)
    assert second() == {"total": 1}


def test_a_failure_there_is_the_same_failure_here(vault: SharedVault, resident: FakeResident) -> None:
    answer = asking(vault, "get", id=7)
    met = resident.met()
    question(met)
    problem = {"code": "unknown-memory", "message": "there is no memory 7", "hint": "mnemon list", "exit_status": 1}
    met.send(ANSWER, json.dumps({"problem": problem}).encode())
    trouble = answer()
    assert isinstance(trouble, UnknownMemory)
    assert (trouble.message, trouble.hint) == ("there is no memory 7", "mnemon list")


def test_what_may_be_asked_twice_is_asked_again_when_the_resident_dies(
    vault: SharedVault, resident: FakeResident
) -> None:
    answer = asking(vault, "search", query="a")
    met = resident.met()
    question(met)
    met.die()
    second = resident.met()
    assert question(second)["parameters"] == {"query": "a"}
    result(second, memories=[])
    assert answer() == {"memories": []}


@pytest.mark.parametrize("action", ["undo", "save"])
def test_what_may_not_is_said_to_be_unknown(vault: SharedVault, resident: FakeResident, action: str) -> None:
    parameters = {"title": "a", "content": "b", "supersedes": 3} if action == "save" else {}
    answer = asking(vault, action, **parameters)
    met = resident.met()
    question(met)
    met.die()
    trouble = answer()
    assert isinstance(trouble, ResidentGone)
    assert "not known" in trouble.message


def test_one_that_is_about_to_leave_has_done_nothing_and_another_is_asked(
    vault: SharedVault, resident: FakeResident
) -> None:
    answer = asking(vault, "undo")
    met = resident.met()
    question(met)
    met.send(MOVE)
    second = resident.met()
    assert question(second)["action"] == "undo"
    result(second, undone="a save")
    assert answer() == {"undone": "a save"}


def test_one_that_dies_before_it_has_the_question_is_no_reason_to_give_up(
    vault: SharedVault, resident: FakeResident
) -> None:
    served_once(vault, resident).die()
    resident.shut()
    assert vault.call("search", query="a")["memories"] == []  # in this process


@pytest.mark.parametrize("said", [b"\xff", b"[]", b"{}", b'{"result": 7}', b'{"problem": 7}'])
def test_an_answer_that_is_none_is_a_failure_with_a_sentence(
    vault: SharedVault, resident: FakeResident, said: bytes
) -> None:
    answer = asking(vault, "search", query="a")
    met = resident.met()
    question(met)
    met.send(ANSWER, said)
    trouble = answer()
    assert isinstance(trouble, ResidentGone)
    assert "resident" in trouble.hint


def test_what_takes_long_or_is_about_files_is_done_here(vault: SharedVault, resident: FakeResident) -> None:
    resident.shut()
    assert vault.call("archive_list") is not None
    assert not {"rebuild", "push", "pull", "freeze", "purge_probe", "token_new", "check_integrity"} & ASKED


def test_a_user_who_wants_none_gets_none(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(place.OFF)
    without = Settings(settings.folder, {"resident_minutes": 0})
    for found in (connect(without, "cli", resident="start"), connect(settings, "cli")):
        assert not isinstance(found, SharedVault)
    monkeypatch.setenv(place.OFF, "off")
    assert not isinstance(connect(settings, "cli", resident="start"), SharedVault)


def test_a_resident_that_has_left_since_the_last_question_is_no_failure(
    vault: SharedVault, resident: FakeResident
) -> None:
    served_once(vault, resident).die()
    answer = asking(vault, "undo")  # which may not be asked twice, and was not asked yet
    second = resident.met()
    assert question(second)["action"] == "undo"
    result(second, undone="a save")
    assert answer() == {"undone": "a save"}


def test_one_that_hangs_is_waited_for_once_and_not_by_everybody(
    vault: SharedVault, resident: FakeResident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "_SECONDS", 0.05)
    answers = [asking(vault, "search", query=f"word {number}") for number in range(3)]
    question(resident.met())
    assert [answer()["memories"] for answer in answers] == [[], [], []]  # in this process
    monkeypatch.setattr(shared, "_SECONDS", 10)
    monkeypatch.setattr(shared, "_LOOK_AGAIN", 0)
    vault._look_again_at = 0.0  # a minute later
    later = asking(vault, "version")
    met = resident.met()
    question(met)
    result(met, version="7")
    assert later() == {"version": "7"}


def test_what_may_not_be_asked_twice_of_one_that_hangs_is_not_known(
    vault: SharedVault, resident: FakeResident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "_SECONDS", 0.05)
    answer = asking(vault, "undo")
    question(resident.met())
    assert isinstance(answer(), ResidentGone)
