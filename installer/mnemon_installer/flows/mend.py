"""What doctor can mend by itself: findings in, a plan out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from mnemon_installer.checks.check import Finding
from mnemon_installer.checks.vault import exposed_paths
from mnemon_installer.facts.client_files import exposed_files
from mnemon_installer.facts.deploy_files import private_files
from mnemon_installer.facts.remote import is_open
from mnemon_installer.facts.survey import ClientFacts, Facts
from mnemon_installer.facts.web_survey import known_apps
from mnemon_installer.flows.setup import clean_up, hooking, registration
from mnemon_installer.plan.plan import Plan
from mnemon_installer.plan.step import Step
from mnemon_installer.steps.make_private import MakePrivate
from mnemon_installer.steps.rebuild_index import RebuildIndex
from mnemon_installer.steps.register_direct import RegisterDirect
from mnemon_installer.steps.restart_resident import RestartResident
from mnemon_installer.world import World
from mnemon_server.settings import Settings


def plan_mending(facts: Facts, findings: Sequence[Finding]) -> Plan:
    """Steps for what is safe to mend; each looks at reality itself, and has nothing to do where all is well.

    Safe is what loses nothing: a damaged vault, a foreign entry and a file that cannot be read stay the user's.
    """
    return Plan("doctor", tuple(_steps(facts, {finding.code for finding in findings if finding.is_problem})))


def _steps(facts: Facts, troubled: set[str]) -> Iterator[Step]:
    settings = facts.settings
    if "vault" in troubled:
        yield MakePrivate(
            "vault-private",
            "vault",
            "the vault",
            lambda world: [path for path, _, _ in exposed_paths(world, settings)],
        )
    if "index" in troubled:
        yield RebuildIndex(settings)
    if "remote.token" in troubled:
        yield MakePrivate(
            "remote.token",
            "token",
            "this machine's token",
            lambda world: [path for path in (settings.token_path,) if is_open(world, path)],
        )
    if "deployment" in troubled:
        yield MakePrivate(
            "deployment", "app", "what is kept of the app at Fly", lambda world: _exposed_of_apps(world, settings)
        )
    if "resident" in troubled:
        yield RestartResident(settings)
    for found in facts.clients:
        if f"{found.client.name}.entry" in troubled:
            is_direct = found.state.standing == "direct" and settings.remote
            yield RegisterDirect(found.client, settings, found.config_path) if is_direct else registration(facts, found)
        if _lacks_hooks(facts, found, troubled):
            yield hooking(facts, found)
    if "dead-entries" in troubled:
        for found in facts.clients:
            yield from clean_up(facts, found)
    if "client-secrets" in troubled:
        yield MakePrivate("client-secrets", "client files", "client files that hold a secret", exposed_files)


def _exposed_of_apps(world: World, settings: Settings) -> list[Path]:
    folders = (settings.folder / "deploy" / name for name in known_apps(world, settings))
    return [path for folder in folders for path in private_files(folder) if is_open(world, path)]


def _lacks_hooks(facts: Facts, found: ClientFacts, troubled: set[str]) -> bool:
    """A client whose entry is lost is not asked for its hooks, which may be lost as well."""
    name = found.client.name
    is_lost = f"{name}.entry" in troubled and name in facts.hooked_before
    return facts.launch is not None and (is_lost or f"{name}.hooks" in troubled)
