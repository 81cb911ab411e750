"""Hooks of a machine whose vault is on the web, against a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.remote_server import free_port
from tests.server.client.joined import Type, join, result

from mnemon_server.hooks import extract, handoff, injecting, reading, session_start, surface
from mnemon_server.hooks.event import HookEvent
from mnemon_server.hooks.recalled import recalled
from mnemon_server.settings import load_settings


def prompted(text: str, session: str = "s1") -> HookEvent:
    return HookEvent(client="claude-code", name="UserPromptSubmit", session=session, prompt=text)


def test_hooks_read_there_and_note_here(machine: Path, mnemon: Type) -> None:
    settings = load_settings({}, machine)
    mnemon("save", "Deploy", "The deploy script needs the release branch cut beforehand.", "--type", "decision")
    asked = prompted("cut the release branch before the deploy script runs")
    assert "release branch cut beforehand" in surface.run(asked, settings).answer
    assert surface.run(asked, settings).answer == ""  # once per session
    [entry] = recalled(settings, None, 1)["recalled"]
    assert entry["title"] == "Deploy"
    result(mnemon("pin", str(entry["id"]), "--json"))
    start = HookEvent(client="claude-code", name="SessionStart", session="s2")
    assert "release branch cut beforehand" in session_start.run(start, settings).answer


def test_hooks_of_a_session_that_ends_write_there(
    machine: Path, mnemon: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PATIENCE", 0.0)
    settings = load_settings({}, machine)
    records = []
    for number in range(4):
        for role, text in (
            ("user", f"From now on we deploy number {number} from the release branch, because main is never frozen."),
            ("assistant", f"I fixed importer {number}: it read the file twice.\n\nAll 12 tests pass."),
        ):
            content: Any = text if role == "user" else [{"type": "text", "text": text}]
            records.append({"type": role, "promptSource": "cli", "message": {"role": role, "content": content}})
    transcript = tmp_path / "session.jsonl"
    transcript.write_text("".join(json.dumps(record) + "\n" for record in records))
    ending = HookEvent(client="claude-code", name="Stop", session="s3", transcript=transcript)
    assert "0 captured" not in extract.run(ending, settings).note
    assert handoff.run(ending, settings).note == "handoff new"
    assert handoff.run(ending, settings).note in ("handoff existing", "handoff updated")
    waiting = result(mnemon("inbox", "--json"))["memories"]
    assert any("release branch" in memory["snippet"] for memory in waiting)
    assert mnemon("inbox", "keep", str(waiting[0]["id"]))[0] == 0


def hook(home: Path, *words: str, payload: dict[str, Any]) -> tuple[subprocess.CompletedProcess[bytes], float]:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "mnemon_installer.cli", "hook", *words],
        input=json.dumps(payload).encode(),
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        timeout=30,
    )
    return done, time.monotonic() - began


def test_a_hook_as_a_client_runs_it_is_answered_from_there(machine: Path, mnemon: Type) -> None:
    mnemon("save", "Kiln", "The kiln cools for nine hours before anybody opens it.", "--type", "decision")
    asked = {"session_id": "s9", "prompt": "may anybody open the kiln before it cools?"}
    done, _ = hook(machine, "surface", payload=asked)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "nine hours" in done.stdout.decode()


def test_the_folder_that_a_client_names_says_which_server_is_asked(machine: Path, mnemon: Type, tmp_path: Path) -> None:
    mnemon("save", "Glaze", "The blue glaze is fired twice, first without the cobalt.", "--type", "decision")
    folder = tmp_path / "elsewhere"
    (machine / ".mnemon").rename(folder)
    asked = {"session_id": "s10", "prompt": "is the blue glaze fired with the cobalt first?"}
    done, _ = hook(machine, "surface", "--vault-dir", str(folder), payload=asked)
    assert "fired twice" in done.stdout.decode()
    assert not list(folder.rglob("default.sqlite*"))
    assert hook(machine, "surface", payload=asked)[0].stdout == b""


def test_a_hook_gives_up_on_a_server_that_is_down(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = join(home, f"http://127.0.0.1:{free_port()}")
    done, seconds = hook(home, "surface", payload={"session_id": "s", "prompt": "cut the release branch"})
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert 4 < seconds < 15
    assert "remote-unreachable" in (home / ".mnemon" / "logs" / "hooks.log").read_text()
    assert not settings.vault_path.exists()
    monkeypatch.setattr(injecting, "PATIENCE", 0.1)
    gemini = HookEvent(client="gemini", name="BeforeAgent", session="s", prompt="cut the release branch")
    with pytest.raises(Exception, match="cannot be reached"):
        injecting.late_opening(gemini, settings)
    monkeypatch.setattr(injecting, "opening", lambda event, settings, reach: ("what it starts with", ""))
    assert injecting.late_opening(gemini, settings) == "what it starts with"
    assert injecting.late_opening(gemini, replace(settings)) == ""
