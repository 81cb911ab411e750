"""A transcript is read while another program writes it, and whatever stands in it."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from mnemon_server.hooks.transcripts import Reading, lines, read_transcript, spoken

REAL = Path(__file__).parents[2] / "fixtures/transcripts/real"
SAMPLES = {
    "claude-code": (REAL / "claude-attachments.jsonl").read_bytes(),
    "gemini": (REAL / "gemini-files-resumed.jsonl").read_bytes(),
    "codex": (REAL / "codex-image-and-tool.jsonl").read_bytes(),
}


def typed(text: str) -> bytes:
    return json.dumps({"type": "user", "message": {"content": text}}).encode() + b"\n"


def texts(reading: Reading) -> list[str]:
    return [turn.text for turn in reading.turns]


def test_a_line_that_is_being_written_waits(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_bytes(typed("one") + typed("two")[:-5])
    first = read_transcript("claude-code", path)
    path.write_bytes(typed("one") + typed("two"))
    second = read_transcript("claude-code", path, first.position)

    assert (texts(first), texts(second)) == (["one"], ["two"])
    assert (first.position, second.position) == (len(typed("one")), path.stat().st_size)
    assert read_transcript("claude-code", path, second.position) == Reading((), (), second.position)


def test_a_file_that_became_smaller_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_bytes(typed("anew"))

    assert texts(read_transcript("claude-code", path, 9_000)) == ["anew"]
    assert texts(read_transcript("claude-code", path, -1)) == ["anew"]


@pytest.mark.parametrize("place", ["missing.jsonl", ".", "no/folder.jsonl", "a\0b", "x" * 5_000])
def test_a_file_that_cannot_be_read_says_nothing(tmp_path: Path, place: str) -> None:
    assert read_transcript("codex", tmp_path / place, 42) == Reading((), (), 42)


def test_of_much_unread_the_end_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_bytes(b"".join(typed(f"number {number:02}") for number in range(20)))
    one = len(typed("number 00"))

    monkeypatch.setattr(lines, "MOST_BYTES", 3 * one)  # begins where a line begins
    assert texts(read_transcript("claude-code", path)) == ["number 17", "number 18", "number 19"]
    monkeypatch.setattr(lines, "MOST_BYTES", 3 * one - 1)
    assert texts(read_transcript("claude-code", path)) == ["number 18", "number 19"]
    assert texts(read_transcript("claude-code", path, 19 * one)) == ["number 19"]
    monkeypatch.setattr(lines, "MOST_BYTES", one - 1)
    assert read_transcript("claude-code", path, one) == Reading((), (), one)


def test_a_line_of_megabytes_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_bytes(typed("before") + typed("x" * lines.LONGEST_LINE) + typed("after"))

    assert texts(read_transcript("claude-code", path)) == ["before", "after"]


def test_broken_lines_are_passed_over(tmp_path: Path) -> None:
    deep = b'{"type":"user","message":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    broken = (b"", b"\0\0", b"{", b"[]", b"null", b"7" * 5_000, b'{"type":[]}', deep, b'{"type":"user","message":7}')
    path = tmp_path / "chat.jsonl"
    path.write_bytes(
        b"\n".join(broken) + b"\r\n" + typed("half \ud83d of \0 it") + b'{"type":"user"\xff\n' + typed("é")
    )

    assert texts(read_transcript("claude-code", path)) == ["half ? of \0 it", "é"]


@pytest.mark.parametrize("client", SAMPLES)
@given(data=st.binary(max_size=300), cut=st.integers(min_value=0), position=st.integers(-5, 60_000))
@tries(max_examples=40, deadline=None)
def test_random_bytes_never_raise(client: str, data: bytes, cut: int, position: int) -> None:
    sample = SAMPLES[client]
    place = cut % len(sample)
    _read_bytes(client, sample[:place] + data + sample[place:], position)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("client", SAMPLES)
@given(value=anything, line=st.integers(min_value=0), slot=st.integers(min_value=0))
@tries(max_examples=80, deadline=None)
def test_values_of_any_type_never_raise(client: str, value: object, line: int, slot: int) -> None:
    records = [json.loads(text) for text in SAMPLES[client].splitlines()]
    slots = list(_slots(records[line % len(records)]))
    container, key = slots[slot % len(slots)]
    container[key] = value
    _read_bytes(client, b"".join(json.dumps(record, separators=(",", ":")).encode() + b"\n" for record in records), 0)


def test_no_text_takes_long() -> None:
    pieces = (
        "[Image: source",
        "[Pasted text #1 +",
        "<system-reminder>",
        "</system-reminder>",
        "<hook_context></hook_context>",
    )
    began = time.process_time()
    for piece in (*pieces, "\n--- Content from referenced files ---", "## My request for Codex:", "".join(pieces), " "):
        for client in SAMPLES:
            spoken(client, piece * (500_000 // len(piece)))
    assert time.process_time() - began < 10  # a fifth of a second is usual


def _read_bytes(client: str, data: bytes, position: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chat.jsonl"
        path.write_bytes(data)
        reading = read_transcript(client, path, position)
    for text in (*(turn.text for turn in reading.turns), *reading.edited):
        text.encode("utf-8")
    assert all(turn.role in ("user", "assistant") and turn.text.strip() for turn in reading.turns)


def _slots(value: Any) -> Any:  # Any: every place in a JSON value that can be given another value
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _slots(value[key])
