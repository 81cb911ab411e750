"""Looking around before anything is decided; nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.clients import CLIENTS, Client
from mnemon_installer.clients.client import Launch, Place
from mnemon_installer.clients.hook_table import Mode
from mnemon_installer.clients.rules_file import has_rules
from mnemon_installer.facts.client_files import dead_entries
from mnemon_installer.facts.client_state import ClientState, client_state
from mnemon_installer.facts.hook_state import HookStanding, hook_standing
from mnemon_installer.facts.launcher import Installation, Launcher, find_launcher
from mnemon_installer.facts.versions import quick_version
from mnemon_installer.plan.receipts import Receipt, Receipts
from mnemon_installer.world import World
from mnemon_server.embed import ModelState, embedder_source
from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings, vault_folder


@dataclass(frozen=True)
class ClientFacts:
    """A client as found. `program` is its own command line tool; `rules_path` its file of standing instructions,
    `hooks_path` the one that its hooks stand in."""

    client: Client
    is_installed: bool
    program: Path | None
    config_path: Path
    state: ClientState
    dead_places: tuple[Place, ...] = ()
    rules_path: Path | None = None
    has_rules: bool = False
    hooks_path: Path | None = None
    hooks: HookStanding = "none"
    version: str = ""


@dataclass(frozen=True)
class Facts:
    """The machine as found. `environment` is what a client must give our server, which knows no shell.

    `registered_before` names the clients that our receipts say were registered, `hooked_before` those that got hooks.
    `memories_here` are those in a vault of this machine's own, counted by whoever moves to the web.
    """

    settings: Settings
    launcher: Launcher
    environment: dict[str, str]
    clients: tuple[ClientFacts, ...]
    has_vault: bool
    model: ModelState
    registered_before: frozenset[str] = frozenset()
    hooked_before: frozenset[str] = frozenset()
    memories_here: int = 0

    @property
    def hook_mode(self) -> Mode:
        """Which of our hooks are of use: some only wake a vault on the web."""
        return _hook_mode(self.settings)

    @property
    def launch(self) -> Launch | None:
        """How clients should start our server, when they can rely on this installation."""
        path = self.launcher.path
        return Launch(str(path), environment=self.environment) if path is not None else None


def survey(world: World, settings: Settings, installation: Installation) -> Facts:
    """Everything the flows and checks decide on."""
    launcher, environment = find_launcher(world, installation), _carried(world, settings)
    launch = Launch(str(launcher.path), environment=environment) if launcher.path is not None else None
    noted = Receipts(world, settings.ops_folder).all()
    receipts = noted.values()
    return Facts(
        settings=settings,
        launcher=launcher,
        environment=environment,
        clients=tuple(_look_at(client, world, launch, noted, _hook_mode(settings)) for client in CLIENTS),
        has_vault=world.look(settings.vault_path) is not None,
        model=embedder_source(settings).state(),
        registered_before=frozenset(receipt.owner for receipt in receipts if "entry" in receipt.kinds),
        hooked_before=frozenset(receipt.owner for receipt in receipts if "hooks" in receipt.kinds),
    )


def _look_at(
    client: Client, world: World, launch: Launch | None, noted: Mapping[Path, Receipt], mode: Mode
) -> ClientFacts:
    rules = client.rules_file(world)
    return ClientFacts(
        client,
        client.is_installed(world),
        client.program(world),
        client.config_path(world),
        client_state(world, client, launch, noted.get(client.config_path(world))),
        dead_places=tuple(dead.place for dead in dead_entries(world, (client,))),
        rules_path=rules,
        has_rules=rules is not None and _has_rules(world, rules),
        hooks_path=next(iter(client.hooks_files(world)), None),
        hooks=hook_standing(world, client, launch, mode),
        version=quick_version(world, client),
    )


def _hook_mode(settings: Settings) -> Mode:
    return "web" if settings.remote else "local"


def _has_rules(world: World, path: Path) -> bool:
    try:
        return has_rules(world, path)
    except MnemonError:  # whoever wants a block there is told what is wrong
        return False


def _carried(world: World, settings: Settings) -> dict[str, str]:
    carried: dict[str, str] = {}
    if settings.folder != vault_folder({}, world.home):
        carried["MNEMON_VAULT_DIR"] = str(settings.folder)
    if settings.model_path_from_environment:
        carried["MNEMON_MODEL_PATH"] = str(Path(settings.model_path_from_environment).expanduser().absolute())
    return carried
