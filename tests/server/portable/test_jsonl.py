"""JSON lines in and out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mnemon_server.client.in_process import InProcess
from mnemon_server.portable.jsonl import FIELDS, export_lines, import_lines
from mnemon_server.settings import Settings


def lines(*entries: Any) -> list[bytes]:
    return [json.dumps(entry).encode() for entry in entries]


FULL = {
    "title": "Use SQLite", "content": "We chose it.\r\n", "type": "decision", "created_at": "2026-01-02T03:04:05.678Z",
    "source_session": "s1", "source_client": "cursor", "confidence": 0.9, "pinned": True,
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
    stays = {"id", "uid", "content_hash", "source_key", "updated_at", "accessed_at", "access_count", "invalidated_at"}
    stays |= {"superseded_by", "archived_at", "memory_id", "captured_at"}
    named = {"role": "captured"}
    with client.context.vault.read() as connection:
        for table in ("memories", "captures", "origins"):
            columns = {str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")}
            assert {named.get(column, column) for column in columns} - stays <= set(FIELDS), table
