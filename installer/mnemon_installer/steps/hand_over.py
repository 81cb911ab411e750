"""The server takes over: it has what this machine's vault has, to the byte, and this one takes no writes any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from shlex import quote
from typing import Any

from mnemon_installer.facts.app_server import app_token, ask_server
from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.facts.local_vault import counted, has_moved, local_vault
from mnemon_installer.plan.step import Done, Needed, StepFailed, Verdict
from mnemon_installer.steps.freezing import frozen
from mnemon_installer.world import World

_AGAIN = "run the same command to continue"


@dataclass(frozen=True)
class HandOver:
    """Freezes this machine's vault, sends what was saved since the push, lets the server take that over, compares, and
    leaves the vault here as one that has moved. Killed anywhere, the next run goes on; if there is none the lease runs
    out."""

    deployment: Deployment
    key: str = "hand-over"
    subject: str = "memories"
    needs: Sequence[str] = ("deploy",)
    is_optional: bool = False

    def describe(self) -> str:
        return f"hand the vault over to {self.deployment.url}; this machine's own takes no writes any more"

    def check(self, world: World) -> Verdict:
        settings = self.deployment.local
        if world.look(settings.vault_path) is None or has_moved(world, settings):
            return Done()
        return Needed()

    def apply(self, world: World) -> str:
        told: list[int] = []
        world.perform(self.describe(), lambda: told.append(self._hand_over(world)))
        return f"{counted(told[0])} there" if told else "handed over"

    def undo(self, world: World) -> None:
        """Nothing: `mnemon downgrade local` brings everything back."""

    def _hand_over(self, world: World) -> int:
        with local_vault(self.deployment.local, "upgrade") as client:
            with frozen(world, self.deployment.folder / "lease_here", client.call) as lease:
                pushed = client.call("push")
                self._let_take_over(world, pushed["sha256"])
                client.call("retire", lease=lease, where=self.deployment.url)
            return int(pushed["memories"])

    def _let_take_over(self, world: World, sha256: str) -> None:
        if str(self._ask(world, "status")["state"]).startswith("moved:"):  # it came home before, and goes back
            self._ask(world, "adopt", sha256=sha256)
        server = self._ask(world, "sync_status")
        if server["here"] != sha256:
            with frozen(world, self.deployment.folder / "lease_there", partial(self._ask, world)) as lease:
                before = self._ask(world, "sync_status")
                if before["here"] != before["synced_sha256"]:
                    raise StepFailed(f"{self.deployment.url} has memories that did not come from here", self._join)
                self._ask(world, "adopt", sha256=sha256, over=before["here"], lease=lease)
            server = self._ask(world, "sync_status")
        if server["here"] != sha256:
            raise StepFailed(f"{self.deployment.url} has not what was sent to it", _AGAIN)

    @property
    def _join(self) -> str:
        """Each memory by its uid, so that both sides keep theirs."""
        wanted = self.deployment
        return (
            f"mnemon setup --remote-url {quote(wanted.url)} --send-memories --token-stdin"
            f" < {quote(str(wanted.token_path))}"
        )

    def _ask(self, world: World, action: str, **parameters: Any) -> dict[str, Any]:  # Any: JSON
        wanted = self.deployment
        token = app_token(world, wanted.settings, wanted.folder, wanted.url)
        return ask_server(world, wanted.url, token, action, **parameters)
