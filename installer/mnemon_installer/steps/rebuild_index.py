"""The vault's indexes, made anew from its memories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mnemon_installer.plan.step import Blocked, Done, Needed, Verdict
from mnemon_installer.world import World
from mnemon_server.client import connect
from mnemon_server.settings import Settings


@dataclass(frozen=True)
class RebuildIndex:
    """Where the indexes disagree with the memories. A damaged file is not made whole by this."""

    settings: Settings
    key: str = "index"
    subject: str = "vault"
    needs: Sequence[str] = ()
    is_optional: bool = False

    def describe(self) -> str:
        return "make the indexes anew from the memories"

    def check(self, world: World) -> Verdict:
        whole = self._call("check_integrity")
        if not whole["problems"]:
            return Done()
        if whole["rebuildable"]:
            return Needed()
        return Blocked(f"the vault is damaged: {whole['problems'][0]}", "mnemon doctor vault")

    def apply(self, world: World) -> str:
        world.perform(self.describe(), lambda: self._call("rebuild"))
        return "rebuilt"

    def undo(self, world: World) -> None:
        """Nothing: an index says what the memories say, or it is wrong."""

    def _call(self, action: str) -> dict[str, Any]:  # Any: JSON
        vault = connect(self.settings, caller="doctor")
        try:
            return vault.call(action)
        finally:
            vault.close()
