"""This machine's own vault, once it has moved: into the archive, read back, then away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.facts.local_vault import has_moved
from mnemon_installer.plan.step import Done, Needed, StepFailed, Verdict
from mnemon_installer.world import World
from mnemon_server.settings import Settings
from mnemon_server.vault.put_away import put_away


@dataclass(frozen=True)
class ArchiveVault:
    """Only after the address of the web vault is in use: whoever finds no vault here makes a new one."""

    settings: Settings
    key: str = "archive"
    subject: str = "old vault"
    needs: Sequence[str] = ("remote",)
    is_optional: bool = False

    def describe(self) -> str:
        return f"put {self.settings.vault_path} into the archive"

    def check(self, world: World) -> Verdict:
        return Done() if world.look(self.settings.vault_path) is None else Needed()

    def apply(self, world: World) -> str:
        if not world.is_rehearsal and not has_moved(world, self.settings):
            raise StepFailed("the vault of this machine was not handed over", "run the same command to continue")
        world.perform(self.describe(), lambda: put_away(self.settings.vault_path, "pre-web"))
        return "archived"

    def undo(self, world: World) -> None:
        """Nothing: `mnemon archive restore` makes it the vault again."""
