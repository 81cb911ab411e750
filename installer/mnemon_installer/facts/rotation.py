"""How this machine stands to the secrets of an app that are to be new, or are becoming so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from mnemon_installer.facts.deployment import first_line
from mnemon_installer.facts.new_secrets import digest_of
from mnemon_installer.facts.remote import kept_token
from mnemon_installer.world import World
from mnemon_server.settings import Settings

OF_DEVICES = "mnemon_d_"  # how tokens of single machines begin; those stay good


@dataclass(frozen=True)
class Rotation:
    """Of which app, and what of it is kept where on this machine.

    Attributes:
        is_deployer: this machine has staged the app's secrets, and stages none anew as long as its notes are true.
        is_ours: this machine sends the token to that server.
        has_passphrase: the owner's passphrase in the vault's folder is of that server.
        former: tells the token that was in its place at the beginning from a new one.
    """

    settings: Settings
    program: str
    app: str
    url: str
    is_deployer: bool
    is_ours: bool
    has_passphrase: bool
    former: str = ""

    @property
    def folder(self) -> Path:
        return self.settings.folder / "deploy" / self.app

    @property
    def token_path(self) -> Path:
        return self.folder / "token"

    @property
    def hash_path(self) -> Path:
        return self.folder / "passphrase_hash"

    @property
    def passphrase_path(self) -> Path:
        return self.settings.passphrase_path if self.has_passphrase else self.folder / "owner_passphrase"

    @property
    def keeps_token(self) -> bool:
        """In the app's own folder: where a redeploy looks for it, or where it is not this machine's to send."""
        return self.is_deployer or not self.is_ours


def rotation_of(world: World, settings: Settings, program: str, app: str, url: str) -> Rotation:
    """As this machine stands to the app now, perhaps in the middle of a rotation."""
    folder, kept = settings.folder / "deploy" / app, kept_token(world, settings)
    is_deployer = any(first_line(world, folder / name) for name in ("passphrase_hash", "staged"))
    is_at_home = not settings.remote and (is_deployer or not first_line(world, settings.passphrase_path))
    rotation = Rotation(
        settings,
        program,
        app,
        url,
        is_deployer,
        is_ours=settings.remote == url or kept is None or kept.is_bound_to(url),
        has_passphrase=settings.remote == url or is_at_home,
    )
    present = token_in_place(world, rotation)
    is_placed = present and present == next_token(world, rotation)
    return replace(rotation, former="" if is_placed else mark(present))


def next_files(rotation: Rotation) -> dict[str, Path]:
    """What is made, and how far it has come, in the order in which they are made and go."""
    names = {"passphrase": "owner_passphrase", "hash": "passphrase_hash", "staged": "staged", "token": "token"}
    return {what: rotation.folder / f"{name}.next" for what, name in names.items()}


def next_token(world: World, rotation: Rotation) -> str:
    """The new one; empty while none is made."""
    return first_line(world, next_files(rotation)["token"])


def token_in_place(world: World, rotation: Rotation) -> str:
    """The one that is used today; empty where there is none."""
    if rotation.keeps_token:
        return first_line(world, rotation.token_path)
    kept = kept_token(world, rotation.settings)
    return kept.token if kept is not None else ""


def former_tokens(world: World, rotation: Rotation, token: str) -> set[str]:
    """Those that were the server's own, as far as this machine knows them."""
    kept = kept_token(world, rotation.settings) if rotation.is_ours else None
    known = {first_line(world, rotation.token_path), kept.token if kept is not None else ""}
    return {each for each in known if each and each != token and not each.startswith(OF_DEVICES)}


def mark(secret: str) -> str:
    """Tells one secret from another, without being one."""
    return digest_of({"": secret}) if secret else ""
