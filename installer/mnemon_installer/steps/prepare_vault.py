"""The vault's folder and the empty vault in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from shlex import quote

from mnemon_installer.plan.step import Blocked, Done, Needed, Verdict
from mnemon_installer.world import World
from mnemon_server.client import connect
from mnemon_server.settings import Settings, vault_folder

_PRIVATE = 0o700


@dataclass(frozen=True)
class PrepareVault:
    """Makes what is missing. Whether a vault that is there is whole is doctor's question."""

    settings: Settings
    key: str = "vault"
    subject: str = "vault"
    needs: Sequence[str] = ()
    is_optional: bool = False

    def describe(self) -> str:
        return f"prepare the vault {self.settings.vault_path}, readable only by you"

    def check(self, world: World) -> Verdict:
        folder = world.look(self.settings.folder)
        if folder is not None and not folder.is_folder:
            aside = f"mv {quote(str(self.settings.folder))} {quote(f'{self.settings.folder}.old')}"
            reason = f"{self.settings.folder} is a file, and the vault's folder belongs there"
            return Blocked(reason, f"{aside} && mnemon setup")
        if world.look(self.settings.vault_path) is None or self._is_open_to_others(world):
            return Needed()
        return Done()

    def apply(self, world: World) -> str:
        has_vault = world.look(self.settings.vault_path) is not None
        world.perform(self.describe(), lambda: self._make(world))
        return "made private" if has_vault else "created"

    def undo(self, world: World) -> None:
        """Nothing: memories are never the price of undoing a setup. `uninstall` deletes them, and says so."""

    def _make(self, world: World) -> None:
        vault = connect(self.settings, caller="setup")
        try:
            vault.call("status")
        finally:
            vault.close()
        if self._is_open_to_others(world):
            self.settings.folder.chmod(_PRIVATE)

    def _is_open_to_others(self, world: World) -> bool:
        """Only our own folder is made private; one that a user pointed us at stays as it is."""
        if world.platform == "win32" or self.settings.folder != vault_folder({}, world.home):
            return False
        sight = world.look(self.settings.folder)
        return sight is not None and sight.mode & 0o077 != 0
