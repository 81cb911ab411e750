"""`model_path` in our own config.toml: a model that is on this machine already."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.edits.config_toml import with_setting
from mnemon_installer.edits.diff import text_diff
from mnemon_installer.plan.step import Blocked, Done, Needed, Verdict
from mnemon_installer.world import World
from mnemon_server.embed import embedder_source
from mnemon_server.settings import Settings

_KEY = "model_path"


@dataclass(frozen=True)
class SetModelPath:
    """Points the settings at `folder`, an absolute path."""

    settings: Settings
    folder: Path
    key: str = "model-path"
    subject: str = "model"
    needs: Sequence[str] = ()
    is_optional: bool = False

    def describe(self) -> str:
        return f"use the model in {self.folder}"

    def check(self, world: World) -> Verdict:
        found = embedder_source(Settings(self.settings.folder, {_KEY: str(self.folder)})).state()
        if found.problem or not found.is_present:
            return Blocked(found.problem or f"there is no model in {self.folder}", "mnemon setup --model-path FOLDER")
        before = self._text(world)
        if tomllib.loads(before).get(_KEY) == str(self.folder):
            return Done()
        return Needed(text_diff(before, self._wanted(before), str(self.settings.config_path)))

    def apply(self, world: World) -> str:
        content = world.read(self.settings.config_path)
        before = (content or b"").decode()
        world.write(self.settings.config_path, self._wanted(before).encode(), content, 0o600)
        return f"set to {self.folder}"

    def undo(self, world: World) -> None:
        content = world.read(self.settings.config_path)
        if content is not None and tomllib.loads(content.decode()).get(_KEY) == str(self.folder):
            world.write(self.settings.config_path, with_setting(content.decode(), _KEY, "").encode(), content)

    def _text(self, world: World) -> str:
        return (world.read(self.settings.config_path) or b"").decode()

    def _wanted(self, before: str) -> str:
        return with_setting(before, _KEY, str(self.folder))
