"""What an uninstall has to do: what was found and choices in, a plan out. What cannot be had again goes last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mnemon_installer.facts.leftovers import Leftovers, VaultFacts
from mnemon_installer.plan.plan import Plan
from mnemon_installer.plan.step import Step
from mnemon_installer.steps.delete_files import DeleteFiles
from mnemon_installer.steps.remove_entry import RemoveEntry
from mnemon_installer.steps.remove_hooks import RemoveHooks
from mnemon_installer.steps.rules_block import RulesBlock
from mnemon_installer.steps.stop_resident import StopResident


def plan_uninstall(found: Leftovers, keep_vault: bool) -> Plan:
    """Each client on its own, and the server that they share; then, unless it is kept, the vault's folder, once all of
    them are done with it."""
    clients = len(found.resident.clients) if found.resident is not None else 0
    users = (*_client_steps(found), StopResident(found.settings, clients))
    return Plan("uninstall", users if keep_vault else (*users, *_folder_steps(found, users)))


def counted(vault: VaultFacts) -> str:
    """`12 memories (2 of them archived)`."""
    if vault.problem:
        return f"an unknown number of memories ({vault.problem})"
    rare = [
        f"{count} {name}" for name, count in (("archived", vault.archived), ("forgotten", vault.forgotten)) if count
    ]
    among = f" ({', '.join(rare).replace(' ', ' of them ', 1)})" if rare else ""
    return f"{vault.memories:,} {'memory' if vault.memories == 1 else 'memories'}{among}"


def _client_steps(found: Leftovers) -> Iterator[Step]:
    backups = found.settings.backups_folder
    for hooks in found.hooks:
        yield RemoveHooks(hooks.client, hooks.path, backups, hooks.name)
    for entry in found.entries:
        yield RemoveEntry(entry.client, entry.place, entry.program, backups, entry.name)
    for client, path in found.rules:
        yield RulesBlock(client, path, False, backups)


def _folder_steps(found: Leftovers, users: Sequence[Step]) -> Iterator[Step]:
    settings, needs = found.settings, tuple(step.key for step in users)
    yield DeleteFiles("memories", "vault", _memories(found), settings, lambda ours: ours.memories, needs)
    what = f"the downloaded model in {settings.models_folder}"
    yield DeleteFiles("models", "model", what, settings, lambda ours: ours.models, needs)
    what = f"settings, tokens, logs, what apps are made of, and copies of client files in {settings.folder}"
    yield DeleteFiles("papers", "the rest", what, settings, lambda ours: ours.papers, needs)


def _memories(found: Leftovers) -> str:
    copies = found.belongings.copies
    rest = f"{copies} {'copy' if copies == 1 else 'copies'} of the vault in {found.settings.archive_folder}"
    if found.vault is None:
        return rest if copies else f"what is left of the vault {found.settings.vault_path}"
    return f"{counted(found.vault)}: {found.vault.path}" + (f", and {rest}" if copies else "")
