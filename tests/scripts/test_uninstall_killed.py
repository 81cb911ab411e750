"""Uninstall killed anywhere: every file is the old one or the new one; running it again completes; then it rests."""

from __future__ import annotations

import pytest
from tests.scripts.doomed import SEEDED, SEEDS, moments_of, run_doomed, some_moment
from tests.scripts.several_clients import BEFORE, SETUP, UNINSTALL, are_old_or_new, client_files, furnish, names
from tests.scripts.stage import Stage, make_stage, succeeds


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """With the states `before` and `set-up`."""
    made = make_stage(tmp_path_factory)
    furnish(made.machine.home)
    made.keep("before")
    set_up(made, "set-up")
    return made


def set_up(stage: Stage, state: str) -> None:
    succeeds(stage.machine, *SETUP)
    succeeds(stage.machine, "save", "A title", "some content")
    stage.keep(state)


@pytest.fixture(scope="module")
def moments(stage: Stage) -> dict[str, int]:
    """Of `set-up`, and of `set-up-by-claude`, where claude's stand-in has registered us."""
    stage.back_to("before").install_fake_claude()
    set_up(stage, "set-up-by-claude")
    counted = {}
    for state in ("set-up", "set-up-by-claude"):
        stage.back_to(state)
        counted[state] = len(moments_of(stage.machine, *UNINSTALL))
    return counted


def completes_and_rests(stage: Stage) -> None:
    machine = stage.machine
    again = machine.run(*UNINSTALL)
    assert again.returncode == 0, again.stdout + again.stderr
    assert client_files(machine.home) == {name: text.encode() for name, text in BEFORE.items()}
    assert names(machine.home) - {"bin", "bin/claude"} == names(stage.states / "before")
    before = machine.contents()
    third = machine.run(*UNINSTALL)
    assert (third.returncode, "Nothing to do" in third.stdout) == (0, True), third.stdout + third.stderr
    assert machine.contents() == before


def kill_at(stage: Stage, state: str, moment: str | int) -> None:
    stage.back_to(state)
    killed = run_doomed(stage.machine, moment, *UNINSTALL)
    assert killed.returncode == -9, killed.stdout + killed.stderr
    are_old_or_new(client_files(stage.machine.home), client_files(stage.states / state))
    completes_and_rests(stage)


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(r"^os\.rename .*/\.claude\.json$", marks=SEEDED),
        r">^os\.rename .*/\.claude\.json$",
        pytest.param(r"^os\.rename .*/config\.toml$", marks=SEEDED),
        r">^os\.rename .*/\.gemini/settings\.json$",
        pytest.param(r"^os\.rename .*/\.gemini/settings\.json$", marks=SEEDED),
        pytest.param(r">^os\.rename .*/\.claude/settings\.json$", marks=SEEDED),
        pytest.param(r"^os\.remove .*/hooks\.json$", marks=SEEDED),
        pytest.param(r"^os\.remove .*/default\.sqlite$", marks=SEEDED),
        r">^os\.remove .*/default\.sqlite$",
        pytest.param(r"^os\.remove .*/receipts\.json$", marks=SEEDED),
        r"^os\.rmdir .*/ops$",
    ],
)
def test_killed_at_a_named_moment(stage: Stage, moment: str) -> None:
    kill_at(stage, "set-up", moment)


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=SEEDED) for seed in range(SEEDS or 1)])
def test_killed_at_some_moment(stage: Stage, moments: dict[str, int], seed: int) -> None:
    state = "set-up-by-claude" if seed % 2 else "set-up"
    kill_at(stage, state, some_moment(seed, moments[state]))
