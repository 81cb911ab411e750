"""The vault of this machine in the bucket, verified: what the server will begin with."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.facts.local_vault import counted, has_moved, local_vault
from mnemon_installer.facts.storage_keys import known_keys
from mnemon_installer.plan.step import Blocked, Done, Needed, Verdict
from mnemon_installer.world import World
from mnemon_server.sync.trouble import BucketMissing

_FRESH = timedelta(minutes=10)  # more than what is between this step and the next look at it


class Report(Protocol):
    def __call__(self, name: str, done: int, total: int, /) -> None: ...


class Progress(Protocol):
    def __call__(self, title: str, /) -> AbstractContextManager[Report]: ...


@dataclass(frozen=True)
class PushVault:
    """Nothing to do where the vault has gone to the web already, or where the bucket has what is here, or was here a
    moment ago: clients go on saving, and what they save meanwhile is handed over later."""

    deployment: Deployment
    progress: Progress
    key: str = "push"
    subject: str = "backup"
    needs: Sequence[str] = ("bucket",)
    is_optional: bool = False

    def describe(self) -> str:
        return f"send a verified snapshot of the vault to the bucket {self.deployment.settings.bucket}"

    def check(self, world: World) -> Verdict:
        settings = self.deployment.local
        if world.look(settings.vault_path) is None:
            return Done() if self.deployment.settings.remote else Needed()
        if has_moved(world, settings):
            return Done() if self.deployment.settings.remote or self._has_moved_there() else Needed()
        if self.deployment.storage == "tigris" and known_keys(world, settings) is None:
            return Needed()  # the step before makes the bucket, and gets its keys
        try:
            with local_vault(settings, "upgrade") as client:
                standing = client.call("sync_status")
        except BucketMissing:  # the step before makes it
            return Needed()
        if standing["standing"] == "same" or (standing["standing"] == "ahead" and _is_fresh(world, standing)):
            return Done()
        if standing["standing"] in ("apart", "behind"):
            head = standing["head"]
            reason = f"the bucket has a vault that {head['machine']} pushed on {head['at']}, unseen by this machine"
            return Blocked(reason, "mnemon sync status")
        return Needed()

    def apply(self, world: World) -> str:
        with self.progress("sending") as show:
            told: list[int] = []
            world.perform(self.describe(), lambda: told.append(self._push(show)))
        return f"{counted(told[0])} sent" if told else "sent"

    def undo(self, world: World) -> None:
        """Nothing: one backup more."""

    def _has_moved_there(self) -> bool:
        """Handed over by an earlier run, which did not live to use the web."""
        with local_vault(self.deployment.local, "upgrade") as client:
            return str(client.call("status")["state"]) == f"moved:{self.deployment.url}"

    def _push(self, show: Report) -> int:
        with local_vault(self.deployment.local, "upgrade", lambda done, total: show("", done, total)) as client:
            return int(client.call("push")["memories"])


def _is_fresh(world: World, standing: dict[str, Any]) -> bool:  # Any: JSON
    """Whether the newest backup is ours, and of a moment ago."""
    at = standing["synced_at"]
    return at is not None and timedelta() <= world.now() - datetime.fromisoformat(at) <= _FRESH
