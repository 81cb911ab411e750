"""docs/how-to/hooks.md is true: its commands run."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from tests.installer.machine import Machine, installed_mnemon

from mnemon_server.client.in_process import InProcess
from mnemon_server.settable import SETTABLE
from mnemon_server.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "hooks.md").read_text("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="the page's blocks are for a POSIX shell")
def test_the_commands_of_the_page_run(home: Path) -> None:
    client = InProcess(Settings(home / ".mnemon"), "claude-code-hook", session="s")
    rules = [f"Rule {number}: never deploy service {number} on a {number}th." for number in range(6)]
    statements = [
        {"title": each, "content": each, "type": "decision", "role": "user", "cue": "never"} for each in rules
    ]
    for statement in statements:
        client.call("capture", statements=[statement])
    client.close()
    machine = Machine(home, installed_mnemon())
    commands = [
        line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.strip().splitlines()
    ]
    assert len(commands) > 6
    for command in commands:
        done = machine.type(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def test_the_settings_it_names_exist() -> None:
    names = {setting.name for setting in SETTABLE}
    told = {"surface_limit", "surface_tokens", "start_tokens", "capture"}
    assert told <= names
    assert all(name in PAGE for name in told)
