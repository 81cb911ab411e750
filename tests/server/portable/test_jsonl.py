"""JSON lines in and out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mnemon_server.client.in_process import InProcess
from mnemon_server.portable.jsonl import export_lines, import_lines
from mnemon_server.portable.line import FIELDS
from mnemon_server.settings import Settings


def lines(*entries: Any) -> list[bytes]:
    return [json.dumps(entry).encode() for entry in entries]


FULL = {
    "uid": "019b7d2c-0a4e-7c11-9a55-0123456789ab", "title": "Use SQLite", "content": "We chose it.\r\n",
    "type": "decision", "created_at": "2026-01-02T03:04:05.678Z", "updated_at": "2026-02-03T04:05:06.789Z",
    "source_session": "s1", "source_client": "cursor", "source_key": "k1", "confidence": 0.9, "pinned": True,
    "project": "github.com/dana/shop", "captured": "", "cue": "",
}  # fmt: skip


def test_what_goes_in_comes_out(client: InProcess) -> None:
    result = import_lines(client.context, lines(FULL, {"title": "t", "content": "c"}), dry_run=False)
    assert (result["new"], result["existing"], result["refused"]) == (2, 0, 0)
    first, second = map(json.loads, export_lines(client.context))
    assert first == FULL
    assert set(second) == set(FIELDS)
    assert (second["type"], second["confidence"], second["source_client"]) == ("note", 0.5, "import")
    assert client.call("check_integrity")["problems"] == []


def test_a_second_import_adds_nothing_and_names_the_duplicates(client: InProcess) -> None:
    import_lines(client.context, lines(FULL), dry_run=False)
    again = import_lines(client.context, lines(FULL), dry_run=False)
    assert (again["new"], again["existing"]) == (0, 1)
    assert again["duplicates"] == [{"line": 1, "id": 1, "title": "Use SQLite"}]


def test_what_was_forgotten_or_has_changed_here_does_not_come_back_from_elsewhere(client: InProcess) -> None:
    import_lines(client.context, lines(FULL), dry_run=False)
    client.call("forget", id=1)
    changed = {**FULL, "uid": FULL["uid"].upper(), "content": "Another text by now."}
    for dry_run in (True, False):
        again = import_lines(client.context, lines(FULL, changed), dry_run)
        assert (again["new"], again["existing"]) == (0, 2)
        assert again["duplicates"][0] == {"line": 1, "id": 1, "title": "Use SQLite"}
    assert client.call("status")["total"] == 0


def test_one_uid_twice_in_a_file_is_one_memory(client: InProcess) -> None:
    given = lines(FULL, {**FULL, "content": "Another text."})
    counts = [import_lines(client.context, given, dry_run) for dry_run in (True, False)]
    assert [(found["new"], found["existing"]) for found in counts] == [(1, 1), (1, 1)]


def test_a_key_that_a_memory_here_has_stays_with_it(client: InProcess) -> None:
    client.call("save", title="Mine", content="Under the key here.", source_key="k1")
    assert import_lines(client.context, lines(FULL), dry_run=False)["new"] == 1
    mine, theirs = map(json.loads, export_lines(client.context))
    assert (mine["source_key"], theirs["source_key"]) == ("k1", "")
    assert client.call("save", title="Mine", content="Changed.", source_key="k1")["memory"]["id"] == 1


def test_what_comes_from_another_vault_is_updated_under_its_key(client: InProcess) -> None:
    import_lines(client.context, lines(FULL), dry_run=False)
    saved = client.call("save", title="Use SQLite", content="Now with WAL.", source_key="k1")
    assert (saved["outcome"], saved["memory"]["uid"]) == ("updated", FULL["uid"])


def test_a_dry_run_counts_the_same_and_writes_nothing(client: InProcess) -> None:
    given = lines(FULL, FULL, {"title": "x"}, {"title": "t", "content": "c"})
    dry = import_lines(client.context, given, dry_run=True)
    assert client.call("status")["total"] == 0
    real = import_lines(client.context, given, dry_run=False)
    for count in ("new", "existing", "refused", "refusals"):
        assert dry[count] == real[count]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"{bad", "not a line of JSON"),
        (b"[1]", "not a JSON object"),
        (b'{"title": "a"}', "content is missing"),
        (b'{"title": 1, "content": "x"}', "title is not a text"),
        (b'{"title": "a", "content": ""}', "content is empty"),
        (b'{"title": "a", "content": "b", "type": "idea"}', "unknown type"),
        (b'{"title": "a", "content": "b", "confidence": 2}', "confidence"),
        (b'{"title": "a", "content": "b", "confidence": true}', "confidence"),
        (b'{"title": "a", "content": "b", "confidence": NaN}', "confidence"),
        (b'{"title": "a", "content": "b", "pinned": "yes"}', "pinned"),
        (b'{"title": "a", "content": "b", "created_at": "soon"}', "created_at"),
        (b'{"title": "a", "content": "b", "created_at": 5}', "created_at"),
        (b'{"title": "a", "content": "b", "updated_at": "soon"}', "updated_at"),
        (b'{"title": "a", "content": "b", "uid": "7"}', "uid is no UUID"),
        (b'{"title": "a", "content": "b", "uid": "{019b7d2c-0a4e-7c11-9a55-0123456789ab}"}', "uid is no UUID"),
        (b'{"title": "a", "content": "b", "uid": 7}', "uid is not a text"),
        (b'{"title": "a", "content": "b", "source_key": " "}', "a source key has"),
        (b'{"title": "a", "content": "b", "source_client": "\\u0000"}', "source_client"),
        (b'{"title": "a", "content": "\\ud800"}', "not valid Unicode"),
        (b"\xff\xfe", "not a line of JSON"),
        (b"[" * 100_000, "not a line of JSON"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(client: InProcess, line: bytes, says: str) -> None:
    result = import_lines(client.context, [b"\n", line, *lines(FULL)], dry_run=False)
    assert (result["new"], result["refused"]) == (1, 1)
    [refusal] = result["refusals"]
    assert refusal["line"] == 2
    assert says in refusal["reason"]


def test_fields_that_are_not_taken_over_are_named(client: InProcess) -> None:
    result = import_lines(client.context, lines({**FULL, "tags": ["x"]}), dry_run=False)
    assert result["ignored_fields"] == ["tags"]


def test_sessions_give_context_on_import_too(client: InProcess) -> None:
    talk = [
        {"title": "Question", "content": "Which message broker do we take?", "source_session": "s"},
        {"title": "Answer", "content": "Rabbit, operations know it.", "source_session": "s"},
    ]
    import_lines(client.context, lines(*talk), dry_run=False)
    found = client.call("search", query="message broker")["memories"]
    assert [memory["title"] for memory in found] == ["Question", "Answer"]


def test_what_a_model_said_waits_for_confirmation_on_the_other_machine_too(
    client: InProcess, open_client: Callable[..., InProcess], tmp_path: Path
) -> None:
    statement = {
        "title": "T",
        "content": "A conclusion.",
        "type": "decision",
        "role": "assistant",
        "cue": "so",
    }
    client.call("capture", statements=[statement])
    lines = [line.encode() for line in export_lines(client.context)]
    other = open_client(Settings(tmp_path / "other"))
    import_lines(other.context, lines, dry_run=False)
    [waiting] = other.call("inbox")["memories"]
    assert (waiting["role"], waiting["cue"]) == ("assistant", "so")


def test_every_column_travels_or_is_known_to_stay(client: InProcess) -> None:
    """A column that a later migration adds has to be thought of here."""
    stays = {"id", "content_hash", "accessed_at", "access_count", "invalidated_at"}
    stays |= {"superseded_by", "archived_at", "memory_id", "captured_at"}
    named = {"role": "captured"}
    with client.context.vault.read() as connection:
        for table in ("memories", "captures", "origins"):
            columns = {str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")}
            assert {named.get(column, column) for column in columns} - stays <= set(FIELDS), table
