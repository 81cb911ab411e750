"""Facts and choices in, a plan out."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from mnemon_installer.clients import CLIENTS
from mnemon_installer.facts.client_state import ClientState
from mnemon_installer.facts.launcher import Installation, Launcher
from mnemon_installer.facts.survey import Facts, survey
from mnemon_installer.flows.choices import Choices
from mnemon_installer.flows.setup import plan_setup, with_rules
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


def every_client_installed(facts: Facts) -> Facts:
    there = tuple(replace(found, is_installed=True) for found in facts.clients)
    return replace(facts, clients=there, launcher=Launcher(Path("/opt/mnemon")))


def test_every_client_that_is_there_is_registered_unless_others_are_named(facts: Facts) -> None:
    entries = [f"{client.name}.{what}" for client in CLIENTS for what in ("entry", "hooks")[: 1 + bool(client.hooks)]]
    installed = every_client_installed(facts)
    steps = planned(installed, Choices(rules=frozenset()))
    assert steps == ["vault", "model", *entries]
    assert planned(installed, Choices(("zed",), rules=frozenset())) == ["vault", "model", "zed.entry"]
    assert planned(installed, Choices(())) == ["vault", "model"]


def test_rules_are_for_clients_without_hooks_unless_somebody_says_otherwise(facts: Facts) -> None:
    installed = every_client_installed(facts)
    able = {found.client.name for found in installed.clients if found.rules_path}
    hooked = {client.name for client in CLIENTS if client.hooks}
    assert with_rules(installed, Choices()) == able - hooked
    assert with_rules(installed, Choices(("cursor", "codex"))) == {"cursor"}
    assert with_rules(installed, Choices(rules=frozenset(able))) == able
    assert with_rules(installed, Choices(rules=frozenset())) == frozenset()
    steps = planned(installed, Choices(("cursor",), wants_model=False))
    assert steps == ["vault", "cursor.rules", "cursor.entry"]  # whoever is killed in between is asked again


def test_hooks_come_after_the_entry_unless_nobody_wants_them(facts: Facts) -> None:
    installed = every_client_installed(facts)
    named = Choices(("codex", "zed"), wants_model=False)
    assert planned(installed, named) == ["vault", "codex.entry", "codex.hooks", "zed.entry"]
    assert planned(installed, replace(named, hooks=True)) == planned(installed, named)
    assert planned(installed, replace(named, hooks=False)) == ["vault", "codex.entry", "zed.entry"]
    having = replace(installed, clients=tuple(replace(found, hooks="other") for found in installed.clients))
    steps = plan_setup(having, replace(named, hooks=False), progress).steps  # type: ignore[arg-type]  # never entered
    assert [type(step).__name__ for step in steps if step.key == "codex.hooks"] == ["RemoveHooks"]


def test_no_hooks_for_a_client_without_our_server(facts: Facts) -> None:
    everyone = every_client_installed(facts)
    for standing in ("unreadable", "foreign"):
        state = ClientState(standing)  # type: ignore[arg-type]  # the two are standings
        blocked = replace(everyone, clients=tuple(replace(found, state=state) for found in everyone.clients))
        assert planned(blocked, Choices(("codex",), wants_model=False)) == ["vault", "codex.entry"]
    assert planned(replace(everyone, launcher=facts.launcher), Choices(("codex",), wants_model=False)) == [
        *("vault", "codex.entry")
    ]


def test_no_rules_speak_of_a_server_that_is_not_there(facts: Facts) -> None:
    """A file that cannot be edited, somebody else's server of our name, no command that lasts."""
    everyone = every_client_installed(facts)
    for standing in ("unreadable", "foreign"):
        state = ClientState(standing)  # type: ignore[arg-type]  # the two are standings
        blocked = replace(everyone, clients=tuple(replace(found, state=state) for found in everyone.clients))
        assert with_rules(blocked, Choices(("cursor",))) == frozenset()
        having = replace(blocked, clients=tuple(replace(found, has_rules=True) for found in blocked.clients))
        assert planned(having, Choices(("cursor",), wants_model=False)) == ["vault", "cursor.entry"]  # left as they are
    replaced = Choices(("cursor",), replace_foreign=frozenset({"cursor"}))
    assert with_rules(blocked, replaced) == {"cursor"}
    assert with_rules(replace(everyone, launcher=facts.launcher), Choices(("cursor",))) == frozenset()


def test_whoever_was_registered_before_keeps_the_rules_as_they_are(facts: Facts) -> None:
    before = replace(every_client_installed(facts), registered_before=frozenset({"cursor", "windsurf"}))
    having = replace(
        before, clients=tuple(replace(found, has_rules=found.client.name == "windsurf") for found in before.clients)
    )
    assert with_rules(having, Choices(("cursor", "windsurf"))) == {"windsurf"}
    removed = planned(having, Choices(("windsurf",), wants_model=False, rules=frozenset()))
    assert removed == ["vault", "windsurf.rules", "windsurf.entry"]


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
    assert chosen == Choices(("claude-code",), wants_model=True, model_path=home / "model")
    assert choose(["goose", "zed"]) == Choices(("zed",), snippets=("goose",))
    assert choose(["goose"]).clients == ()
    assert choose([], rules=False).rules == frozenset()
    assert [choose([], hooks=wish).hooks for wish in (None, True, False)] == [None, True, False]
    assert choose([]) == Choices(None)
    assert choose([], replace_foreign=True).replaces("cursor")
    with pytest.raises(UsageError, match="unknown client 'emacs'"):
        choose(["emacs"])
    with pytest.raises(UsageError, match="contradict"):
        choose([], wants_model=False, model_path="x")
