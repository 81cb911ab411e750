"""`mnemon model` as people and programs see it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.hub import FakeHub
from tests.server.embed.conftest import Machine


def result_of(text: str) -> dict[str, Any]:  # Any: JSON
    envelope = json.loads(text)
    assert envelope["ok"] is True
    return dict(envelope)


def test_without_a_word_the_group_explains_itself(machine: Machine) -> None:
    done = machine.run("model")
    assert done.returncode == 0
    assert "fetch" in done.stdout
    assert "status" in done.stdout


def test_status_before_and_after_a_fetch(machine: Machine) -> None:
    before = machine.run("model", "status")
    assert before.returncode == 0
    assert before.stdout.startswith("model    BAAI/bge-small-en-v1.5\npresent  no\njudge    heuristics")
    assert "hint: mnemon model fetch" in before.stderr
    fetched = machine.run("model", "fetch")
    assert fetched.returncode == 0
    assert "fetching BAAI/bge-small-en-v1.5: 100 %" in fetched.stderr
    after = machine.run("model", "status")
    assert (after.stderr, after.stdout) == ("", fetched.stdout)
    assert "present  yes\nfolder   ~/.mnemon/models/" in after.stdout
    assert "size     1.2 MB" in after.stdout


def test_status_for_programs(machine: Machine) -> None:
    before = result_of(machine.run("model", "status", "--json").stdout)
    judge = before["result"].pop("judge")
    assert (judge["present"], judge["in_force"]) == (False, "heuristics")
    assert before["result"] == {
        "name": "BAAI/bge-small-en-v1.5",
        "present": False,
        "folder": None,
        "bytes": 0,
        "problem": None,
    }
    assert [problem["code"] for problem in before["problems"]] == ["model-missing"]
    fetched = result_of(machine.run("model", "fetch", "--json").stdout)
    after = result_of(machine.run("model", "status", "--json").stdout)
    assert after == fetched
    assert after["problems"] == []
    assert after["result"]["present"]
    assert after["result"]["bytes"] > 1_000_000


def test_status_imports_nothing_heavy(machine: Machine) -> None:
    code = """
import sys
from mnemon_installer.cli.main import run
run(["model", "status"])
print(sorted({"numpy", "fastembed", "huggingface_hub", "mcp", "rich"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env=machine.environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_status_of_a_damaged_model(machine_with_model: Machine) -> None:
    machine = machine_with_model
    machine.large_blob().write_bytes(b"cut")
    done = machine.run("model", "status", "--json")
    described = result_of(done.stdout)
    assert described["problems"][0]["code"] == "model-broken"
    assert described["problems"][0]["hint"] == "mnemon model fetch --force"
    assert "damaged" in machine.run("model", "status").stdout


def test_a_local_folder_is_not_fetched(machine: Machine, hub: FakeHub, tiny: Path) -> None:
    done = machine.run("model", "fetch", MNEMON_MODEL_PATH=str(tiny))
    assert done.returncode == 0
    assert "nothing to fetch: model_path names a folder" in done.stderr
    missing = machine.run("model", "fetch", MNEMON_MODEL_PATH=str(tiny / "nowhere"))
    assert missing.returncode == 4
    assert "does not exist" in missing.stderr
    assert hub.requests == []


def test_an_unknown_model_is_wrong_usage(machine: Machine, hub: FakeHub) -> None:
    (machine.home / ".mnemon").mkdir()
    (machine.home / ".mnemon" / "config.toml").write_text('model = "no/such"\n', encoding="utf-8")
    done = machine.run("model", "fetch")
    assert done.returncode == 2
    assert "unknown embedding model 'no/such'" in done.stderr
    assert "BAAI/bge-small-en-v1.5" in done.stderr
    assert hub.requests == []


def test_another_model_of_the_list_can_be_fetched(machine: Machine, hub: FakeHub, tiny: Path) -> None:
    (machine.home / ".mnemon").mkdir()
    config = 'model = "sentence-transformers/all-MiniLM-L6-v2"\n'
    (machine.home / ".mnemon" / "config.toml").write_text(config, encoding="utf-8")
    hub.repositories["Qdrant/all-MiniLM-L6-v2-onnx"] = tiny
    assert machine.run("model", "fetch").returncode == 0
    assert result_of(machine.run("model", "status", "--json").stdout)["result"]["present"]


def test_a_terminal_gets_a_bar(machine: Machine) -> None:
    pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")
    terminal, ours = pty.openpty()
    process = subprocess.Popen(
        machine.command("model", "fetch"),
        env=machine.environment | {"TERM": "xterm", "NO_COLOR": "1"},
        stdout=subprocess.DEVNULL,
        stderr=ours,
    )
    assert process.wait(20) == 0
    os.close(ours)
    drawn = os.read(terminal, 65_536).decode()
    os.close(terminal)
    assert "fetching BAAI/bge-small-en-v1.5" in drawn
    assert "1.2/1.2 MB" in drawn
    assert "\x1b[3" not in drawn  # no colour
