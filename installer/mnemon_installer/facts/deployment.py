"""Which app a vault is to be served by, and all that is decided about it before anything is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from mnemon_installer.facts.own_wheel import Wheel
from mnemon_installer.world import World
from mnemon_server.settings import Settings

Storage = Literal["aws", "tigris", "s3"]
_STORAGE = "storage"


@dataclass(frozen=True)
class Deployment:
    """All of it is settled.

    Attributes:
        settings: name the bucket.
        program: fly.
        url: where the app answers.
        hardens: a bucket at AWS that was there before gets what it lacks.
        installs_pulumi: Pulumi's program may be fetched where it is missing.
        is_joined: another machine has made the app; bucket and secrets are its care, and this one uses the vault there.
        role_arn: of the app's role at AWS, where that is known.
        deployed_by: the id of the machine that made it, where that is another one.
    """

    settings: Settings
    program: str
    app: str
    org: str
    region: str
    storage: Storage
    url: str
    wheel: Wheel
    storage_region: str = ""
    endpoint: str = ""
    hardens: bool = False
    installs_pulumi: bool = False
    is_joined: bool = False
    role_arn: str = ""
    deployed_by: str = ""

    @property
    def folder(self) -> Path:
        """What the image is built from, and what this machine keeps of the app: tokens, fly.toml."""
        return _folder(self.settings, self.app)

    @property
    def fly_toml(self) -> Path:
        return self.folder / "fly.toml"

    @property
    def token_path(self) -> Path:
        """The token of this machine, before the server knows it."""
        return self.folder / "token"

    @property
    def storage_path(self) -> Path:
        """Whose store the backups of this app are at; see `known_storage`."""
        return self.folder / _STORAGE

    @property
    def local(self) -> Settings:
        """The settings of this machine's own vault, wherever the one in use is."""
        return replace(self.settings, remote="")


def known_storage(world: World, settings: Settings, app: str) -> Storage | None:
    """Whose store an earlier upgrade of this machine put the backups of `app` at; None where there was none."""
    kept = first_line(world, _folder(settings, app) / _STORAGE)
    return next((each for each in get_args(Storage) if each == kept), None)


def first_line(world: World, path: Path) -> str:
    """What a small file of ours holds; empty where there is none."""
    return (world.read(path) or b"").decode("utf-8", "replace").split("\n", 1)[0].strip()


def _folder(settings: Settings, app: str) -> Path:
    return settings.folder / "deploy" / app
