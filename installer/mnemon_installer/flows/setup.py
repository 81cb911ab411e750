"""What a setup has to do: facts and choices in, a plan out."""

from __future__ import annotations

from collections.abc import Iterator

from mnemon_installer.facts.survey import ClientFacts, Facts
from mnemon_installer.flows.choices import Choices
from mnemon_installer.plan.plan import Plan
from mnemon_installer.plan.step import Step
from mnemon_installer.steps.fetch_model import FetchModel, Progress
from mnemon_installer.steps.prepare_vault import PrepareVault
from mnemon_installer.steps.register_client import RegisterClient
from mnemon_installer.steps.remove_dead_entries import RemoveDeadEntries
from mnemon_installer.steps.set_model_path import SetModelPath


def plan_setup(facts: Facts, choices: Choices, progress: Progress) -> Plan:
    """The vault, the model, then each client on its own. `progress` shows the download."""
    return Plan("setup", tuple(_steps(facts, choices, progress)))


def chosen_clients(facts: Facts, choices: Choices) -> tuple[ClientFacts, ...]:
    """The clients named, or all that are installed."""
    return tuple(
        found
        for found in facts.clients
        if (found.client.name in choices.clients if choices.clients is not None else found.is_installed)
    )


def registration(facts: Facts, found: ClientFacts, replace_foreign: bool = False) -> RegisterClient:
    """The step that puts our entry into a client's file, or mends it."""
    return RegisterClient(
        client=found.client,
        launch=facts.launch,
        path=found.config_path,
        program=found.program,
        backups=facts.settings.backups_folder,
        replace_foreign=replace_foreign,
        obstacle=(facts.launcher.problem, facts.launcher.hint),
    )


def _steps(facts: Facts, choices: Choices, progress: Progress) -> Iterator[Step]:
    settings = facts.settings
    yield PrepareVault(settings)
    if choices.model_path is not None:
        yield SetModelPath(settings, choices.model_path)
    elif choices.wants_model and settings.model_path is None:
        yield FetchModel(settings, progress)
    for found in chosen_clients(facts, choices):
        yield registration(facts, found, found.client.name in choices.replace_foreign)
        if found.has_dead_entries:
            yield RemoveDeadEntries(found.client, settings.backups_folder)
