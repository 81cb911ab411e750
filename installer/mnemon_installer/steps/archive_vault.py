"""This machine's own vault, once it has moved: into the archive, read back, then away."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.facts.local_vault import has_moved
from mnemon_installer.plan.step import Blocked, Done, Needed, StepFailed, Verdict
from mnemon_installer.world import World
from mnemon_server.settings import Settings
from mnemon_server.vault.contents import contents_of
from mnemon_server.vault.leases import thaw
from mnemon_server.vault.open import open_vault_file
from mnemon_server.vault.snapshot import archive_copy
from mnemon_server.vault.transaction import transaction


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
        if world.look(self.settings.vault_path) is None:
            return Done()
        if not has_moved(world, self.settings):
            return Blocked("the vault of this machine was not handed over", "run the same command to continue")
        return Needed()

    def apply(self, world: World) -> str:
        world.perform(self.describe(), self._archive)
        return "archived"

    def undo(self, world: World) -> None:
        """Nothing: `mnemon archive restore` makes it the vault again."""

    def _archive(self) -> None:
        path = self.settings.vault_path
        with closing(open_vault_file(path).connection) as connection:
            expected = contents_of(connection)
            copy = archive_copy(connection, path, "pre-web")
        with closing(open_vault_file(copy).connection) as connection:
            with transaction(connection):
                thaw(connection)  # for whoever goes back to it
            found = contents_of(connection)
            connection.pragma("wal_checkpoint(TRUNCATE)")
        if found != expected:
            raise StepFailed(f"the copy {copy} is not whole; the vault stays where it is", "mnemon doctor disk")
        # The write-ahead log first: beside a new vault it would be played into that one.
        for each in (Path(f"{path}-wal"), Path(f"{path}-shm"), path):
            each.unlink(missing_ok=True)
