"""Setup killed half way: every file is the old one or the new one, and running it again completes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.installer.machine import Machine, installed_mnemon
from tests.scripts import several_clients
from tests.scripts.doomed import SEEDED, SEEDS, moments_of, run_doomed, run_interruptible, some_moment
from tests.scripts.several_clients import SETUP, UNINSTALL, are_old_or_new, client_files, furnish, names
from tests.scripts.stage import Stage, make_stage

BEFORE: dict[str, Any] = {
    "mcpServers": {"other": {"command": "x"}, "mnemon": {"command": "/old/mnemon", "args": ["serve"]}},
    "n": 1,
}  # Any: JSON

# Runs a command and kills itself at the n-th replacing of a file whose name ends with a suffix: before it, or after.
KILLED = """
import os, pathlib, signal, sys
moment, suffix = sys.argv[1], sys.argv[2]
sys.argv = ["mnemon", *sys.argv[3:]]
real = pathlib.Path.replace
def replace(self, target):
    due = str(target).endswith(suffix)
    if due and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = real(self, target)
    if due:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
pathlib.Path.replace = replace
from mnemon_installer.cli.main import main
main()
"""


@pytest.fixture
def machine(home: Path) -> Machine:
    machine = Machine(home, installed_mnemon())
    machine.claude_file.write_text(json.dumps(BEFORE, indent=1))
    return machine


def completes(machine: Machine) -> None:
    done = machine.run("setup", "--no-model")
    assert done.returncode == 0, done.stdout + done.stderr
    servers = machine.servers()
    assert servers["other"] == {"command": "x"}
    assert servers["mnemon"]["command"] == str(machine.mnemon)


@pytest.mark.parametrize("moment", ["after-remove", pytest.param("after-add", marks=SEEDED)])
def test_killed_while_claude_registers(machine: Machine, moment: str) -> None:
    machine.install_fake_claude()
    killed = machine.run("setup", "--no-model", FAKE_CLAUDE=f"kill-{moment}")
    assert killed.returncode == -9
    left = json.loads(machine.claude_file.read_text())
    assert left["mcpServers"]["other"] == {"command": "x"}
    steps = json.loads((machine.home / ".mnemon" / "ops" / "setup-local.json").read_text())["steps"]
    assert [(step["step"], step["state"]) for step in steps] == [("vault", "done"), ("claude-code.entry", "begun")]
    completes(machine)


@pytest.mark.parametrize(
    ("moment", "suffix"),
    [
        pytest.param("before", "/.claude.json", marks=SEEDED),
        ("after", "/.claude.json"),
        pytest.param("before", "/setup-local.json", marks=SEEDED),
    ],
)
def test_killed_while_a_file_is_replaced(machine: Machine, moment: str, suffix: str) -> None:
    old = machine.claude_file.read_bytes()
    killed = machine.start((sys.executable, "-c", KILLED, moment, suffix, "setup", "--no-model"))
    assert killed.returncode == -9, killed.stderr
    if (suffix, moment) == ("/.claude.json", "after"):
        assert len(machine.servers()) == 2
        assert machine.claude_file.read_bytes() != old
    else:
        assert machine.claude_file.read_bytes() == old
    completes(machine)


def test_interrupted_it_says_so_and_leaves_files_whole(machine: Machine) -> None:
    program = machine.home / "bin" / "claude"
    program.parent.mkdir()
    lines = ("#!/bin/sh", '[ "$2" = remove ] && echo "{}" > "$HOME/.claude.json" && exit 0', 'kill -INT "$PPID"')
    program.write_text("\n".join((*lines, "exec /bin/sleep 30", "")))
    program.chmod(0o755)
    done = run_interruptible(machine, "setup", "--no-model")
    assert done.returncode == 130
    assert "interrupted" in done.stderr
    assert machine.servers() == {"mnemon": BEFORE["mcpServers"]["mnemon"]}  # the former entry is back
    assert not (machine.home / ".mnemon" / "ops" / "setup.lock").exists()


def test_a_second_setup_at_the_same_time_is_told_who_is_at_it(machine: Machine) -> None:
    """The stand-in for `claude` holds the first setup open until the second one has been refused."""
    gate = machine.home / "gate"
    program = machine.home / "bin" / "claude"
    program.parent.mkdir()
    subprocess.run(["mkfifo", str(gate)], check=True)
    program.write_text(f'#!/bin/sh\n[ "$2" = add ] && read word < "{gate}"\nexit 1\n')
    program.chmod(0o755)
    first = subprocess.Popen(
        [str(machine.mnemon), "setup", "--no-model"],
        env=machine.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with first:
        with gate.open("w") as opened:  # opens when the first setup has come to `claude mcp add`
            second = machine.run("setup", "--no-model")
            opened.write("on\n")
        first.communicate(timeout=60)
    assert second.returncode == 1
    assert f"another mnemon setup is running (process {first.pid}, since 20" in second.stderr


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """With the states `before` and `before-claude`, where claude's stand-in is on PATH, and what becomes of each."""
    made = make_stage(tmp_path_factory)
    furnish(made.machine.home)
    made.keep("before")
    made.machine.install_fake_claude()
    made.keep("before-claude")
    for state in ("before", "before-claude"):
        made.back_to(state)
        (made.states / f"{state}-moments").write_text(str(len(moments_of(made.machine, *SETUP))))
        made.keep(f"after-{state}")
    return made


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=SEEDED) for seed in range(SEEDS or 1)])
def test_killed_at_some_moment_it_completes_then_rests_and_is_taken_out_to_the_last_byte(
    stage: Stage, seed: int
) -> None:
    machine, state = stage.machine, "before-claude" if seed % 2 else "before"
    moments = int((stage.states / f"{state}-moments").read_text())
    stage.back_to(state)
    killed = run_doomed(machine, some_moment(seed, moments), *SETUP)
    assert killed.returncode == -9, killed.stdout + killed.stderr
    before = {name: text.encode() for name, text in several_clients.BEFORE.items()}
    after = client_files(stage.states / f"after-{state}")
    are_old_or_new(client_files(machine.home), after)

    again = machine.run(*SETUP)
    assert again.returncode == 0, again.stdout + again.stderr
    assert client_files(machine.home) == after
    contents = machine.contents()
    assert machine.run(*SETUP).returncode == 0
    assert machine.contents() == contents

    assert machine.run(*UNINSTALL).returncode == 0
    assert client_files(machine.home) == before
    assert names(machine.home) == names(stage.states / state)
