"""A call of fly's or of the store's goes wrong on the way to the web or home, in every way: nothing is lost or made
twice, and the same command completes. `python -m tests.bench web --full` tries every call in every way."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fakes.fly.install import add_fault, forget_faults
from tests.scripts.doomed import SEEDED, SEEDS
from tests.scripts.web_machine import APP
from tests.scripts.web_trials import Trials, prepared

from mnemon_installer.facts.launcher import this_installation
from mnemon_installer.facts.survey import survey
from mnemon_installer.flows.web_choices import WebChoices
from mnemon_installer.wizard.go_web import go_web
from mnemon_installer.world import Completed
from mnemon_installer.world.real import RealWorld
from mnemon_server.errors import MnemonError
from mnemon_server.settings import load_settings

pytestmark = SEEDED
_COUNT = 10 if SEEDS <= 20 else SEEDS  # half a minute of CPU for three


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trials]:
    with prepared(tmp_path_factory.mktemp("web")) as made:
        yield made


@pytest.mark.parametrize("number", range(_COUNT))
def test_whatever_goes_wrong_once_the_same_command_completes(trials: Trials, number: int) -> None:
    (trial,) = trials.some(number + 1, seed=7)[number:]
    outcome = trials.carry_out(trial)
    assert outcome.problems == [], f"{trial}, which ended with {outcome.status} and said {outcome.told}"


class Impatient(RealWorld):
    """Gives a program that makes something three seconds, in place of a minute or two."""

    def run(
        self,
        argv: tuple[str, ...],
        input: str | None = None,
        timeout: float = 60,
        changes: bool = True,
        keep: Path | None = None,
    ) -> Completed:
        return super().run(argv, input, 3.0 if "create" in argv else timeout, changes, keep)


def test_a_call_that_does_not_end_is_given_up_and_named(trials: Trials, monkeypatch: pytest.MonkeyPatch) -> None:
    web = trials.web
    web.back_to("here")
    for name, value in web.environment.items():
        monkeypatch.setenv(name, value)
    add_fault(web.state, "volumes create", 1, "hang")
    world, settings = Impatient(web.environment, web.home, sys.platform), load_settings(web.environment, web.home)
    told = go_web(
        world,
        settings,
        lambda there: survey(world, there, this_installation()),
        WebChoices(APP, "ams", "", web.bucket, "s3"),
        may_ask=False,
        may_show=False,
        quiet=True,
    )
    assert told.exit_status == 1
    assert "did not end within 3 s" in told.problems[0]["message"]
    assert web.app["volumes"] == {}


def test_before_the_hand_over_memories_are_saved_on_the_machine_and_nowhere_else(trials: Trials) -> None:
    web, command = trials.web, trials.flows["upgrade"].words
    web.back_to("here")
    add_fault(web.state, "deploy", 1, "kill_parent_after")
    web.attempt(*command)
    forget_faults(web.state)
    with pytest.raises(MnemonError, match="the machine that is handing it over"):
        web.ask("save", title="on the server", content="before it is in use")
    web.here("save", title="on the machine", content="after it was sent")
    assert web.attempt(*command).status == 0
    titles = [title for _, _, title, _ in web.memories()]
    assert sorted(titles) == ["memory 0", "memory 1", "memory 2", "on the machine"]
    assert web.state_here() == "none"
    assert set(web.attempt(*command).steps.values()) == {"kept"}
