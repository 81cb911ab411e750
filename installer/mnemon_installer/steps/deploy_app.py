"""The image built and run: the server is there when it says so itself, in just this build."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.argv import fly as argv
from mnemon_installer.facts.app_notes import deployed_digest
from mnemon_installer.facts.app_server import app_token
from mnemon_installer.facts.deployment import Deployment, first_line
from mnemon_installer.facts.fly import PATIENCE
from mnemon_installer.facts.fly_trouble import named
from mnemon_installer.facts.remote import CredentialRefused, details
from mnemon_installer.plan.step import Done, Needed, StepFailed, Verdict
from mnemon_installer.steps.one_line import keep_line
from mnemon_installer.world import CommandTrouble, Completed, NoAnswer, World
from mnemon_server.errors import MnemonError

_LONGEST_DEPLOY = 1_800.0  # seconds, the building of the image included
_LONGEST_SEEDING = 600.0
_LOOK = 1.0
_TAIL = 15  # lines of the build that are shown when it fails
_AGAIN = "run the same command to continue"


@dataclass(frozen=True)
class DeployApp:
    """`note` keeps what was deployed last, so that an edit of fly.toml is deployed too."""

    deployment: Deployment
    say: Callable[[str], None]
    key: str = "deploy"
    subject: str = "server"
    needs: Sequence[str] = ("files", "secrets", "volume")
    is_optional: bool = False

    def describe(self) -> str:
        return f"build the image and run it at {self.deployment.url}"

    def check(self, world: World) -> Verdict:
        if first_line(world, self._note) != self._wanted(world):
            return Needed()
        try:
            return Done() if self._build(world) == self.deployment.wheel.version else Needed()
        except (NoAnswer, MnemonError):
            return Needed()

    def apply(self, world: World) -> str:
        wanted = self.deployment
        self._validate(world)
        command = argv.deploy(wanted.program, wanted.app, str(wanted.folder))
        ended = world.run(command, timeout=_LONGEST_DEPLOY, keep=self._log)
        if ended.status != 0:
            self._show(ended)
            raise named(ended.stderr, f"deploying {wanted.app}")
        if world.is_rehearsal:
            return "running"
        self._wait(world)
        keep_line(world, self._note, self._wanted(world))
        return "running"

    def undo(self, world: World) -> None:
        """Nothing: the server may be in use."""

    def _validate(self, world: World) -> None:
        """By fly's own measure; ours, without fly, was taken before the file was written."""
        wanted = self.deployment
        if world.is_rehearsal:
            return
        ended = world.run(argv.validate(wanted.program, str(wanted.fly_toml)), timeout=PATIENCE, changes=False)
        if ended.status != 0:
            self._show(ended)
            raise named(ended.stderr, f"checking {wanted.fly_toml}")

    def _show(self, ended: Completed) -> None:
        for line in [*ended.stdout.splitlines(), *ended.stderr.splitlines()][-_TAIL:]:
            self.say(line)

    @property
    def _log(self) -> Path:
        return self.deployment.folder / "deploy.log"

    @property
    def _note(self) -> Path:
        return self.deployment.folder / "deployed"

    def _wanted(self, world: World) -> str:
        return deployed_digest(world, self.deployment.folder, self.deployment.wheel.build)

    def _build(self, world: World) -> str:
        wanted = self.deployment
        told = details(world, wanted.url, app_token(world, wanted.settings, wanted.folder, wanted.url))
        if told is None:
            raise CredentialRefused(
                f"{self.deployment.url} does not take this machine's token", "fly secrets list; then the same command"
            )
        return str(told.get("build", ""))

    def _wait(self, world: World) -> None:
        """Until it answers as this build; it may bring the vault from the bucket first."""
        end, why = time.monotonic() + _LONGEST_SEEDING, ""
        while time.monotonic() < end:
            try:
                if (found := self._build(world)) == self.deployment.wheel.version:
                    return
                why = f"it runs {found or 'another build'}"
            except CredentialRefused:
                raise
            except (NoAnswer, CommandTrouble, MnemonError) as trouble:
                why = trouble.message
            time.sleep(_LOOK)
        raise StepFailed(f"{self.deployment.url} was deployed and does not answer as it should: {why}", _AGAIN)
