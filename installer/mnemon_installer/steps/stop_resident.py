"""The shared server, sent away: it has the vault open, and nobody needs it any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.facts.resident import counted
from mnemon_installer.plan.step import Done, Needed, Verdict
from mnemon_installer.world import World
from mnemon_server.client.residents import is_resident_there, stop_resident
from mnemon_server.settings import Settings

_AGAIN = 3  # a client that runs on may start another one


@dataclass(frozen=True)
class StopResident:
    """One that does not end keeps the vault's files: whatever it still wrote would go with them. `clients`: how many
    speak with it."""

    settings: Settings
    clients: int = 0
    key: str = "resident"
    subject: str = "server"
    needs: Sequence[str] = ()
    is_optional: bool = False

    def describe(self) -> str:
        users = f", which {counted(self.clients)} now use{'s' * (self.clients == 1)}" if self.clients else ""
        return f"stop the shared server of this machine{users}"

    def check(self, world: World) -> Verdict:
        return Needed() if is_resident_there(self.settings) else Done()

    def apply(self, world: World) -> str:
        world.perform(self.describe(), self._stop)
        return "stopped"

    def undo(self, world: World) -> None:
        """Nothing: it starts by itself when somebody needs it."""

    def _stop(self) -> None:
        for _ in range(_AGAIN):
            stopped = stop_resident(self.settings)
            if stopped is None or stopped.successor is None:
                return
