"""The vault comes home: the server sends all it has, this machine brings it, both compare, and the server takes no
writes any more."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mnemon_installer.edits.config_toml import with_setting
from mnemon_installer.facts.app_server import PUT_ASIDE, app_token, ask_server
from mnemon_installer.facts.local_vault import close_for, counted, has_moved, local_vault, take_back
from mnemon_installer.plan.step import Blocked, Done, Needed, StepFailed, Verdict
from mnemon_installer.steps.freezing import frozen
from mnemon_installer.steps.push_vault import Progress, Report
from mnemon_installer.world import NoAnswer, World
from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings

_AGAIN = "run the same command to continue"
_BACKUP = "its newest backup comes here by: mnemon setup --local && mnemon sync pull"


@dataclass(frozen=True)
class BringHome:
    """`settings` are those of this machine's own vault, with the bucket; `folder` has what it knows of the app. What
    was the vault here goes into the archive."""

    settings: Settings
    url: str
    folder: Path
    progress: Progress
    key: str = "home"
    subject: str = "memories"
    needs: Sequence[str] = ()
    is_optional: bool = False

    def describe(self) -> str:
        return (
            f"bring the vault from {self.url} to {self.settings.vault_path}; the server then takes no writes any more"
        )

    def check(self, world: World) -> Verdict:
        try:
            state = self._ask_state(world)
        except NoAnswer as trouble:
            return Blocked(trouble.message, trouble.hint or f"if the app is gone: {_BACKUP}")
        if state.startswith("moved:") and state != f"moved:{_this_machine()}":
            reason = f"the vault has left {self.url} before: it is at {state.removeprefix('moved:')}"
            return Blocked(reason, f"use mnemon there; {_BACKUP}")
        if not state.startswith("moved:") or has_moved(world, self.settings):
            return Needed()
        return Done() if self._standing()["standing"] in ("same", "ahead") else Needed()

    def apply(self, world: World) -> str:
        told: list[int] = []
        with self.progress("receiving") as show:
            world.perform(self.describe(), lambda: told.append(self._bring(world, show)))
        return f"{counted(told[0])} here" if told else "brought"

    def undo(self, world: World) -> None:
        """Nothing: `mnemon upgrade web` goes back."""

    def _bring(self, world: World, show: Report) -> int:
        self._keep_token(world)
        if self._ask_state(world).startswith("moved:"):
            self._open_again(world)
            return int(self._pull("", show)["memories"])  # its last push is what it has
        with frozen(world, self.folder / "lease_there", partial(self._ask, world)) as lease, self._closed_on_failure():
            self._open_again(world)
            pushed = self._ask(world, "push", force=True)
            pulled = self._pull(pushed["sha256"], show)
            here, there = self._standing()["here"], self._ask(world, "sync_status")["here"]
            counts = {self._status()["total"], self._ask(world, "status")["total"]}
            if not here == there == pushed["sha256"] or len(counts) != 1:
                raise StepFailed(f"what came from {self.url} is not what it has; nothing was switched", _AGAIN)
            self._ask(world, "retire", lease=lease, where=_this_machine())
        self._note_bucket(world)
        return int(pulled["memories"])

    def _note_bucket(self, world: World) -> None:
        """Backups go on where they were, also from a machine that was never told where that is."""
        if self.settings.value("s3_bucket") or world.environment.get("MNEMON_S3_BUCKET", "").strip():
            return
        path = self.settings.config_path
        before = world.read(path)
        after = with_setting((before or b"").decode(), "s3_bucket", self.settings.bucket).encode()
        world.write(path, after, before)

    def _open_again(self, world: World) -> None:
        """What an earlier run had brought, and closed because it failed."""
        if has_moved(world, self.settings):
            take_back(self.settings)

    @contextmanager
    def _closed_on_failure(self) -> Iterator[None]:
        """The server takes writes again when this fails, so that what was brought here must not."""
        try:
            yield
        except BaseException:
            with suppress(MnemonError):  # what went wrong before is what is told
                close_for(self.settings, self.url)
            raise

    def _keep_token(self, world: World) -> None:
        """A machine that has joined forgets its token when it comes home; whoever then destroys the app wants it."""
        path = self.folder / PUT_ASIDE
        if world.read(self.folder / "token") is None and world.read(path) is None:
            token = app_token(world, self.settings, self.folder, self.url)
            world.write(path, f"{token}\n".encode(), None, 0o600)

    def _pull(self, sha256: str, show: Report) -> dict[str, Any]:  # Any: JSON
        with local_vault(self.settings, "downgrade", lambda done, total: show("", done, total)) as client:
            return client.call("pull", at=sha256)

    def _standing(self) -> dict[str, Any]:  # Any: JSON
        return self._here("sync_status")

    def _status(self) -> dict[str, Any]:  # Any: JSON
        return self._here("status")

    def _here(self, action: str) -> dict[str, Any]:  # Any: JSON
        with local_vault(self.settings, "downgrade") as client:
            return client.call(action)

    def _ask_state(self, world: World) -> str:
        return str(self._ask(world, "status")["state"])

    def _ask(self, world: World, action: str, **parameters: Any) -> dict[str, Any]:  # Any: JSON
        token = app_token(world, self.settings, self.folder, self.url)
        return ask_server(world, self.url, token, action, **parameters)


def _this_machine() -> str:
    """What whoever asks the server afterwards is told."""
    return f"the machine {platform.node() or 'of the owner'}"
