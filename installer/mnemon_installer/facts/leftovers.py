"""What an uninstall finds: entries of ours, the vault and what is around it, and what it will leave to the user."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.argv import claude
from mnemon_installer.clients import CLIENTS, Client
from mnemon_installer.clients.claude_code import ClaudeCode
from mnemon_installer.clients.client import Place, is_ours
from mnemon_installer.clients.config_file import read_place
from mnemon_installer.facts.belongings import Belongings, find_belongings
from mnemon_installer.facts.local_vault import local_vault
from mnemon_installer.facts.web_leftovers import WebLeftovers, web_leftovers
from mnemon_installer.plan.receipts import Receipt, Receipts
from mnemon_installer.world import CommandTrouble, World
from mnemon_installer.world.programs import find_program
from mnemon_server.client.resident_told import ResidentState
from mnemon_server.client.residents import resident_state
from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings
from mnemon_server.sync.state import is_sent, load_state

_CONNECTOR = "claude.ai"
_MARK = b"mnemon:"  # stands in the marks of our block of rules
_LISTING = 45  # seconds; claude connects to every server that it lists


@dataclass(frozen=True)
class EntryPlace:
    """Where an entry of ours may stand. `name` tells the places of one client apart."""

    client: Client
    place: Place
    program: Path | None
    name: str


@dataclass(frozen=True)
class HooksPlace:
    """A file in which hooks of ours stand, or stood. `name` tells the files of one client apart."""

    client: Client
    path: Path
    name: str


@dataclass(frozen=True)
class VaultFacts:
    """What is in the vault; `problem` says why nobody can tell. `verified_copy`: when one elsewhere was verified;
    `is_copied`: it has everything that is here."""

    path: Path
    live: int = 0
    archived: int = 0
    forgotten: int = 0
    verified_copy: str | None = None
    is_copied: bool = False
    problem: str = ""

    @property
    def memories(self) -> int:
        return self.live + self.archived + self.forgotten


@dataclass(frozen=True)
class Leftovers:
    """`foreign` are entries of our name that are somebody else's, and `shadows` those in single projects. `web`: a
    vault that is not on this machine, and the apps that it has made. `resident`: the shared server, if it runs."""

    settings: Settings
    entries: tuple[EntryPlace, ...]
    hooks: tuple[HooksPlace, ...]
    rules: tuple[tuple[Client, Path], ...]
    belongings: Belongings
    vault: VaultFacts | None
    foreign: tuple[EntryPlace, ...]
    shadows: tuple[tuple[str, str], ...]
    web: WebLeftovers
    resident: ResidentState | None = None


def find_leftovers(world: World, settings: Settings) -> Leftovers:
    """Look everywhere that we may have written; nothing is changed."""
    entries, receipts = tuple(_entry_places(world, settings)), _receipts(world, settings)
    belongings = find_belongings(world, settings)
    return Leftovers(
        settings=settings,
        entries=entries,
        hooks=tuple(_hooks_places(world, settings)),
        rules=tuple(_rules_files(world, settings)),
        belongings=belongings,
        vault=_vault(settings) if settings.vault_path in belongings.memories else None,
        foreign=tuple(each for each in entries if each.name == "entry" and _is_foreign(world, each, receipts)),
        shadows=tuple(_shadows(world)),
        web=web_leftovers(world, settings, settings.remote or _text(world, settings.remote_path)),
        resident=resident_state(settings),
    )


def claude_connectors(world: World) -> tuple[str, ...]:
    """The connectors of the claude.ai account, as Claude Code names them. It is asked only where it has run before: a
    first run of it writes its file."""
    program = find_program(world, "claude")
    if program is None or world.look(ClaudeCode().config_path(world)) is None:
        return ()
    try:
        listed = world.run(claude.list_servers(str(program)), timeout=_LISTING, changes=False).stdout
    except CommandTrouble:
        return ()
    return tuple(line.split(": ")[0].strip() for line in listed.splitlines() if line.strip().startswith(_CONNECTOR))


def program_removal() -> str:
    """The command that takes the program itself away."""
    parts = Path(sys.prefix).parts
    if "pipx" in parts:
        return "pipx uninstall mnemon-memory"
    if "uv" in parts and "tools" in parts:
        return "uv tool uninstall mnemon-memory"
    return "pip uninstall mnemon-memory"


def _entry_places(world: World, settings: Settings) -> Iterator[EntryPlace]:
    """Where each client looks, where none does, and where receipts say that we wrote once."""
    receipts = _receipts(world, settings)
    seen = set()
    for client in CLIENTS:
        path = client.config_path(world)
        seen.add(path)
        yield EntryPlace(client, Place(path, client.format, client.entry_path), client.program(world), "entry")
        for number, place in enumerate(client.stale_places(world), 1):
            yield EntryPlace(client, place, None, f"dead-entry-{number}")
    for number, (path, receipt) in enumerate(receipts.items(), 1):
        owner = next((client for client in CLIENTS if client.name == receipt.owner), None)
        if owner is not None and "entry" in receipt.kinds and path not in seen:
            yield EntryPlace(owner, Place(path, owner.format, owner.entry_path), None, f"former-entry-{number}")


def _hooks_places(world: World, settings: Settings) -> Iterator[HooksPlace]:
    """Where each client's hooks stand, its other files, and where receipts say that we wrote once."""
    noted = {path: receipt.owner for path, receipt in _receipts(world, settings).items() if "hooks" in receipt.kinds}
    for client in CLIENTS:
        known = client.hooks_files(world)
        former = [path for path, owner in noted.items() if owner == client.name and path not in known]
        for number, path in enumerate([*known, *former]):
            yield HooksPlace(client, path, f"former-hooks-{number}" if number else "hooks")


def _rules_files(world: World, settings: Settings) -> Iterator[tuple[Client, Path]]:
    """Files of rules that speak of us, each once though two clients read it, and those that a receipt knows."""
    found: dict[Path, Client] = {}
    for client in CLIENTS:
        path = client.rules_file(world)
        with suppress(MnemonError):
            if path is not None and _MARK in (world.read(path) or b""):
                found.setdefault(path, client)
    for path, receipt in _receipts(world, settings).items():
        owner = next((client for client in CLIENTS if client.name == receipt.owner), None)
        if owner is not None and "rules" in receipt.kinds:
            found.setdefault(path, owner)
    return ((client, path) for path, client in found.items())


def _receipts(world: World, settings: Settings) -> dict[Path, Receipt]:
    return Receipts(world, settings.ops_folder).all()


def _vault(settings: Settings) -> VaultFacts:
    """Of the vault on this machine's disk, wherever the one in use is: it is this one that goes."""
    try:
        with local_vault(settings, "uninstall") as vault:
            status = vault.call("status")
    except MnemonError as trouble:
        return VaultFacts(settings.vault_path, problem=trouble.message)
    return VaultFacts(
        path=settings.vault_path,
        live=status["total"],
        archived=status["archived"],
        forgotten=status["invalidated"],
        verified_copy=status["verified_backup"],
        is_copied=_is_copied(settings),
    )


def _is_copied(settings: Settings) -> bool:
    state = load_state(settings.sync_state_path)
    verified = state.verified
    return verified is not None and is_sent(settings) and state.known(verified.place).sha256 == verified.sha256


def _is_foreign(world: World, found: EntryPlace, receipts: dict[Path, Receipt]) -> bool:
    receipt = receipts.get(found.place.path)
    try:
        document = read_place(world, found.place).document
        entry = document.get(found.place.entry_path)
    except MnemonError:
        return False
    is_known = receipt is not None and receipt.knows(entry)
    return document.has(found.place.entry_path) and not is_known and not is_ours(found.client.launch_of(entry))


def _shadows(world: World) -> Iterator[tuple[str, str]]:
    for client in CLIENTS:
        with suppress(MnemonError):
            file = read_place(world, Place(client.config_path(world), client.format, client.entry_path))
            yield from ((shadow.place, shadow.removal) for shadow in client.shadows(file.document.data))


def _text(world: World, path: Path) -> str:
    try:
        return (world.read(path) or b"").decode("utf-8", "replace").strip()
    except MnemonError:
        return ""
