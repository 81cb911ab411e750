"""What a setup has to do: facts and choices in, a plan out."""

from __future__ import annotations

from collections.abc import Iterator

from mnemon_installer.facts.survey import ClientFacts, Facts
from mnemon_installer.flows.choices import Choices
from mnemon_installer.plan.plan import Plan
from mnemon_installer.plan.step import Step
from mnemon_installer.steps.add_hooks import AddHooks
from mnemon_installer.steps.fetch_model import FetchModel, Progress
from mnemon_installer.steps.join_remote import JoinRemote
from mnemon_installer.steps.keep_token import KeepToken
from mnemon_installer.steps.prepare_vault import PrepareVault
from mnemon_installer.steps.register_client import RegisterClient
from mnemon_installer.steps.register_direct import RegisterDirect
from mnemon_installer.steps.remove_entry import RemoveEntry
from mnemon_installer.steps.remove_hooks import RemoveHooks
from mnemon_installer.steps.rules_block import RulesBlock
from mnemon_installer.steps.set_model_path import SetModelPath
from mnemon_installer.steps.switch_vault import UseLocal, UseRemote


def plan_setup(facts: Facts, choices: Choices, progress: Progress) -> Plan:
    """The vault or the way to it, the model, then each client on its own. `progress` shows the download."""
    return Plan("setup", tuple(_steps(facts, choices, progress)))


def chosen_clients(facts: Facts, choices: Choices) -> tuple[ClientFacts, ...]:
    """The clients named, or all that are installed."""
    return tuple(
        found
        for found in facts.clients
        if (found.client.name in choices.clients if choices.clients is not None else found.is_installed)
    )


def with_rules(facts: Facts, choices: Choices) -> frozenset[str]:
    """Names of the chosen clients that are to have a rules block when setup is done."""
    able = [found for found in chosen_clients(facts, choices) if takes_rules(facts, choices, found)]
    if choices.rules is not None:
        return frozenset(found.client.name for found in able) & choices.rules
    return frozenset(
        found.client.name for found in able if found.has_rules or (is_new(facts, found) and found.client.hooks is None)
    )


def takes_rules(facts: Facts, choices: Choices, found: ClientFacts) -> bool:
    """It reads a rules file, and will have the server that the rules speak of."""
    return found.rules_path is not None and _can_be_registered(facts, choices, found)


def takes_hooks(facts: Facts, choices: Choices, found: ClientFacts) -> bool:
    """It has hooks, and will have the server beside them."""
    return found.hooks_path is not None and _can_be_registered(facts, choices, found)


def _can_be_registered(facts: Facts, choices: Choices, found: ClientFacts) -> bool:
    is_foreign = found.state.standing == "foreign" and not choices.replaces(found.client.name)
    return facts.launch is not None and found.state.standing != "unreadable" and not is_foreign


def is_new(facts: Facts, found: ClientFacts) -> bool:
    """Never registered before, so that nobody has been asked about its rules."""
    return not found.state.has_ours and found.client.name not in facts.registered_before


def registration(
    facts: Facts, found: ClientFacts, replace_foreign: bool = False, needs: tuple[str, ...] = ()
) -> RegisterClient:
    """The step that puts our entry into a client's file, or mends it."""
    return RegisterClient(
        client=found.client,
        launch=facts.launch,
        path=found.config_path,
        program=found.program,
        backups=facts.settings.backups_folder,
        replace_foreign=replace_foreign,
        obstacle=(facts.launcher.problem, facts.launcher.hint),
        needs=needs,
    )


def hooking(facts: Facts, found: ClientFacts) -> AddHooks:
    """The step that puts our hooks into a client's file, or mends them; for one that takes hooks."""
    assert facts.launch is not None and found.hooks_path is not None  # as `takes_hooks` says
    backups, needs = facts.settings.backups_folder, (f"{found.client.name}.entry",)
    return AddHooks(found.client, facts.launch, found.hooks_path, backups, found.version, facts.hook_mode, needs)


def clean_up(facts: Facts, found: ClientFacts) -> Iterator[RemoveEntry]:
    """Steps that take out entries of ours that the client does not read."""
    for number, place in enumerate(found.dead_places, 1):
        yield RemoveEntry(found.client, place, None, facts.settings.backups_folder, f"dead-entry-{number}")


def _steps(facts: Facts, choices: Choices, progress: Progress) -> Iterator[Step]:
    settings = facts.settings
    yield from _web_steps(facts, choices) if settings.remote else _local_steps(facts, choices)
    if choices.model_path is not None:
        yield SetModelPath(settings, choices.model_path)
    elif choices.wants_model is not False and settings.model_path is None and not settings.remote:
        yield FetchModel(settings, progress)
    ruled = with_rules(facts, choices)
    # The paths that anybody needs a block in: two clients may read the same file.
    needed = {found.rules_path for found in facts.clients if found.client.name in ruled}
    written = set()
    for found in chosen_clients(facts, choices):
        path, name = found.rules_path, found.client.name
        is_unwanted = found.has_rules and choices.rules is not None and name not in choices.rules
        # Before the entry: whoever is killed in between has not been registered, and is a new client again.
        if path is not None and path not in written and (path in needed or is_unwanted):
            written.add(path)
            yield RulesBlock(found.client, path, path in needed, settings.backups_folder)
        yield _entry_step(facts, choices, found)
        yield from clean_up(facts, found)
        yield from _hook_steps(facts, choices, found)


def _entry_step(facts: Facts, choices: Choices, found: ClientFacts) -> Step:
    replaces = choices.replaces(found.client.name)
    # A client that takes no server on the web from its file keeps the command.
    if choices.direct and found.client.direct_entry(facts.settings.remote, "") is not None:
        return RegisterDirect(found.client, facts.settings, found.config_path, replaces)
    # A client that is told of us before the switch would begin a vault of its own here.
    return registration(facts, found, replaces, ("remote",) if choices.vault == "remote" else ())


def _web_steps(facts: Facts, choices: Choices) -> Iterator[Step]:
    """The memories before the switch, so that whoever is stopped in between has them in one vault or the other."""
    settings = facts.settings
    yield KeepToken(settings, settings.remote, choices.secret, choices.device)
    if choices.send_memories and facts.memories_here:
        yield JoinRemote(settings, settings.remote)
    yield UseRemote(settings, settings.remote)


def _local_steps(facts: Facts, choices: Choices) -> Iterator[Step]:
    if choices.vault == "local":
        yield UseLocal(facts.settings)
    yield PrepareVault(facts.settings, needs=("remote",) if choices.vault == "local" else ())


def _hook_steps(facts: Facts, choices: Choices, found: ClientFacts) -> Iterator[Step]:
    if choices.hooks is not False:
        if takes_hooks(facts, choices, found):
            yield hooking(facts, found)
    elif found.hooks_path is not None and found.hooks != "none":
        yield RemoveHooks(found.client, found.hooks_path, facts.settings.backups_folder)
