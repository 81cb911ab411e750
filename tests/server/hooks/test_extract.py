"""What was said in a turn and is worth keeping goes into the inbox, once, without secrets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mnemon_server.client.in_process import InProcess
from mnemon_server.hooks import extract, judging, reading
from mnemon_server.hooks.event import HookEvent
from mnemon_server.hooks.ledger import FILE_NAME
from mnemon_server.hooks.transcripts import Turn
from mnemon_server.settings import Settings

RULE = "From now on we deploy from the release branch, because main is never frozen."
PREFERENCE = "Please never add emojis to commit messages, the release notes are generated from them."
FOUND = "The nightly job fails silently because `rotate_logs` deletes the lock file before the importer has read it."


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transcript that lacks the last words is waited for only a moment."""
    monkeypatch.setattr(reading, "PATIENCE", 0.0)


def stop(path: Path | None, reply: str = "", client: str = "claude-code", prompt: str = "") -> HookEvent:
    return HookEvent(client, "Stop", "s1", path, "/home/dana/shop", prompt, reply)


def waiting(client: InProcess) -> list[str]:
    return [each["snippet"] for each in reversed(client.call("inbox")["memories"])]


def test_statements_of_user_and_model_are_captured(
    vault_client: InProcess, settings: Settings, write_session: Callable[..., Path]
) -> None:
    path = write_session(("user", f"fix the build. {RULE}"), ("assistant", f"Done.\n\n{FOUND}\n\nShall I go on?"))
    outcome = extract.run(stop(path), settings)
    assert waiting(vault_client) == [RULE, FOUND]
    assert outcome.note == "2 turns, 2 statements, 2 captured"
    roles = [each["role"] for each in vault_client.call("inbox")["memories"]]
    assert roles == ["assistant", "user"]


def test_only_what_is_new_is_read_the_next_time(
    vault_client: InProcess, settings: Settings, write_session: Callable[..., Path]
) -> None:
    path = write_session(("user", RULE))
    extract.run(stop(path), settings)
    with path.open("a", encoding="utf-8") as file:
        message = {"role": "user", "content": PREFERENCE}
        file.write(json.dumps({"type": "user", "promptSource": "cli", "message": message}) + "\n")
    assert extract.run(stop(path), settings).note == "1 turns, 1 statements, 1 captured"
    assert extract.run(stop(path), settings).note == "0 turns, 0 statements, 0 captured"
    assert waiting(vault_client) == [RULE, PREFERENCE]


def test_without_a_ledger_nothing_is_captured_twice(
    vault_client: InProcess, settings: Settings, write_session: Callable[..., Path]
) -> None:
    path = write_session(("user", RULE))
    extract.run(stop(path), settings)
    (settings.folder / FILE_NAME).write_bytes(b"damaged" * 999)
    assert extract.run(stop(path), settings).note == "1 turns, 1 statements, 0 captured"


def test_the_last_words_come_with_the_call_where_the_transcript_lacks_them(
    vault_client: InProcess, settings: Settings, write_session: Callable[..., Path]
) -> None:
    extract.run(stop(write_session(("user", "why does the nightly job fail?")), reply=FOUND), settings)
    assert waiting(vault_client) == [FOUND]


def test_a_client_without_a_transcript_is_heard_all_the_same(vault_client: InProcess, settings: Settings) -> None:
    extract.run(stop(None, reply=FOUND, client="gemini", prompt=RULE), settings)
    assert waiting(vault_client) == [RULE, FOUND]


@pytest.mark.parametrize(
    "text",
    [
        f"```\n{RULE}\n```",
        f"> {RULE}",
        f"<private>{RULE}</private>",
        f"<private>{RULE}",
        f"<private>a <private>b</private> {RULE}</private>",
        f"<memory-data ab12> (stored text)\n{RULE}\n</memory-data ab12>",
        f"bob wrote:\n{RULE}",
        f"2026-11-25T10:00:00 INFO {RULE}",
        "Should we deploy from the release branch from now on, because main is never frozen?",
        "maybe we could deploy from the release branch from now on, i haven't decided",
    ],
)
def test_code_quotes_private_spans_questions_and_maybes_are_not(
    vault_client: InProcess, settings: Settings, write_session: Callable[..., Path], text: str
) -> None:
    extract.run(stop(write_session(("user", text))), settings)
    assert waiting(vault_client) == []


def test_what_was_put_before_the_model_is_not_captured_when_it_repeats_it(
    vault_client: InProcess, settings: Settings, write_session: Callable[..., Path]
) -> None:
    vault_client.call(
        "save", title="Deploys", content="We deploy from the release branch because main is never frozen."
    )
    said = "As noted before, we deploy from the release branch, because main is never frozen, so I used that branch."
    extract.run(stop(write_session(("assistant", said), ("user", RULE))), settings)
    assert waiting(vault_client) == []


def test_secrets_do_not_reach_the_vault(
    vault_client: InProcess, settings: Settings, write_session: Callable[..., Path]
) -> None:
    secret = "kuh-Glocke!77"
    text = f"From now on we use the sftp user milk_ro with password {secret} because the old one is gone."
    extract.run(stop(write_session(("user", text))), settings)
    [kept] = waiting(vault_client)
    assert "milk_ro" in kept
    vault_client.close()
    stored = b"".join(path.read_bytes() for path in settings.folder.iterdir() if path.is_file())
    assert secret.encode() not in stored


def test_capturing_can_be_switched_off(
    vault_client: InProcess, settings: Settings, write_session: Callable[..., Path]
) -> None:
    off = Settings(settings.folder, {"capture": "off"})
    assert extract.run(stop(write_session(("user", RULE))), off).note == "switched off"
    assert waiting(vault_client) == []


def test_a_document_leaves_its_surest_statements_only(
    vault_client: InProcess, settings: Settings, write_session: Callable[..., Path]
) -> None:
    rules = "\n".join(
        f"From now on we never deploy service number {number} on day {number}, because it broke {number} things."
        for number in range(40)
    )
    outcome = extract.run(stop(write_session(("user", rules))), settings)
    assert "20 statements" in outcome.note


def test_a_long_session_is_heard_from_its_end_while_there_is_time(vault_client: InProcess) -> None:
    turns = [Turn("user", f"From now on we never deploy service {number} on a Friday.") for number in range(30)]
    hurried = judging.worth_keeping(vault_client, turns, patience=0.0)
    assert [statement.text for statement in hurried] in ([], [turns[-1].text])
    assert len(judging.worth_keeping(vault_client, turns)) == 30


def test_captures_of_one_session_are_neighbours(
    vault_client: InProcess, settings: Settings, write_session: Callable[..., Path]
) -> None:
    extract.run(stop(write_session(("user", RULE), ("assistant", FOUND))), settings)
    listed = vault_client.call("list")["memories"]
    assert [each["source_session"] for each in listed[:2]] == ["s1", "s1"]
