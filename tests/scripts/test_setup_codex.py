"""The real Codex after `mnemon setup`: it reads each hook as meant, and knows them again once they are trusted."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.installer.machine import Machine, installed_mnemon

pytestmark = pytest.mark.npm

ASKED = (
    {"id": 0, "method": "initialize", "params": {"clientInfo": {"name": "t", "title": "t", "version": "1"}}},
    {"method": "initialized"},
    {"id": 1, "method": "hooks/list", "params": {"cwds": ["/"]}},
)


@pytest.fixture
def codex() -> Path:
    named = os.environ.get("MNEMON_TEST_CODEX", "")
    if not named:
        pytest.skip("MNEMON_TEST_CODEX does not name the codex program")
    return Path(named).absolute()


@pytest.fixture
def machine(home: Path, codex: Path) -> Machine:
    node = os.environ.get("MNEMON_TEST_NODE", "")
    folders = [str(codex.parent), *([str(Path(node).parent)] if node else []), os.environ["PATH"]]
    return Machine(home, installed_mnemon(), {"PATH": os.pathsep.join(folders)})


def listed(machine: Machine, codex: Path) -> dict[str, Any]:  # Any: JSON
    """What Codex says of hooks, without a session and without a network."""
    with subprocess.Popen(
        (str(codex), "app-server"),
        env=machine.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdin is not None and server.stdout is not None
        for request in ASKED:
            server.stdin.write(json.dumps(request) + "\n")
            server.stdin.flush()
        for line in server.stdout:
            answer = json.loads(line)
            if answer.get("id") == 1:
                server.kill()
                told: dict[str, Any] = answer["result"]["data"][0]  # Any: JSON
                return told
    raise AssertionError("codex ended and said nothing of hooks")


def trust(machine: Machine, hooks: list[dict[str, Any]]) -> None:  # Any: JSON
    """As Codex notes it when its user agrees."""
    tables = [f'\n[hooks.state."{hook["key"]}"]\ntrusted_hash = "{hook["currentHash"]}"\n' for hook in hooks]
    config = machine.home / ".codex/config.toml"
    config.write_text(config.read_text() + "".join(tables))


def test_codex_reads_what_setup_wrote_and_keeps_its_trust(machine: Machine, codex: Path) -> None:
    assert machine.run("setup", "codex", "--no-model").returncode == 0
    told = listed(machine, codex)
    assert (told["warnings"], told["errors"]) == ([], [])
    assert sorted((hook["eventName"], hook["timeoutSec"], hook["trustStatus"]) for hook in told["hooks"]) == [
        ("sessionStart", 8, "untrusted"),
        ("stop", 30, "untrusted"),
        ("stop", 30, "untrusted"),
        ("userPromptSubmit", 8, "untrusted"),
    ]
    assert "type `/hooks` and trust" in machine.run("doctor", "codex.hooks").stdout

    trust(machine, told["hooks"])
    assert machine.run("setup", "codex", "--no-model").returncode == 0
    assert {hook["trustStatus"] for hook in listed(machine, codex)["hooks"]} == {"trusted"}
    assert "reviewed by you" in machine.run("doctor", "codex.hooks").stdout

    assert machine.run("uninstall", "--yes").returncode == 0
    assert listed(machine, codex)["hooks"] == []
