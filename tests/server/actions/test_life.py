"""A memory's life after saving: read, pinned, forgotten, faded, restored."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import Clock

from mnemon_server.actions.restore import Conflict
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import UnknownMemory, VaultBusy
from mnemon_server.vault.meta import write_meta


def save(client: InProcess, title: str, content_type: str = "note", **more: Any) -> int:
    return int(
        client.call("save", title=title, content=f"Text of {title}.", content_type=content_type, **more)["memory"]["id"]
    )


def test_reading_counts_as_an_access_and_searching_does_not(client: InProcess) -> None:
    save(client, "A")
    client.call("search", query="text")
    assert client.call("get", id=1)["memory"]["access_count"] == 1
    assert client.call("get", id=1)["memory"]["access_count"] == 2


def test_a_frozen_vault_is_read_all_the_same(client: InProcess) -> None:
    save(client, "A")
    with client.context.vault.write() as connection:
        write_meta(connection, "state", "frozen")
    assert client.call("get", id=1)["memory"]["access_count"] == 0
    assert client.call("search", query="text")["memories"] != []
    with pytest.raises(VaultBusy):
        save(client, "B")


def test_pinning_twice_is_pinning_once_and_unpinning_gives_the_base_back(client: InProcess) -> None:
    save(client, "A")
    first, second = client.call("pin", id=1), client.call("pin", id=1)
    assert (first["changed"], second["changed"]) == (True, False)
    assert first["memory"]["confidence"] == second["memory"]["confidence"] == 0.8
    assert client.call("unpin", id=1)["memory"]["confidence"] == 0.5


def test_forgetting_twice_is_no_error_and_restore_takes_it_back(client: InProcess) -> None:
    save(client, "A")
    assert client.call("forget", id=1)["changed"] is True
    assert client.call("forget", id=1)["changed"] is False
    with pytest.raises(UnknownMemory, match="was forgotten on") as error:
        client.call("get", id=1)
    assert error.value.hint == "mnemon restore 1"
    assert client.call("restore", id=1)["changed"] is True
    assert client.call("restore", id=1)["changed"] is False
    assert client.call("get", id=1)["memory"]["title"] == "A"


def test_restoring_what_is_live_elsewhere_is_a_conflict(client: InProcess) -> None:
    save(client, "A")
    client.call("forget", id=1)
    save(client, "A")
    with pytest.raises(Conflict, match="live as memory 2"):
        client.call("restore", id=1)


def test_restoring_a_key_that_was_taken_is_a_conflict(client: InProcess) -> None:
    save(client, "A", source_key="k")
    client.call("forget", id=1)
    save(client, "B", source_key="k")
    with pytest.raises(Conflict, match="belongs to memory 2"):
        client.call("restore", id=1)


@pytest.mark.parametrize("action", ["get", "forget", "pin", "unpin", "restore", "related", "contradictions"])
def test_an_unknown_id_is_named(client: InProcess, action: str) -> None:
    with pytest.raises(UnknownMemory, match="no memory 99"):
        client.call(action, id=99)


def test_sweep_shows_first_and_archives_only_what_has_faded(client: InProcess, clock: Clock) -> None:
    note, decision, pinned = save(client, "Note"), save(client, "Decision", "decision"), save(client, "Pinned")
    client.call("pin", id=pinned)
    clock.pass_days(61)
    fresh = save(client, "Fresh")
    shown = client.call("sweep")
    assert (shown["dry_run"], [m["id"] for m in shown["memories"]]) == (True, [note])
    assert client.call("status")["archived"] == 0
    assert client.call("sweep", dry_run=False)["count"] == 1
    assert client.call("sweep", dry_run=False)["count"] == 0
    assert {m["id"] for m in client.call("list")["memories"]} == {decision, pinned, fresh}
    with pytest.raises(UnknownMemory, match="was archived"):
        client.call("get", id=note)


def test_reading_keeps_a_memory_longer(client: InProcess, clock: Clock) -> None:
    save(client, "Read often")
    for _ in range(5):
        client.call("get", id=1)
    clock.pass_days(80)
    assert client.call("sweep")["count"] == 0
    clock.pass_days(20)
    assert client.call("sweep")["count"] == 1


def test_a_restored_archive_is_not_archived_again_at_once(client: InProcess, clock: Clock) -> None:
    save(client, "Note")
    clock.pass_days(61)
    client.call("sweep", dry_run=False)
    client.call("restore", id=1)
    assert client.call("sweep")["count"] == 0


def test_the_timeline_pages_without_gap_or_repeat(client: InProcess, clock: Clock) -> None:
    for number in range(25):
        save(client, f"m{number}")
        if number % 3 == 0:
            clock.pass_days(0.5)
    seen: list[int] = []
    before = None
    while True:
        page = client.call("timeline", limit=4, before=before)
        seen += [memory["id"] for memory in page["memories"]]
        before = page["next"]
        if before is None:
            break
    assert seen == list(range(25, 0, -1))


def test_related_shows_edges_session_and_what_is_similar(open_client: Any, with_model: Any) -> None:
    talk = open_client(with_model, session="s1")
    for title, content in (("Car", "The car is red."), ("Auto", "An automobile, red."), ("Rain", "Rain on the hill.")):
        talk.call("save", title=title, content=content)
    talk.call("embed_pending")
    near = talk.call("related", id=1)["neighbours"]
    kinds = {entry["title"]: entry["kind"] for entry in near}
    assert kinds["Auto"] in ("session", "entity", "similar")
    other = open_client(with_model, session="s2")
    other.call("save", title="Wagon", content="The vehicle is red.")
    other.call("embed_pending")
    kinds = {entry["title"]: entry["kind"] for entry in other.call("related", id=4)["neighbours"]}
    assert kinds.get("Car") == "similar"
    assert all(0 < entry["weight"] <= 1 for entry in near)


def test_contradictions_name_their_judge(hybrid: InProcess) -> None:
    save(hybrid, "Port of the database")
    hybrid.call("save", title="Port of the database", content="Text of Port of the database!")
    hybrid.call("save", title="Rain", content="A mountain far away.")
    by_words = hybrid.call("contradictions", id=1)
    hybrid.call("embed_pending")
    by_meaning = hybrid.call("contradictions", id=1)
    for result in (by_words, by_meaning):
        assert result["judge"] == "heuristics"
        classes = {entry["id"]: entry["class"] for entry in result["neighbours"]}
        assert classes[2] == "same"
        assert classes.get(3, "unrelated") == "unrelated"


def test_the_profile_has_its_sections_and_keeps_its_budget(client: InProcess) -> None:
    save(client, "Tabs", "preference")
    save(client, "SQLite", "decision")
    save(client, "No mocks", "antipattern")
    save(client, "Just a note")
    client.call("state_fact", title="Editor", content="vim")
    assert client.call("state_fact", title="editor", content="emacs")["outcome"] == "updated"
    assert client.call("state_fact", title="Editor", content="emacs")["outcome"] == "existing"
    profile = client.call("profile")
    assert [section["name"] for section in profile["sections"]] == [
        "Stated facts", "Preferences", "Decisions", "To avoid",
    ]  # fmt: skip
    assert profile["sections"][0]["lines"][0]["text"] == "emacs"
    for number in range(200):
        client.call("save", title=f"Decision {number}", content=f"{number} " + "word " * 40, content_type="decision")
    profile = client.call("profile", tokens=500)
    assert profile["tokens"] <= 500
    assert profile["left_out"] > 150
    assert "Just a note" not in str(profile)


def test_status_counts_what_is_there(hybrid: InProcess) -> None:
    save(hybrid, "A", "decision")
    save(hybrid, "B")
    save(hybrid, "C")
    hybrid.call("embed_pending")
    save(hybrid, "D")
    hybrid.call("pin", id=1)
    hybrid.call("forget", id=3)
    status = hybrid.call("status")
    assert status["total"] == 3
    assert status["by_type"] == {"decision": 1, "note": 2}
    assert (status["pinned"], status["invalidated"], status["pending"], status["vectors"]) == (1, 1, 1, 2)
    assert status["model"]["present"] is True
    assert status["bytes"] > 0
    assert status["verified_backup"] is None


def test_a_rebuild_makes_every_index_anew(hybrid: InProcess) -> None:
    for number in range(10):
        save(hybrid, f"m{number}")
    hybrid.call("embed_pending")
    with hybrid.context.vault.write() as connection:
        connection.execute("INSERT INTO words (words) VALUES ('delete-all')")
        connection.execute("DELETE FROM vector_index WHERE passage_id < 5")
    assert len(hybrid.call("check_integrity")["problems"]) == 2
    result = hybrid.call("rebuild")
    assert (result["words"], result["embedded"], result["reason"]) == (10, 10, "")
    assert hybrid.call("check_integrity")["problems"] == []
    assert hybrid.call("status")["pending"] == 0


def test_an_interrupted_rebuild_goes_on_where_it_stopped(hybrid: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    from mnemon_server.actions import embed_pending

    monkeypatch.setattr(embed_pending, "BATCH", 3)
    for number in range(10):
        save(hybrid, f"m{number}")
    hybrid.call("embed_pending")

    def stop_after_two_batches(done: int, total: int) -> None:
        if done >= 6:
            raise KeyboardInterrupt

    import dataclasses

    whole = hybrid.context
    hybrid.context = dataclasses.replace(whole, report=stop_after_two_batches)
    with pytest.raises(KeyboardInterrupt):
        hybrid.call("rebuild")
    hybrid.context = whole
    assert hybrid.call("status")["pending"] == 4
    assert hybrid.call("rebuild")["embedded"] == 4
    assert hybrid.call("rebuild")["embedded"] == 10


def test_the_probe_leaves_nothing_behind(hybrid: InProcess) -> None:
    save(hybrid, "A")
    hybrid.call("embed_pending")
    before = dump(hybrid)
    hybrid.call("save", title="probe", content="probe", source_key="mnemon:doctor")
    hybrid.call("embed_pending")
    hybrid.call("forget", id=2)
    assert hybrid.call("purge_probe") == {"purged": 1}
    assert dump(hybrid) == before
    assert save(hybrid, "B") == 2


def dump(client: InProcess) -> dict[str, list[Any]]:
    tables = ("memories", "passages", "vectors", "relations", "history", "words_docsize", "sqlite_sequence")
    with client.context.vault.read() as connection:
        return {
            table: sorted(map(str, connection.execute(f"SELECT * FROM {table}")))
            for table in tables
            if table != "sqlite_sequence"
        }


def test_every_change_stands_in_history(client: InProcess) -> None:
    save(client, "A")
    client.call("pin", id=1)
    client.call("forget", id=1)
    client.call("restore", id=1)
    with client.context.vault.read() as connection:
        rows = list(connection.execute("SELECT action, actor FROM history ORDER BY id"))
    assert rows == [("save", "test"), ("pin", "test"), ("forget", "test"), ("restore", "test")]


def test_an_index_made_anew_by_another_is_no_damage(client: InProcess, open_client: Any, settings: Any) -> None:
    for title in ("alpha", "beta", "gamma"):
        save(client, title)
    open_client(settings).call("rebuild")
    assert client.call("check_integrity")["problems"] == []
