"""The app goes, with its machine, its volume and Fly's snapshots of it: after a second look that nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.argv import fly as argv
from mnemon_installer.facts.app_server import app_token, ask_server
from mnemon_installer.facts.fly import PATIENCE, find_app, machines
from mnemon_installer.facts.fly_trouble import named
from mnemon_installer.facts.local_vault import local_vault
from mnemon_installer.plan.step import Done, Needed, StepFailed, Verdict
from mnemon_installer.world import World
from mnemon_server.settings import Settings

_NOTES = ("token", "device_token", "staged", "passphrase_hash", "deployed")


@dataclass(frozen=True)
class DestroyApp:
    """Asks the server and the bucket once more: the server takes no writes, and the newest backup is what came home."""

    settings: Settings
    program: str
    app: str
    url: str
    folder: Path
    key: str = "destroy"
    subject: str = "app"
    needs: Sequence[str] = ("home", "remote")
    is_optional: bool = False

    def describe(self) -> str:
        return f"destroy the app {self.app} at Fly, with its machine and its volume"

    def check(self, world: World) -> Verdict:
        has_notes = any(world.read(self.folder / name) is not None for name in _NOTES)
        return Needed() if has_notes or find_app(world, self.program, self.app) is not None else Done()

    def apply(self, world: World) -> str:
        if find_app(world, self.program, self.app) is not None:
            if not world.is_rehearsal:
                self._compare(world)
            self._destroy(world)
        for name in _NOTES:
            if (content := world.read(self.folder / name)) is not None:
                world.remove(self.folder / name, content)
        return "destroyed"

    def undo(self, world: World) -> None:
        """Nothing can: the vault is here and in the bucket."""

    def _compare(self, world: World) -> None:
        token = app_token(world, self.settings, self.folder, self.url)
        state = str(ask_server(world, self.url, token, "status")["state"])
        with local_vault(self.settings, "downgrade") as client:
            standing = client.call("sync_status")
            whole = client.call("check_integrity")["problems"]
        if not state.startswith("moved:") or whole or standing["standing"] not in ("same", "ahead"):
            raise StepFailed(
                f"{self.app} is not destroyed: this machine does not surely have all that it has",
                "mnemon sync status; then the same command",
            )

    def _destroy(self, world: World) -> None:
        for machine in machines(world, self.program, self.app):
            if machine.state == "started":
                stopped = world.run(argv.stop_machine(self.program, self.app, machine.id), timeout=3 * PATIENCE)
                if stopped.status != 0:
                    raise named(stopped.stderr, f"stopping the machine of {self.app}")
        ended = world.run(argv.destroy_app(self.program, self.app), timeout=3 * PATIENCE)
        if ended.status != 0 and find_app(world, self.program, self.app) is not None:
            raise named(ended.stderr, f"destroying {self.app}")
