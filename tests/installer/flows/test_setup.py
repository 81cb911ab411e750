"""Facts and choices in, a plan out."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from mnemon_installer.clients import CLIENTS
from mnemon_installer.facts.launcher import Installation
from mnemon_installer.facts.survey import Facts, survey
from mnemon_installer.flows.choices import Choices
from mnemon_installer.flows.setup import plan_setup
from mnemon_installer.plan.plan import look_at
from mnemon_installer.plan.step import Blocked
from mnemon_installer.wizard.choices import choose
from mnemon_installer.world.real import RealWorld
from mnemon_server.errors import UsageError
from mnemon_server.settings import Settings


def progress(title: str) -> nullcontext[object]:
    raise AssertionError("planning downloads nothing")


def planned(facts: Facts, choices: Choices) -> list[str]:
    return [step.key for step in plan_setup(facts, choices, progress).steps]  # type: ignore[arg-type]  # never entered


@pytest.fixture
def facts(world: RealWorld, settings: Settings, home: Path) -> Facts:
    return survey(world, settings, Installation(home / "venv", ()))


def test_without_a_client_vault_and_model_are_prepared(facts: Facts) -> None:
    assert planned(facts, Choices()) == ["vault", "model"]


def test_an_installed_client_is_registered_unless_others_are_named(facts: Facts, home: Path) -> None:
    installed = replace(facts, clients=tuple(replace(found, is_installed=True) for found in facts.clients))
    assert planned(installed, Choices()) == ["vault", "model", *(f"{client.name}.entry" for client in CLIENTS)]
    assert planned(installed, Choices(("gemini",))) == ["vault", "model", "gemini.entry"]


def test_a_named_client_is_registered_though_not_installed(facts: Facts) -> None:
    assert planned(facts, Choices(("claude-code",), wants_model=False)) == ["vault", "claude-code.entry"]


def test_a_model_on_this_machine_is_not_downloaded(facts: Facts, tmp_path: Path) -> None:
    assert planned(facts, Choices(model_path=tmp_path)) == ["vault", "model-path"]
    named = replace(facts, settings=replace(facts.settings, model_path_from_environment=str(tmp_path)))
    assert planned(named, Choices()) == ["vault"]


def test_without_a_lasting_command_no_client_is_registered(facts: Facts, world: RealWorld) -> None:
    step = plan_setup(facts, Choices(("claude-code",)), progress).steps[-1]  # type: ignore[arg-type]  # never entered
    verdict = look_at(step, world)
    assert verdict == Blocked("this Python has no `mnemon` command", "pip install mnemon-memory && mnemon setup")


def test_what_a_client_must_be_told_is_surveyed(world: RealWorld, home: Path) -> None:
    elsewhere = Settings(home / "elsewhere", model_path_from_environment="/models/tiny")
    facts = survey(world, elsewhere, Installation(home / "venv", ()))
    assert facts.environment == {"MNEMON_VAULT_DIR": str(home / "elsewhere"), "MNEMON_MODEL_PATH": "/models/tiny"}


def test_flags_become_choices(home: Path) -> None:
    chosen = choose(["claude-code", "claude-code"], model_path="~/model")
    assert chosen == Choices(("claude-code",), True, home / "model")
    assert choose([]) == Choices(None)
    assert {"claude-code", "cursor"} < choose([], replace_foreign=True).replace_foreign
    with pytest.raises(UsageError, match="unknown client 'emacs'"):
        choose(["emacs"])
    with pytest.raises(UsageError, match="contradict"):
        choose([], wants_model=False, model_path="x")
