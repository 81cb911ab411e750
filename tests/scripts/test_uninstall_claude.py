"""The real `claude` after `mnemon uninstall`: it knows us no longer, and its file is as it was."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.installer.machine import Machine, installed_mnemon

pytestmark = pytest.mark.npm

BEFORE = """{
    "mcpServers": {
        "other": {"type": "stdio", "command": "/bin/true"}
    },
    "numStartups": 3
}
"""


@pytest.fixture
def machine(home: Path) -> Machine:
    named = os.environ.get("MNEMON_TEST_CLAUDE", "")
    if not named:
        pytest.skip("MNEMON_TEST_CLAUDE does not name the claude binary")
    (home / "bin").mkdir()
    (home / "bin" / "claude").symlink_to(Path(named).resolve())
    return Machine(home, installed_mnemon(), {"PATH": f"{home / 'bin'}:/usr/bin:/bin", "DISABLE_AUTOUPDATER": "1"})


def claude(machine: Machine, *words: str) -> str:
    return machine.start((str(machine.home / "bin" / "claude"), "mcp", *words)).stdout


def test_a_file_that_only_setup_has_changed_is_restored_to_the_last_byte(machine: Machine) -> None:
    machine.claude_file.write_text(BEFORE)
    assert machine.run("setup", "claude-code", "--no-model").returncode == 0
    assert "Connected" in claude(machine, "get", "mnemon")
    done = machine.run("uninstall", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "restored, byte for byte" in done.stdout
    assert machine.claude_file.read_text() == BEFORE
    assert "mnemon" not in claude(machine, "list")


def test_of_a_file_that_claude_has_written_since_only_ours_goes(machine: Machine) -> None:
    machine.claude_file.write_text('{"numStartups": 3}')
    assert machine.run("setup", "claude-code", "--no-model").returncode == 0
    claude(machine, "add", "--scope", "user", "since", "--", "/bin/true")
    with_ours = json.loads(machine.claude_file.read_text())
    done = machine.run("uninstall", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the rest of it stays" in done.stdout
    left = json.loads(machine.claude_file.read_text())
    del with_ours["mcpServers"]["mnemon"]
    assert left == with_ours
    listed = claude(machine, "list")
    assert "since" in listed
    assert "mnemon" not in listed
    assert not (machine.home / ".mnemon").exists()
