"""What people and models said, and nothing else, comes out of the transcripts of each client."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import pytest
from tests.golden.cases import Case, all_cases
from tests.golden.render import write_transcript

from mnemon_server.hooks.transcripts import Reading, read_transcript, spoken

REAL = Path(__file__).parents[2] / "fixtures/transcripts/real"
# The prompts and answers of the recorded sessions, prompts with a `>`.
RECORDED = {
    "claude-attachments": [
        "> Look at @notes.md, @sub/ and @pic.png and read data.txt.",
        "I will call Read now.",
        "I will call Bash now.",
        "FINAL-A1.",
    ],
    "claude-forked-compacted": [
        "> Please look at @notes.md and then read data.txt.",
        "FINAL-ONE: the train leaves on Tuesday.",
        "> And the second question?",
        "FINAL-TWO.",
        "> Third, resumed by id.",
        "FINAL-THREE.",
        "> Fourth, forked.",
        "FINAL-FOUR.",
        "> After compact.",
        "FINAL-SEVEN.",
    ],
    "claude-subagent": ["> Use an agent.", "I will call Agent now.", "FINAL-A2.", "FINAL-A2."],
    "claude-subagent-own-file": [],
    "gemini-files-resumed": [
        "> Please look at @notes.md and then read data.txt.",
        "I will read it.",
        "FINAL-G1: the train leaves on Tuesday.",
        "> And the second question?",
        "FINAL-G2.",
    ],
    "gemini-resumed": ["> First question here.", "F1.", "> Second.", "F2."],
    "codex-image-and-tool": [
        "> Please look at @notes.md and then read data.txt.",
        "I will read it.",
        "FINAL-C1: the train leaves on Tuesday.",
        "> And the second question?",
        "FINAL-C2.",
    ],
    "codex-forked": ["> Third.", "F3."],
}
CLIENTS = {"claude": "claude-code", "gemini": "gemini", "codex": "codex"}


def client_of(sample: str) -> str:
    return CLIENTS[sample.partition("-")[0]]


def shown(reading: Reading) -> list[str]:
    return [f"> {turn.text}" if turn.role == "user" else turn.text for turn in reading.turns]


@pytest.mark.parametrize("sample", RECORDED)
def test_a_recorded_session_yields_what_was_typed_and_answered(sample: str) -> None:
    path = REAL / f"{sample}.jsonl"

    reading = read_transcript(client_of(sample), path)

    assert shown(reading) == RECORDED[sample]
    assert (reading.edited, reading.position) == ((), path.stat().st_size)


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_a_golden_session_comes_back_word_for_word(case: Case, tmp_path: Path) -> None:
    reading = read_transcript(case.client, write_transcript(case, tmp_path))

    # Not a plain comparison of the texts: a failure would print cases that nobody should look at.
    said = tuple((turn.role, turn.text) for turn in reading.turns)
    different = [place for place, both in enumerate(zip(said, case.said, strict=False)) if both[0] != both[1]]
    assert (len(said), different) == (len(case.said), [])
    cwd = PurePosixPath(case.cwd)
    files = tuple(str(PurePosixPath(cwd, name).relative_to(cwd)) for name in reading.edited)
    assert files == case.session.files


def first_case_of(client: str, folder: Path) -> Path:
    return write_transcript(next(case for case in all_cases() if case.client == client), folder)


@pytest.mark.parametrize("sample", [*RECORDED, "claude", "gemini", "codex"])
def test_two_stretches_say_the_same_as_one(sample: str, tmp_path: Path) -> None:
    """The first stretch is read while the rest is not yet written, as it is after every turn of a session."""
    client = client_of(sample)
    whole = REAL / f"{sample}.jsonl" if sample in RECORDED else first_case_of(client, tmp_path)
    at_once = read_transcript(client, whole)
    growing = tmp_path / "growing.jsonl"
    written = b""
    for line in whole.read_bytes().splitlines(keepends=True)[:-1]:
        written += line
        growing.write_bytes(written)
        before = read_transcript(client, growing)
        after = read_transcript(client, whole, before.position)

        assert before.position == len(written)
        said, edited = before.turns + after.turns, before.edited + after.edited
        if client == "gemini":  # a record that is written again comes again
            assert dict.fromkeys(said) == dict.fromkeys(at_once.turns)
        else:
            assert said == at_once.turns
        assert tuple(dict.fromkeys(Path(name).name for name in edited)) == tuple(
            Path(name).name for name in at_once.edited
        )


def test_a_resumed_gemini_session_does_not_repeat_itself() -> None:
    path = REAL / "gemini-files-resumed.jsonl"
    before = path.read_bytes().rpartition(b'{"sessionId"')[0]  # the header of the second run

    assert shown(read_transcript("gemini", path, len(before))) == ["> And the second question?", "FINAL-G2."]


CONTEXT = "<hook_context>&lt;mnemon&gt;Tabs.&lt;/mnemon&gt;</hook_context>"
END = "\n--- End of content ---"
FILES = f"\n--- Content from referenced files ---\nContent from @a.md:{END}\nWe decided.{END}"


@pytest.mark.parametrize(
    ("client", "prompt", "typed"),
    [
        ("claude-code", " fix it,\n\nplease ", " fix it,\n\nplease "),
        (
            "claude-code",
            "use<system-reminder>a\n<system-reminder>b</system-reminder>c</system-reminder> tabs",
            "use tabs",
        ),
        ("claude-code", "what does <system-reminder> mean?", "what does <system-reminder> mean?"),
        ("claude-code", "<system-reminder>\nAlways use tabs.\n</system-reminder>", ""),
        ("claude-code", "<system-reminder>\nAlways use tabs.", ""),
        ("claude-code", "<task-notification>\n<task-id>a</task-id>\n</task-notification>", ""),
        ("claude-code", "<command-name>/clear</command-name>\n<command-message>clear</command-message>", ""),
        ("claude-code", "[Image #1] why is it red? [Pasted text #2 +14 lines]", "why is it red? "),
        ("claude-code", "[Image of a cat] and [1] stay", "[Image of a cat] and [1] stay"),
        ("gemini", f"{CONTEXT}\n\nlook at @a.md{FILES}", "look at @a.md"),
        ("gemini", f"{CONTEXT}{CONTEXT}", ""),
        ("gemini", "<hook_context>never closed", ""),
        ("gemini", "just this", "just this"),
        ("codex", "prompt plus\n\n<stdin>\npiped text\n</stdin>", "prompt plus"),
        (
            "codex",
            "# Context from my IDE setup:\n\n## Open tabs:\n- a.py\n\n## My request for Codex:\nfix it",
            "fix it",
        ),
        ("codex", '<hook_prompt hook_run_id="stop:0">bad</hook_prompt>', ""),
        ("another", "as it is", "as it is"),
    ],
)
def test_of_a_prompt_stays_what_was_typed(client: str, prompt: str, typed: str) -> None:
    assert spoken(client, prompt) == typed


def test_an_unknown_client_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_text(json.dumps({"type": "user", "message": {"content": "hello"}}) + "\n")

    assert read_transcript("cursor", path, 7) == Reading(turns=(), edited=(), position=7)
