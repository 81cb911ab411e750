"""The shared server, started anew where something is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.facts.resident import trouble_with
from mnemon_installer.plan.step import Done, Needed, Verdict
from mnemon_installer.world import World
from mnemon_server.client.residents import resident_state, start_resident, stop_resident
from mnemon_server.settings import Settings


@dataclass(frozen=True)
class RestartResident:
    """Clients do not notice: they are handed over, or connect anew."""

    settings: Settings
    key: str = "resident"
    subject: str = "server"
    needs: Sequence[str] = ()
    is_optional: bool = False

    def describe(self) -> str:
        return "start the shared server anew"

    def check(self, world: World) -> Verdict:
        state = resident_state(self.settings)
        return Needed() if state is not None and trouble_with(state) else Done()

    def apply(self, world: World) -> str:
        world.perform(self.describe(), self._restart)
        return "started anew"

    def undo(self, world: World) -> None:
        """Nothing: the one before is gone, and was of no use."""

    def _restart(self) -> None:
        stop_resident(self.settings)
        start_resident(self.settings)
