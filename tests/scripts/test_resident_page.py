"""docs/how-to/resident.md is true: every command in it runs, in the order it stands there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from tests.installer.machine import Machine, installed_mnemon
from tests.resident import residents

from mnemon_server.resident.place import log_path, socket_path
from mnemon_server.serve.resident.log import LARGEST
from mnemon_server.settable import setting_named

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "resident.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.strip().splitlines()]


@pytest.mark.skipif(sys.platform == "win32", reason="the page's blocks are for a POSIX shell")
def test_the_commands_of_the_page_run(home: Path) -> None:
    assert len(COMMANDS) == 8
    with residents(home) as there:
        machine = Machine(home, installed_mnemon(), there.on)
        for command in COMMANDS:
            done = _run(machine, command)
            assert done == 0, command
            assert len(there.pids()) == (0 if command in COMMANDS[4:] else 1), command
    assert Path(log_path(str(home / ".mnemon"))).read_text(encoding="utf-8").count("leaving: asked to") == 2


@pytest.mark.skipif(sys.platform == "win32", reason="the page's names are a POSIX system's")
def test_the_page_names_its_files() -> None:
    for path in (socket_path("/anybody/.mnemon"), log_path("/anybody/.mnemon")):
        assert f"`{path.replace('/anybody', '~')}`" in PAGE


def test_the_page_names_the_figures_in_force() -> None:
    assert f"{setting_named('resident_minutes').default} unless you say otherwise" in PAGE
    assert f"turned over at {LARGEST // 1_000} kB" in PAGE


def _run(machine: Machine, command: str) -> int:
    """As a shell would, whose start and whose `mnemon`'s cost more than all of the rest."""
    words = command.split()
    extra = {}
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        extra[name] = value
    return machine.run(*words[1:], **extra).returncode
