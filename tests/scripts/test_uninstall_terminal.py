"""`mnemon uninstall` on a terminal: it asks, Enter means no, and Ctrl-C leaves every file whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from tests.installer.machine import Machine
from tests.scripts.doomed import run_interruptible
from tests.scripts.stage import Stage, make_stage, succeeds

terminals = pytest.importorskip("tests.terminal", reason="there are no pseudo-terminals here", exc_type=ImportError)
GO = "Go ahead?"

Start = Callable[..., "terminals.Terminal"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    made = make_stage(tmp_path_factory)
    made.machine.claude_file.write_text('{"theme": "dark"}')
    succeeds(made.machine, "setup", "claude-code", "--no-model")
    made.keep("set up")
    return made


@pytest.fixture
def machine(stage: Stage) -> Machine:
    return stage.back_to("set up")


@pytest.fixture
def start(machine: Machine) -> Iterator[Start]:
    started: list[terminals.Terminal] = []

    def start_one(*words: str) -> terminals.Terminal:
        started.append(terminals.Terminal((str(machine.mnemon), *words), machine.environment, machine.home))
        return started[-1]

    yield start_one
    for terminal in started:
        terminal.close()


@pytest.mark.parametrize(("key", "status"), [(terminals.ENTER, 1), ("n", 1), (terminals.CTRL_C, 130)])
def test_whoever_does_not_say_yes_keeps_everything(machine: Machine, start: Start, key: str, status: int) -> None:
    before = machine.contents()
    terminal = start("uninstall")
    terminal.answer(GO, key)
    assert terminal.end() == status
    assert machine.contents() == before


def test_yes_is_yes(machine: Machine, start: Start) -> None:
    terminal = start("uninstall")
    terminal.answer(GO, "y")
    assert terminal.end() == 0
    told = terminal.screen.text
    order = [told.index(part) for part in ("This is what", GO, "restored", "Left as it is:", "Restart Claude Code")]
    assert order == sorted(order)
    assert machine.claude_file.read_text() == '{"theme": "dark"}'
    assert [path.name for path in machine.home.iterdir()] == [".claude.json"]


def test_interrupted_while_claude_works_the_file_is_whole_and_the_next_run_completes(machine: Machine) -> None:
    """Claude's stand-in interrupts whoever has started it, once the file has been written by others since."""
    written = json.loads(machine.claude_file.read_text()) | {"since": 1}
    machine.claude_file.write_text(json.dumps(written, indent=2))
    program = machine.home / "bin" / "claude"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\n[ "$2" = list ] && exit 0\nkill -INT "$PPID"\nexec /bin/sleep 30\n')
    program.chmod(0o755)
    done = run_interruptible(machine, "uninstall", "--yes")
    assert done.returncode == 130
    assert "interrupted" in done.stderr
    assert json.loads(machine.claude_file.read_text()) == written
    assert machine.run("status").returncode == 0
    program.unlink()
    assert machine.run("uninstall", "--yes").returncode == 0
    assert json.loads(machine.claude_file.read_text()) == {"theme": "dark", "since": 1}
    assert sorted(path.name for path in machine.home.iterdir()) == [".claude.json", "bin"]
