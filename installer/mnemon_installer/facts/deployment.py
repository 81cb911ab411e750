"""Which app a vault is to be served by, and all that is decided about it before anything is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from mnemon_installer.facts.own_wheel import Wheel
from mnemon_installer.world import World
from mnemon_server.settings import Settings

Storage = Literal["aws", "tigris", "s3"]


@dataclass(frozen=True)
class Deployment:
    """`program` is fly; `settings` name the bucket. `url` is where the app answers."""

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
    role_arn: str = ""

    @property
    def folder(self) -> Path:
        """What the image is built from, and what this machine keeps of the app: tokens, fly.toml."""
        return self.settings.folder / "deploy" / self.app

    @property
    def fly_toml(self) -> Path:
        return self.folder / "fly.toml"

    @property
    def token_path(self) -> Path:
        """The token of this machine, before the server knows it."""
        return self.folder / "token"

    @property
    def local(self) -> Settings:
        """The settings of this machine's own vault, wherever the one in use is."""
        return replace(self.settings, remote="")


def first_line(world: World, path: Path) -> str:
    """What a small file of ours holds; empty where there is none."""
    return (world.read(path) or b"").decode("utf-8", "replace").split("\n", 1)[0].strip()
