"""What an uninstall finds of a vault on the web: where it is, what runs there, and what of it only this machine has."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from mnemon_installer.facts.app_server import app_token
from mnemon_installer.facts.deploy_files import app_folders, may_be_there
from mnemon_installer.facts.deployment import first_line
from mnemon_installer.facts.remote import said
from mnemon_installer.facts.storage_keys import keys_path, known_keys
from mnemon_installer.facts.web_survey import known_apps
from mnemon_installer.world import NoAnswer, World
from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings, vault_folder

_PATIENCE = 6.0  # seconds; a server that sleeps takes some to wake up, and whoever uninstalls does not need it


@dataclass(frozen=True)
class WebLeftovers:
    """Of what stays on the web, and of the ways to it that go.

    Attributes:
        url: where the vault is; empty when it is on this machine.
        app: the one of this machine's that has the vault; empty where there is none, or another machine has made it.
        other_apps: those that this machine has made besides, and not destroyed.
        memories: how many are there; None where nobody was asked, or nobody answered.
        was_asked: the server was asked for that.
        passphrase: the file with the owner's passphrase, where there is one.
        keys_path: the file with the keys of a bucket that shows them only once; `keys_of` is its name, empty for none.
        bucket: the one with the backups.
        roles: of the apps at AWS, by which they reach it.
    """

    url: str = ""
    app: str = ""
    other_apps: tuple[str, ...] = ()
    memories: int | None = None
    was_asked: bool = False
    passphrase: Path | None = None
    keys_path: Path | None = None
    keys_of: str = ""
    bucket: str = ""
    roles: tuple[str, ...] = ()


def web_leftovers(world: World, settings: Settings, url: str) -> WebLeftovers:
    """As the files of this machine say; nobody is asked. `url` is where the vault is."""
    is_default = settings.folder == vault_folder({}, world.home)
    folders = list(app_folders(settings, is_default))
    app = next(iter(known_apps(world, replace(settings, remote=url))), "") if url else ""
    return WebLeftovers(
        url=url,
        app=app,
        other_apps=tuple(each.name for each in folders if may_be_there(each) and each.name != app),
        passphrase=settings.passphrase_path if first_line(world, settings.passphrase_path) else None,
        keys_path=keys_path(settings),
        keys_of=_keys_of(world, settings),
        bucket=settings.bucket,
        roles=tuple(role for each in folders if (role := first_line(world, each / "role_arn"))),
    )


def counted_there(world: World, settings: Settings, found: WebLeftovers) -> WebLeftovers:
    """With the number of memories, when the app's server says it soon. No other server is asked."""
    if not found.app:
        return found
    order = json.dumps({"parameters": {}, "client": "mnemon"}).encode()
    token = app_token(world, settings, settings.folder / "deploy" / found.app, found.url)
    try:
        answer = world.ask(f"{found.url}/vault/actions/status", token, order, _PATIENCE, changes=False)
    except (NoAnswer, MnemonError):
        return replace(found, was_asked=True)
    total = (said(answer).get("result") or {}).get("total") if answer.status == 200 else None
    return replace(found, was_asked=True, memories=total if isinstance(total, int) else None)


def _keys_of(world: World, settings: Settings) -> str:
    try:
        keys = known_keys(world, settings)
    except MnemonError:
        return ""
    return keys.bucket if keys is not None else ""
