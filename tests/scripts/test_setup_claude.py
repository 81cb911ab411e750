"""The real `claude` after `mnemon setup`: it lists the server as connected, and takes an updated entry."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.installer.machine import Machine, installed_mnemon

pytestmark = pytest.mark.npm


@pytest.fixture
def machine(home: Path) -> Machine:
    named = os.environ.get("MNEMON_TEST_CLAUDE", "")
    if not named:
        pytest.skip("MNEMON_TEST_CLAUDE does not name the claude binary")
    (home / "bin").mkdir()
    (home / "bin" / "claude").symlink_to(Path(named).resolve())
    return Machine(home, installed_mnemon(), {"PATH": f"{home / 'bin'}:/usr/bin:/bin", "DISABLE_AUTOUPDATER": "1"})


def test_claude_says_connected_and_a_drifted_entry_is_updated(machine: Machine) -> None:
    claude = str(machine.home / "bin" / "claude")
    done = machine.run("setup", "--no-model")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "(through `claude`)" in done.stdout
    assert "Connected" in machine.start((claude, "mcp", "get", "mnemon")).stdout

    written = json.loads(machine.claude_file.read_text())
    other = {"type": "stdio", "command": "/bin/true", "args": [], "env": {"KEY": "hush"}}
    written["mcpServers"] = {"other": other, "mnemon": written["mcpServers"]["mnemon"] | {"args": ["serve", "--old"]}}
    machine.claude_file.write_text(json.dumps(written, indent=2))
    done = machine.run("setup", "--no-model")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Claude Code        updated" in done.stdout
    assert machine.servers() == {"other": other, "mnemon": written["mcpServers"]["mnemon"] | {"args": ["serve"]}}
    assert "Connected" in machine.start((claude, "mcp", "get", "mnemon")).stdout

    before = machine.claude_file.read_bytes()
    assert "Claude Code        kept" in machine.run("setup", "--no-model").stdout
    assert machine.claude_file.read_bytes() == before


def test_claude_passes_on_the_vault_that_setup_was_told_of(machine: Machine) -> None:
    folder = machine.home / "my memories"
    assert machine.run("setup", "--no-model", MNEMON_VAULT_DIR=str(folder)).returncode == 0
    assert machine.servers()["mnemon"]["env"] == {"MNEMON_VAULT_DIR": str(folder)}
    told = machine.start((str(machine.home / "bin" / "claude"), "mcp", "get", "mnemon")).stdout
    assert "Connected" in told
    assert not (machine.home / ".mnemon").exists()
