"""What a save finds beside it, what is settled by whom, and what stands in history of it."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.conftest import Clock

from mnemon_server.actions import by_meaning as nearby
from mnemon_server.actions import examining
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import UnknownMemory, UsageError
from mnemon_server.llm import HEURISTICS, Judge, Stated, Verdict
from mnemon_server.llm.heuristics import Heuristics
from mnemon_server.llm.judges import JudgeState
from mnemon_server.portable.jsonl import import_lines
from mnemon_server.vault import background, vault_model, vectors, verdicts

OLD = "The main database of the shop is MySQL 5.7, on the machine harbour."
NEW = "We moved the main database of the shop from MySQL to PostgreSQL 16."


def save(client: InProcess, title: str, content: str, kind: str = "decision", **more: Any) -> dict[str, Any]:
    return client.call("save", title=title, content=content, content_type=kind, **more)


@pytest.fixture
def moved(client: InProcess, clock: Clock) -> InProcess:
    """#1 is what was so, #2 what is so now."""
    save(client, "Database of the shop", OLD)
    clock.pass_days(3)
    save(client, "Database of the shop moved", NEW)
    return client


def test_a_save_hints_at_what_it_seems_to_replace_and_changes_nothing(moved: InProcess, clock: Clock) -> None:
    clock.pass_days(1)
    again = save(moved, "The shop on PostgreSQL", "The main database of the shop is no longer MySQL: it is PostgreSQL.")
    assert 1 in [hint["id"] for hint in again["hints"]]
    [hint] = [hint for hint in again["hints"] if hint["id"] == 1]
    assert hint["title"] == "Database of the shop"
    assert hint["class"] in ("update", "contradiction")
    assert hint["reason"]
    assert moved.call("get", id=1)["memory"]["content"] == OLD
    assert moved.call("undo", dry_run=True)["changes"] == [
        {"action": "save", "id": 3, "title": "The shop on PostgreSQL"}
    ]


def test_saving_the_same_again_or_superseding_hints_at_nothing(moved: InProcess) -> None:
    assert save(moved, "Database of the shop moved", NEW)["hints"] == []
    said = save(moved, "Moved", f"{NEW} It took a night.", supersedes=1)
    assert 1 not in [hint["id"] for hint in said["hints"]]


def test_an_open_pair_is_listed_and_settled_in_the_direction_of_time(moved: InProcess) -> None:
    listed = moved.call("conflicts")
    assert [(pair["newer"]["id"], pair["older"]["id"]) for pair in listed["conflicts"]] == [(2, 1)]
    assert (listed["count"], listed["unexamined"]) == (1, 0)
    settled = moved.call("resolve", id=1, other=2)  # whichever is named first
    assert settled["superseded"] == 1
    assert settled["kept"]["id"] == 2
    assert settled["kept"]["confidence"] == pytest.approx(0.9)
    assert moved.call("conflicts")["count"] == 0
    with pytest.raises(UnknownMemory, match="superseded by 2"):
        moved.call("get", id=1)


def test_undo_takes_a_settlement_back_as_one_change(moved: InProcess) -> None:
    moved.call("resolve", id=2, other=1)
    undone = moved.call("undo")
    assert undone["count"] == 2
    assert moved.call("get", id=1)["memory"]["content"] == OLD
    assert moved.call("get", id=2)["memory"]["confidence"] == pytest.approx(0.85)
    assert moved.call("conflicts")["count"] == 1


def test_history_says_where_confidence_comes_from(moved: InProcess) -> None:
    moved.call("resolve", id=2, other=1)
    moved.call("pin", id=2)
    told = moved.call("changes", id=2)
    assert told["state"] == "live"
    assert told["confidence"] == [
        "0.85 for a decision",
        "decided against one that it could not stand beside: confidence 0.85 to 0.90",
        "+0.30 while it is pinned, up to 1.00",
    ]
    assert [change["action"] for change in told["changes"]] == ["pin", "resolve", "save"]
    assert moved.call("changes", id=1)["state"] == "superseded"
    assert moved.call("changes", id=1)["changes"][0]["what"] == "superseded by memory 2"
    moved.call("unpin", id=2)
    moved.call("undo")
    moved.call("undo")
    moved.call("undo")
    told = moved.call("changes", id=2)
    assert told["confidence"] == ["0.85 for a decision"]
    assert [change["undone"] for change in told["changes"]] == [True, True, True, False]
    with pytest.raises(UnknownMemory):
        moved.call("changes", id=99)


def test_a_pair_that_both_stand_is_not_brought_up_again_until_a_text_changes(moved: InProcess) -> None:
    for _ in range(2):  # twice is once
        assert moved.call("resolve", id=2, other=1, keep_both=True)["superseded"] is None
    assert moved.call("conflicts")["count"] == 0
    judged = {near["id"]: near for near in moved.call("contradictions", id=2)["neighbours"]}
    assert (judged[1]["class"], judged[1]["judge"]) == ("unrelated", "user")
    moved.call("examine_pending")
    assert moved.call("conflicts")["count"] == 0
    assert moved.call("changes", id=2)["changes"][0]["what"] == "both stand, it and memory 1"
    moved.call("undo")
    assert moved.call("conflicts")["count"] == 1


@pytest.mark.parametrize(
    ("one", "other", "trouble"), [(1, 1, UsageError), (1, 9, UnknownMemory), (9, 1, UnknownMemory)]
)
def test_what_cannot_be_settled(moved: InProcess, one: int, other: int, trouble: type[Exception]) -> None:
    with pytest.raises(trouble):
        moved.call("resolve", id=one, other=other)


def test_another_text_makes_verdicts_and_edges_anew(client: InProcess, clock: Clock) -> None:
    save(client, "Database of the shop", OLD, source_key="db")
    clock.pass_days(1)
    save(client, "Database of the shop moved", NEW)
    assert client.call("conflicts")["count"] == 1
    clock.pass_days(1)
    save(client, "Birds", "The heron stands in the pond behind the mill.", source_key="db")
    assert client.call("conflicts")["count"] == 0
    assert client.call("related", id=1)["neighbours"] == []


def test_edges_say_why(open_client: Any, settings: Any, clock: Clock) -> None:
    talk = open_client(settings, session="s1")
    save(talk, "Pool", "pgbouncer keeps twenty connections to `shop-db`.", "observation")
    save(talk, "Night job", "The nightly export reads from `shop-db` through pgbouncer.", "observation")
    save(talk, "Weather", "It rained, as memory 1 foretold; pull request #2 waits.", "note")
    near = {each["id"]: each for each in talk.call("related", id=2)["neighbours"]}
    assert (near[1]["kind"], near[3]["kind"]) == ("entity", "session")
    assert near[1]["reason"] == "both speak of `pgbouncer`, `shop`"
    back = {each["id"]: each for each in talk.call("related", id=1)["neighbours"]}
    assert (back[3]["kind"], back[3]["reason"], back[3]["weight"]) == ("mentions", "names memory 1", 0.9)
    assert back[2]["kind"] == "entity"
    talk.call("forget", id=2)
    assert [each["id"] for each in talk.call("related", id=1)["neighbours"]] == [3]


def test_whom_many_name_keeps_its_strongest_edges_only(client: InProcess) -> None:
    save(client, "Origin", "Where it all began.", "note")
    for number in range(30):
        save(client, f"Word {number}", f"Unheard{number} of{number}, says memory 1.", "note")
    assert len(client.call("related", id=1, limit=100)["neighbours"]) == 24


def test_a_finding_does_not_contradict_a_preference(client: InProcess, clock: Clock) -> None:
    save(client, "Merging", "We always squash every pull request on merge.", "preference")
    clock.pass_days(1)
    never = "We never squash pull requests on merge."
    assert save(client, "Merges", never, "observation")["hints"] == []
    clock.pass_days(1)
    assert [hint["id"] for hint in save(client, "Rule of merges", f"{never} Ask Ana.", "preference")["hints"]] == [1]


def test_a_handoff_that_tells_of_it_is_no_neighbour(moved: InProcess) -> None:
    moved.call("put_handoff", project="/work/shop", session="s", title="Handoff shop", content=f"Decided: {NEW} {OLD}")
    said = save(moved, "Shop database again", f"{NEW} It runs on harbour.")
    assert 3 not in [near["id"] for near in moved.call("related", id=said["memory"]["id"])["neighbours"]]
    assert 3 not in [near["id"] for near in moved.call("contradictions", id=said["memory"]["id"])["neighbours"]]


def test_no_second_look_brings_up_what_a_person_has_settled(hybrid: InProcess, clock: Clock) -> None:
    save(hybrid, "Database of the shop", OLD)
    clock.pass_days(1)
    save(hybrid, "Database of the shop moved", NEW)
    hybrid.call("resolve", id=2, other=1, keep_both=True)
    hybrid.call("embed_pending")
    assert hybrid.call("examine_pending")["examined"] == 2
    assert hybrid.call("conflicts")["count"] == 0


def test_a_text_that_changes_during_the_look_is_looked_at_anew(client: InProcess, clock: Clock) -> None:
    lines = [
        {"title": "Database of the shop", "content": OLD, "type": "decision", "created_at": "2025-01-01T00:00:00Z"},
        {"title": "Database of the shop moved", "content": NEW, "type": "decision", "source_key": "db"},
    ]
    import_lines(client.context, [json.dumps(line).encode() for line in lines], dry_run=False)
    mine, others = client.context, list[int]()

    def busy() -> int:
        if not others:
            others.append(1)
            client.context = mine
            save(client, "Birds", "The heron stands in the pond behind the mill.", source_key="db")
            client.context = replace(mine, clock=busy)
        return clock()

    client.context = replace(mine, clock=busy)
    client.call("examine_pending")
    client.context = mine
    assert client.call("examine_pending")["left"] == 0
    assert client.call("conflicts")["count"] == 0


def test_a_memory_keeps_its_strongest_edges_only(client: InProcess) -> None:
    for number in range(40):
        save(client, f"Note {number}", f"zebrafish quagga okapi number{number} " + "word " * (number % 5), "note")
    for number in (1, 20, 40):
        assert len(client.call("related", id=number, limit=100)["neighbours"]) <= 24


def test_what_was_imported_is_compared_when_somebody_asks(client: InProcess) -> None:
    lines = [
        {"title": "Database of the shop", "content": OLD, "type": "decision", "created_at": "2025-01-01T00:00:00Z"},
        {"title": "Moved", "content": NEW, "type": "decision", "created_at": "2025-03-01T00:00:00Z"},
        {"title": "Handoff", "content": "Goal: tea", "type": "handoff", "created_at": "2025-03-01T00:00:00Z"},
    ]
    import_lines(client.context, [json.dumps(line).encode() for line in lines], dry_run=False)
    assert client.call("conflicts") == {"conflicts": [], "count": 0, "unexamined": 2}
    assert client.call("examine_pending") == {"examined": 2, "left": 0}
    assert [(pair["newer"]["id"], pair["older"]["id"]) for pair in client.call("conflicts")["conflicts"]] == [(2, 1)]
    assert client.call("examine_pending") == {"examined": 0, "left": 0}


def put_vectors(
    client: InProcess, of: Mapping[tuple[int, int], Sequence[float]], background: float | None = 0.1
) -> None:
    """By memory and passage; the rest of each vector is 0."""
    client.call("embed_pending")
    with client.context.vault.write() as connection:
        model = vault_model.current_model(connection)
        assert model is not None
        for (number, ordinal), begins in of.items():
            vector = struct.pack(f"<{model.dimensions}f", *begins, *[0.0] * (model.dimensions - len(begins)))
            connection.execute(
                "UPDATE vectors SET embedding = ? WHERE passage_id IN"
                " (SELECT id FROM passages WHERE memory_id = ? AND ordinal = ?)",
                (vector, number, ordinal),
            )
        connection.execute("UPDATE models SET background = ?", (background,))
        vectors.rebuild_index(connection)


def look_with_vectors(client: InProcess, cosine: float, background: float | None = 0.1) -> None:
    """The second look, once #1 and #2 have vectors with this cosine and the model's background is known."""
    put_vectors(client, {(1, 0): (1.0,), (2, 0): (cosine, math.sqrt(1 - cosine**2))}, background)
    client.call("examine_pending")


def test_vectors_that_are_far_apart_take_a_hint_back(hybrid: InProcess, clock: Clock) -> None:
    save(hybrid, "Database of the shop", OLD)
    clock.pass_days(3)
    assert save(hybrid, "Database of the shop moved", NEW)["hints"]
    look_with_vectors(hybrid, 0.42)
    assert hybrid.call("conflicts")["count"] == 0
    [near] = hybrid.call("contradictions", id=2)["neighbours"]
    assert (near["class"], near["reason"]) == ("unrelated", "about something else, as their vectors have it")


def test_vectors_are_asked_without_a_verdict_and_of_what_only_words_have_found(
    hybrid: InProcess, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "BY_VECTOR", 0)
    save(hybrid, "Database of the shop", OLD)
    clock.pass_days(3)
    save(hybrid, "Database of the shop moved", NEW)
    look_with_vectors(hybrid, 0.42)
    with hybrid.context.vault.write() as connection:
        connection.execute("DELETE FROM verdicts")
    [near] = hybrid.call("contradictions", id=2)["neighbours"]
    assert (near["class"], near["reason"]) == ("unrelated", "about something else, as their vectors have it")


def test_a_background_that_is_learned_later_brings_another_look(hybrid: InProcess, clock: Clock) -> None:
    save(hybrid, "Database of the shop", OLD)
    clock.pass_days(3)
    save(hybrid, "Database of the shop moved", NEW)
    look_with_vectors(hybrid, 0.42, background=None)
    assert hybrid.call("conflicts")["count"] == 1
    for number in range(100):
        save(hybrid, f"Guest {number}", f"Guest number {number} came by train and left on foot.", "note")
    put_vectors(hybrid, {}, background=None)
    with hybrid.context.vault.write() as connection:
        model = vault_model.current_model(connection)
        assert model is not None
        assert background.measure_background(connection, model) is not None
        connection.execute("UPDATE models SET background = 0.1")
    assert hybrid.call("examine_pending", seconds=30)["left"] == 0
    assert hybrid.call("contradictions", id=2)["neighbours"][0]["class"] == "unrelated"


def test_an_only_memory_with_a_vector_is_looked_at_once(hybrid: InProcess) -> None:
    save(hybrid, "Car", "The car is red.", "observation")
    hybrid.call("embed_pending")
    assert hybrid.call("examine_pending") == {"examined": 1, "left": 0}
    assert hybrid.call("examine_pending") == {"examined": 0, "left": 0}


def test_vectors_of_another_model_bring_no_look(hybrid: InProcess) -> None:
    save(hybrid, "Car", "The car is red.", "observation")
    hybrid.call("embed_pending")
    with hybrid.context.vault.write() as connection:
        vectors.adopt_model(connection, "another", 8)
    assert hybrid.call("examine_pending") == {"examined": 0, "left": 0}


def test_another_model_brings_another_look(hybrid: InProcess) -> None:
    save(hybrid, "Car", "The car is red.", "observation")
    hybrid.call("embed_pending")
    hybrid.call("examine_pending")
    with hybrid.context.vault.write() as connection:
        assert verdicts.found_by(connection, 1) == "meaning"
        vectors.adopt_model(connection, "another", 8)
        assert verdicts.found_by(connection, 1) == "words"


def test_a_vector_of_nothing_ends_no_look(hybrid: InProcess, clock: Clock) -> None:
    save(hybrid, "Database of the shop", OLD)
    clock.pass_days(3)
    save(hybrid, "Database of the shop moved", NEW)
    put_vectors(hybrid, {(1, 0): (0.0,), (2, 0): (1.0,)})
    assert hybrid.call("examine_pending") == {"examined": 2, "left": 0}


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_long_memory_is_as_near_from_either_side(hybrid: InProcess, clock: Clock, order: tuple[int, int]) -> None:
    save(hybrid, "Database of the shop", f"{OLD}\n\n{'More words on the kitchen of the house. ' * 60}")
    clock.pass_days(3)
    save(hybrid, "Database of the shop moved", NEW)
    put_vectors(hybrid, {(2, 0): (1.0, 0.0), (1, 0): (0.3, 0.954), (1, 1): (0.8, 0.6)})
    for number in order:
        with hybrid.context.vault.write() as connection:
            connection.execute("DELETE FROM examined")
            verdicts.mark_examined(connection, 3 - number, "meaning")
        assert hybrid.call("examine_pending") == {"examined": 1, "left": 0}
        assert hybrid.call("conflicts")["count"] == 1
        [near] = hybrid.call("contradictions", id=number)["neighbours"]
        assert near["class"] == "update"


def test_a_hint_is_taken_back_though_nothing_leads_to_it_by_then(
    hybrid: InProcess, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(hybrid, "Database of the shop", OLD)
    clock.pass_days(3)
    assert save(hybrid, "Database of the shop moved", NEW)["hints"]
    monkeypatch.setattr(examining, "sharers", lambda *asked: [])  # as where many others share more words
    monkeypatch.setattr(nearby, "BY_VECTOR", 0)  # or are nearer
    look_with_vectors(hybrid, 0.42)
    assert hybrid.call("conflicts")["count"] == 0


def test_a_profile_heeds_vectors_where_nothing_was_hinted_at(hybrid: InProcess, clock: Clock) -> None:
    save(hybrid, "Commit messages", "I prefer long commit messages, with the reason in the body.", "preference")
    clock.pass_days(3)
    words = "I no longer want long commit messages: the reason belongs in the ticket."
    save(hybrid, "Commit messages", words, "preference")
    with hybrid.context.vault.write() as connection:  # as after an import
        connection.execute("DELETE FROM verdicts")
        connection.execute("DELETE FROM examined")
    put_vectors(hybrid, {(1, 0): (1.0,), (2, 0): (0.3, 0.954)})
    hybrid.call("examine_pending")
    [section] = hybrid.call("profile")["sections"]
    assert [line["id"] for line in section["lines"]] == [1, 2]


def test_a_vault_in_which_everything_is_near_has_no_scale(hybrid: InProcess, clock: Clock) -> None:
    save(hybrid, "Database of the shop", OLD)
    clock.pass_days(3)
    save(hybrid, "Database of the shop moved", NEW)
    look_with_vectors(hybrid, 0.42, background=1.0)
    assert hybrid.call("conflicts") | {"conflicts": []} == {"conflicts": [], "count": 1, "unexamined": 0}
    assert hybrid.call("contradictions", id=2)["neighbours"][0]["class"] == "update"


def test_vectors_that_are_near_leave_it(hybrid: InProcess, clock: Clock) -> None:
    save(hybrid, "Database of the shop", OLD)
    clock.pass_days(3)
    save(hybrid, "Database of the shop moved", NEW)
    look_with_vectors(hybrid, 0.8)
    assert hybrid.call("conflicts")["count"] == 1
    [near] = hybrid.call("contradictions", id=2)["neighbours"]
    assert near["class"] == "update"


def test_a_vector_brings_a_second_look(hybrid: InProcess, clock: Clock) -> None:
    save(hybrid, "Car", "The car is red.", "observation")
    clock.pass_days(1)
    save(hybrid, "Auto", "An automobile, red.", "observation")
    assert hybrid.call("examine_pending") == {"examined": 0, "left": 0}
    hybrid.call("embed_pending")
    assert hybrid.call("examine_pending") == {"examined": 2, "left": 0}
    assert [near["kind"] for near in hybrid.call("related", id=1)["neighbours"]] == ["similar"]


@dataclass
class Opinionated:
    """A judge who finds everything contradictory, as a model may, and its own source."""

    judge_name: str = "local (tiny)"
    asked: int = 0

    @property
    def name(self) -> str:
        return self.judge_name

    def compare(self, newer: Stated, older: Stated) -> Verdict:
        self.asked += 1
        return Verdict("unrelated", "both may be so", 0.9, self.judge_name)

    extract = Heuristics.extract
    summarize = Heuristics.summarize

    def state(self) -> JudgeState:
        return JudgeState(self.judge_name)

    def judge(self) -> Judge:
        return self  # type: ignore[return-value]  # its other methods are never called here

    def close(self) -> None:
        return


def test_a_model_has_the_second_word_on_what_the_rules_found(moved: InProcess) -> None:
    model = Opinionated()
    moved.context = replace(moved.context, judges=model)
    asked = moved.call("contradictions", id=2)
    assert (asked["judge"], asked["neighbours"][0]["judge"]) == ("local (tiny)", "local (tiny)")
    assert moved.call("conflicts")["count"] == 1  # to look is not to write
    moved.call("examine_pending")
    assert moved.call("conflicts")["count"] == 0
    before = model.asked
    moved.call("examine_pending")
    assert model.asked == before


def test_a_model_that_fails_leaves_the_verdict_of_the_rules(moved: InProcess) -> None:
    model = Failing()
    moved.context = replace(moved.context, judges=model)
    moved.call("examine_pending")
    [pair] = moved.call("conflicts")["conflicts"]
    assert (pair["judge"], model.asked) == (HEURISTICS, 1)  # and it is left alone for this time


class Failing(Opinionated):
    def compare(self, newer: Stated, older: Stated) -> Verdict:
        self.asked += 1
        return Heuristics().compare(newer, older)
