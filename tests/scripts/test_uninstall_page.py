"""docs/how-to/uninstall.md is true: every command in it runs, in the order it stands there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from tests.installer.machine import Machine, installed_mnemon

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "uninstall.md"
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for line in block.strip().splitlines()
]


@pytest.mark.skipif(sys.platform == "win32", reason="the page's blocks are for a POSIX shell")
def test_the_commands_of_the_page_run_and_leave_nothing(home: Path) -> None:
    machine = Machine(home, installed_mnemon())
    machine.claude_file.write_text('{"theme": "dark"}')
    assert machine.run("setup", "--no-model").returncode == 0
    assert machine.run("save", "A title", "some content").returncode == 0
    for command in COMMANDS:
        done = machine.type(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    assert sorted(each.name for each in home.iterdir()) == [".claude.json", "memories.jsonl"]
    assert machine.claude_file.read_text() == '{"theme": "dark"}'
    assert "some content" in (home / "memories.jsonl").read_text(encoding="utf-8")
    assert len(COMMANDS) == 5
