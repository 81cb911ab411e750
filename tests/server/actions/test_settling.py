"""Which of two memories was said later, whatever happens to their rows; and what a settlement leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import Clock

from mnemon_server.actions import capture
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import UnknownMemory
from mnemon_server.llm import UPDATE
from mnemon_server.portable.jsonl import import_lines
from mnemon_server.tools import render
from mnemon_server.vault import verdicts
from mnemon_server.vault.verdicts import Judged

EARLY = "The team standup happens at 9:30 every morning in the Berlin office."
LATE = "The team standup no longer happens at 9:30; it happens at 10:15 every morning in the Berlin office."


def save(client: InProcess, title: str, content: str, kind: str = "decision", **more: Any) -> dict[str, Any]:
    return client.call("save", title=title, content=content, content_type=kind, **more)


def pairs(client: InProcess) -> list[tuple[int, int]]:
    """Of the open conflicts, the newer first."""
    return [(each["newer"]["id"], each["older"]["id"]) for each in client.call("conflicts")["conflicts"]]


def confidence(client: InProcess, memory_id: int) -> float:
    return float(client.call("changes", id=memory_id)["memory"]["confidence"])


@pytest.fixture
def moved(client: InProcess, clock: Clock) -> InProcess:
    """#1 is what was so, #2 what is so now."""
    save(client, "Team standup", EARLY, "observation")
    clock.pass_days(3)
    save(client, "Team standup moved", LATE, "observation")
    clock.pass_days(3)
    assert pairs(client) == [(2, 1)]
    return client


def comes_back_from_the_archive(client: InProcess, clock: Clock) -> None:
    clock.pass_days(200)
    client.call("sweep", dry_run=False)
    client.call("restore", id=2)
    clock.pass_days(1)
    client.call("restore", id=1)


def gets_another_title(client: InProcess, clock: Clock) -> None:
    edited = client.call("edit", id=1, title="Team stand-up of the morning")
    assert edited["hints"] == []


def gets_another_type(client: InProcess, clock: Clock) -> None:
    client.call("edit", id=1, content_type="note")


@pytest.mark.parametrize("what", [comes_back_from_the_archive, gets_another_title, gets_another_type])
def test_what_was_said_first_stays_the_older_when_it(
    moved: InProcess, clock: Clock, what: Callable[[InProcess, Clock], None]
) -> None:
    what(moved, clock)
    moved.call("examine_pending", seconds=5.0)
    assert pairs(moved) == [(2, 1)]
    [beside] = moved.call("contradictions", id=1)["neighbours"]
    assert beside["direction"] == "older"
    assert moved.call("resolve", id=1, other=2)["superseded"] == 1


def test_what_is_saved_is_newer_than_what_a_clock_put_into_the_future(client: InProcess, clock: Clock) -> None:
    line = {"title": "Standup", "content": EARLY, "type": "observation", "created_at": "2031-01-01T00:00:00Z"}
    import_lines(client.context, [json.dumps(line).encode()], dry_run=False)
    [hint] = save(client, "Team standup moved", LATE, "observation")["hints"]
    assert hint["id"] == 1
    assert pairs(client) == [(2, 1)]
    assert client.call("resolve", id=2, other=1)["superseded"] == 1


def test_what_is_said_again_is_newer_than_what_was_said_against_it(moved: InProcess, clock: Clock) -> None:
    again = save(moved, "Team standup", EARLY, "observation")
    assert again["outcome"] == "existing"
    assert [(hint["id"], hint["reason"]) for hint in again["hints"]] == [(2, "said again after memory 2")]
    assert pairs(moved) == [(1, 2)]
    assert save(moved, "Team standup", EARLY, "observation")["hints"] == []
    moved.call("edit", id=2, title="Standup, moved")
    moved.call("examine_pending", seconds=5.0)
    assert pairs(moved) == [(1, 2)]
    moved.call("undo")
    assert "said again after memory 2" in moved.call("changes", id=1)["changes"][0]["what"]
    moved.call("undo")
    assert pairs(moved) == [(2, 1)]


def test_no_model_has_another_word_on_what_was_said_again(moved: InProcess) -> None:
    save(moved, "Team standup", EARLY, "observation")
    with moved.context.vault.write() as connection:
        verdicts.put_verdict(connection, Judged(2, 1, UPDATE, "", 1.0, "a model", 0))
    assert pairs(moved) == [(1, 2)]


def test_a_word_of_a_person_outlives_another_type_and_a_text_that_comes_back(moved: InProcess, clock: Clock) -> None:
    moved.call("resolve", id=1, other=2, keep_both=True)
    assert ["both stand" in moved.call("changes", id=each)["changes"][0]["what"] for each in (1, 2)] == [True, True]
    moved.call("edit", id=1, content="The team has lunch at noon.")
    clock.pass_days(1)
    assert moved.call("undo")["action"] == "update"
    moved.call("examine_pending", seconds=5.0)
    assert pairs(moved) == []
    moved.call("edit", id=1, content_type="note")
    moved.call("examine_pending", seconds=5.0)
    assert pairs(moved) == []


def test_what_comes_back_takes_the_edge_and_the_gain_along(moved: InProcess) -> None:
    moved.call("resolve", id=2, other=1)
    raised = confidence(moved, 2)
    moved.call("restore", id=1)
    assert confidence(moved, 2) == pytest.approx(raised - 0.05)
    for each in (1, 2):
        assert "supersedes" not in [near["kind"] for near in moved.call("related", id=each)["neighbours"]]
    assert moved.call("changes", id=2)["confidence"] == [
        "0.70 for an observation",
        "decided against one that it could not stand beside: confidence 0.70 to 0.75",
        "the one that it was decided against came back: confidence 0.75 to 0.70",
    ]
    moved.call("undo")
    assert confidence(moved, 2) == pytest.approx(raised)
    with pytest.raises(UnknownMemory, match="superseded by 2"):
        moved.call("get", id=1)
    for _ in range(3):  # again and again it comes to no more
        moved.call("restore", id=1)
        moved.call("resolve", id=2, other=1)
    assert confidence(moved, 2) == pytest.approx(raised)


def test_only_a_conflict_that_is_settled_makes_surer(client: InProcess) -> None:
    save(client, "Bread", "The bread is baked before six in the morning.")
    save(client, "Lamps", "Somebody wanted lamps in the corridor of the cellar.", "note")
    assert client.call("resolve", id=2, other=1)["kept"]["confidence"] == 0.5


def test_who_settles_for_what_a_hook_heard_confirms_it(client: InProcess, clock: Clock) -> None:
    save(client, "Team standup", EARLY, "observation")
    heard = {"title": "Standup", "content": LATE, "type": "observation", "role": "assistant", "cue": "no longer"}
    client.call("capture", statements=[heard])
    client.call("examine_pending", seconds=5.0)
    settled = client.call("resolve", id=1, other=2)
    assert settled["superseded"] == 1
    assert settled["kept"]["captured"] is None
    assert client.call("inbox")["memories"] == []
    told = client.call("changes", id=2)["confidence"]
    assert told[0] == "0.30 for what a hook heard the assistant say"
    assert "confirmed: confidence 0.30 to 0.70" in told
    assert client.call("undo")["left"] == []
    assert client.call("get", id=2)["memory"]["captured"] == "assistant"


def test_a_transcript_that_is_read_again_brings_nothing_superseded_back(moved: InProcess) -> None:
    moved.call("resolve", id=2, other=1)
    for content in (EARLY, EARLY.replace("every morning", "each morning")):
        heard = {"title": "Standup", "content": content, "type": "observation", "role": "user", "cue": "happens"}
        assert moved.call("capture", statements=[heard]) == {"captured": [], "known": 1}


def test_nor_does_one_that_was_superseded_long_ago(moved: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "_DROPPED", 0)
    moved.call("resolve", id=2, other=1)
    heard = {"title": "Standup", "content": EARLY, "type": "observation", "role": "user", "cue": "happens"}
    assert moved.call("capture", statements=[heard])["captured"] == []


def test_history_tells_every_change_of_confidence(client: InProcess) -> None:
    line = {"title": "Lunch", "content": "Lunch is at noon.", "type": "decision", "confidence": 0.2}
    import_lines(client.context, [json.dumps(line).encode()], dry_run=False)
    assert client.call("changes", id=1)["confidence"] == ["0.20 as it came in from elsewhere"]
    client.call("edit", id=1, content_type="note")
    told = client.call("changes", id=1)
    assert told["confidence"] == ["0.20 as it came in from elsewhere", "changed: type: confidence 0.20 to 0.50"]
    assert told["changes"][0]["what"] == "changed: type: confidence 0.20 to 0.50"


@pytest.mark.parametrize(
    ("kind", "one", "other", "is_told"),
    [
        ("decision", "/work/shop", "/work/blog", False),
        ("decision", "/work/shop", "/work/shop", True),
        ("decision", "", "/work/blog", True),
        ("preference", "/work/shop", "/work/blog", True),
    ],
)
def test_what_two_projects_do_differently_stands_in_both(
    client: InProcess, kind: str, one: str, other: str, is_told: bool
) -> None:
    client.context = replace(client.context, project=one)
    save(client, "Standup", EARLY, kind)
    client.context = replace(client.context, project=other)
    assert bool(save(client, "Standup moved", LATE, kind)["hints"]) == is_told
    client.call("examine_pending", seconds=5.0)
    assert bool(pairs(client)) == is_told


def test_a_model_reads_which_of_two_is_newer(moved: InProcess) -> None:
    for asked in (1, 2):
        text = render.contradictions(moved.call("contradictions", id=asked))
        assert "update: #2 is newer than #1" in text or "contradiction: #2 is newer than #1" in text
