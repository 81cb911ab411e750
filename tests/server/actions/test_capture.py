"""What a hook heard: kept once, with little confidence, and on probation."""

from __future__ import annotations

import pytest
from tests.conftest import Clock

from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import BadContent, UsageError

SENTENCE = "We deploy from the release branch because main is never frozen."


def heard(content: str, role: str = "user", **more: str) -> dict[str, str]:
    return {"title": content[:40], "content": content, "type": "decision", "role": role, "cue": "we", **more}


def capture(client: InProcess, *statements: dict[str, str]) -> dict[str, object]:
    return client.call("capture", statements=list(statements))


def test_a_capture_waits_in_the_inbox_with_its_source(client: InProcess) -> None:
    assert capture(client, heard(SENTENCE)) == {"captured": [1], "known": 0}
    [waiting] = client.call("inbox")["memories"]
    assert (waiting["id"], waiting["role"], waiting["cue"], waiting["confidence"]) == (1, "user", "we", 0.4)
    assert client.call("status")["captured"] == 1


@pytest.mark.parametrize(
    "again",
    [
        SENTENCE,
        "we deploy from the release branch, because `main` is never frozen",
        "So we deploy from the release branch because main is never frozen, as you know.",
    ],
)
def test_the_same_is_not_captured_twice(client: InProcess, again: str) -> None:
    capture(client, heard(SENTENCE))
    assert capture(client, heard(again)) == {"captured": [], "known": 1}


def test_what_was_saved_on_purpose_is_not_captured_again(client: InProcess) -> None:
    client.call("save", title="Release branch", content=SENTENCE)
    assert capture(client, heard(SENTENCE.lower()))["captured"] == []


def test_a_handoff_that_tells_of_it_does_not_count(client: InProcess) -> None:
    """The two hooks at the end of a turn run at the same time: whichever is first."""
    told = {"title": f"Handoff harbour: {SENTENCE}", "content": f"Goal: {SENTENCE}\nDecided: {SENTENCE}"}
    client.call("put_handoff", project="/work/harbour", session="1", **told)
    assert capture(client, heard(SENTENCE)) == {"captured": [2], "known": 0}


def test_another_statement_on_the_same_subject_is_captured(client: InProcess) -> None:
    capture(client, heard(SENTENCE))
    assert capture(client, heard("The release branch is cut every second Monday by whoever is on duty."))["captured"]


@pytest.mark.parametrize("no", ["don't", "don’t"])
def test_the_opposite_is_captured_however_it_is_spelled(client: InProcess, no: str) -> None:
    capture(client, heard(SENTENCE))
    assert capture(client, heard(SENTENCE.replace("We deploy", f"We {no} deploy")))["captured"] == [2]


def test_what_was_dropped_stays_dropped(client: InProcess) -> None:
    capture(client, heard(SENTENCE))
    client.call("drop", id=1)
    assert capture(client, heard(SENTENCE)) == {"captured": [], "known": 1}
    assert client.call("inbox") == {"memories": [], "total": 0}


def test_keeping_gives_the_confidence_of_the_type(client: InProcess) -> None:
    capture(client, heard(SENTENCE))
    kept = client.call("keep", id=1)
    assert (kept["changed"], kept["memory"]["confidence"], kept["memory"]["captured"]) == (True, 0.85, None)
    assert client.call("keep", id=1)["changed"] is False
    assert client.call("inbox")["total"] == 0


def test_saving_the_same_on_purpose_confirms_it(client: InProcess) -> None:
    capture(client, heard(SENTENCE))
    saved = client.call("save", title="Release branch", content=SENTENCE, content_type="decision")
    assert (saved["outcome"], saved["memory"]["captured"], saved["memory"]["confidence"]) == ("existing", None, 0.85)


def test_the_users_own_words_take_the_place_of_what_a_model_said(client: InProcess) -> None:
    capture(client, heard("Deploys go from the release branch, because main is never frozen.", "assistant"))
    own = "We do deploys from the release branch because main is never frozen."
    assert capture(client, heard(own, "user"))["captured"] == [2]
    [waiting] = client.call("inbox")["memories"]
    assert (waiting["id"], waiting["role"], waiting["snippet"]) == (2, "user", own)


@pytest.mark.parametrize(
    ("said", "then"),
    [
        ("Always run the migrations before a deploy.", "Never run the migrations before a deploy."),
        ("The admin app listens on port 8080 now.", "The admin app listens on port 9090 now."),
        ("We deploy the shop from main only.", "We do not deploy the shop from main any more."),
        ("Der Import läuft immer vor dem Rechnungslauf.", "Der Import läuft nie vor dem Rechnungslauf."),
        ("The job reads `orders_a` at every start.", "The job reads `orders_b` at every start."),
    ],
)
def test_what_says_otherwise_is_not_the_same(client: InProcess, said: str, then: str) -> None:
    capture(client, heard(said, "assistant"))
    assert capture(client, heard(then, "user"))["captured"] == [2]
    kept = {each["snippet"]: each["role"] for each in client.call("inbox")["memories"]}
    assert kept == {said: "assistant", then: "user"}


def test_what_was_dropped_stays_dropped_in_other_words(client: InProcess) -> None:
    capture(client, heard("From now on we always format code with black before commit."))
    client.call("drop", id=1)
    again = "From now on we always format the code with black before a commit!"
    assert capture(client, heard(again)) == {"captured": [], "known": 1}


def test_a_capture_fades_although_its_type_never_does(client: InProcess, clock: Clock) -> None:
    capture(client, heard(SENTENCE), heard("Every invoice is rounded half to even, per line."))
    client.call("keep", id=2)
    clock.pass_days(31)
    assert [each["id"] for each in client.call("sweep")["memories"]] == [1]


def test_reading_a_capture_lets_it_live_longer(client: InProcess, clock: Clock) -> None:
    capture(client, heard(SENTENCE))
    client.call("get", id=1)
    clock.pass_days(32)
    assert client.call("sweep")["count"] == 0


def test_bad_statements_are_refused_and_nothing_is_kept(client: InProcess) -> None:
    with pytest.raises(UsageError, match="unknown role"):
        capture(client, heard(SENTENCE), heard("Another good sentence.", "system"))
    with pytest.raises(BadContent):
        capture(client, heard(SENTENCE), heard("\0"))
    with pytest.raises(UsageError, match="at most 200"):
        capture(client, *[heard(f"{SENTENCE} {number}") for number in range(201)])
    assert client.call("status")["total"] == 0
