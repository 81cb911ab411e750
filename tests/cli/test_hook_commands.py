"""inbox, undo, why, and what status says of hooks, as typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.server.hooks.conftest import PATIENCE, environment
from tests.warm_start import WARM

from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings

RULE = "We deploy from the release branch because main is never frozen."


def mnemon(home: Path, *words: str, data: Any = None) -> subprocess.CompletedProcess[str]:
    told, stdin = environment(home) | {"NO_COLOR": "1"}, json.dumps(data) if data is not None else ""
    if WARM.can_run(told):
        return WARM.run(words, told, home, PATIENCE, stdin)
    argv = [sys.executable, "-m", "mnemon_installer.cli", *words]
    return subprocess.run(argv, env=told, input=stdin, capture_output=True, text=True, timeout=PATIENCE)


def result(home: Path, *words: str) -> Any:  # Any: JSON
    return json.loads(mnemon(home, *words, "--json").stdout)


@pytest.fixture
def captured(home: Path) -> Path:
    client = InProcess(Settings(home / ".mnemon"), "claude-code-hook", session="s1")
    for number, content in enumerate((RULE, "Invoices are rounded half to even, per line and never per order."), 1):
        statement = {"title": f"T{number}", "content": content, "type": "decision", "role": "user", "cue": "because"}
        client.call("capture", statements=[statement])
    client.close()
    return home


def test_the_inbox_shows_who_said_what_where_and_by_which_words(captured: Path) -> None:
    lines = mnemon(captured, "inbox").stdout.splitlines()
    assert lines[0] == "#2 Invoices are rounded half to even, per line and never per order."
    assert lines[1].startswith("      decision; you said, claude-code, ")
    assert lines[1].endswith("; by the words 'because'")
    assert lines[-1] == "mnemon inbox keep ID..., mnemon inbox drop ID..."
    assert [each["id"] for each in result(captured, "inbox")["result"]["memories"]] == [2, 1]


def test_keeping_and_dropping_empties_it(captured: Path) -> None:
    assert mnemon(captured, "inbox", "keep", "1").stdout == "kept #1 T1, confidence 0.85\n"
    assert mnemon(captured, "inbox", "drop", "2").stdout == "dropped #2 T2\n"
    assert "the inbox is empty" in mnemon(captured, "inbox").stdout
    assert "inbox" not in mnemon(captured, "status").stdout


def test_one_wrong_id_does_not_keep_the_others_from_being_done(captured: Path) -> None:
    done = mnemon(captured, "inbox", "keep", "9", "1", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told["ok"] is False
    assert [each["memory"]["id"] for each in told["result"]["done"]] == [1]
    assert told["problems"][0]["message"] == "there is no memory 9"
    assert mnemon(captured, "inbox", "drop", "1").returncode == 1
    assert mnemon(captured, "inbox", "drop", "x").returncode == 2


def test_undo_says_what_it_takes_back(captured: Path) -> None:
    told = mnemon(captured, "undo", "--dry-run").stdout.splitlines()
    assert told[0].startswith("would take back: save by claude-code-hook, ")
    assert told[1] == "  save: #2 T2"
    assert mnemon(captured, "undo").stdout.startswith("took back: save by claude-code-hook")
    assert result(captured, "undo")["result"]["changes"] == [{"action": "save", "id": 1, "title": "T1"}]
    done = mnemon(captured, "undo")
    assert done.returncode == 1
    assert "there is no change to take back" in done.stderr


def test_why_and_status_tell_of_what_was_recalled(captured: Path) -> None:
    assert mnemon(captured, "why").stdout == "no hook has put anything before a model yet\n"
    asked = {"session_id": "s2", "prompt": "cut the release branch for the deploy"}
    mnemon(captured, "hook", "surface", data=asked)
    lines = mnemon(captured, "why", "1").stdout.splitlines()
    assert lines[0].startswith("#1 T1  [")
    assert "claude-code]" in lines[0]
    assert "floor 0.50; the prompt's words " in lines[1]
    assert "release" in lines[1]
    status = mnemon(captured, "status").stdout
    assert "inbox      2 captured, not yet confirmed (mnemon inbox)" in status
    assert " tokens in 7 days: 1 memories, 1 times (mnemon why)" in status
    assert result(captured, "status")["result"]["injected"]["memories"] == 1
    assert mnemon(captured, "why", "--limit", "0").returncode == 2
    assert mnemon(captured, "why", "99").returncode == 1
    assert mnemon(captured, "why", "2").returncode == 0
