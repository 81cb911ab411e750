"""docs/how-to/doctor.md is true: every command in it runs."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from tests.installer.machine import Machine, installed_mnemon

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "doctor.md"
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for line in block.strip().splitlines()
]


@pytest.mark.skipif(sys.platform == "win32", reason="the page's blocks are for a POSIX shell")
def test_the_commands_of_the_page_run(home: Path) -> None:
    machine = Machine(home, installed_mnemon())
    machine.claude_file.write_text("{}")
    assert machine.run("setup", "--no-model").returncode == 0
    machine.claude_file.write_text("{}")  # what a running client did
    said = {}
    for command in COMMANDS:
        done = machine.type(command)
        said[command] = done.stdout
        assert done.returncode == (1 if command == "mnemon doctor" else 0), f"{command}\n{done.stdout}\n{done.stderr}"
    assert "fix: mnemon setup" in said["mnemon doctor"]
    assert json.loads(said["mnemon doctor vault --json"])["ok"] is True
    assert "Claude Code  registered" in said["mnemon doctor --fix --yes"]
    assert said["mnemon doctor --share"].startswith("### mnemon doctor")
    assert len(COMMANDS) == 6
