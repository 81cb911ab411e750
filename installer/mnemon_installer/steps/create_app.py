"""The Fly app: a name, so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.argv import fly as argv
from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.facts.fly import PATIENCE, find_app
from mnemon_installer.facts.fly_trouble import named
from mnemon_installer.plan.step import Done, Needed, Verdict
from mnemon_installer.world import World


@dataclass(frozen=True)
class CreateApp:
    """An app of that name which is the user's is taken as it is: whoever was stopped has made it before."""

    deployment: Deployment
    key: str = "app"
    subject: str = "app"
    needs: Sequence[str] = ("fly",)
    is_optional: bool = False

    def describe(self) -> str:
        return f"make the app {self.deployment.app} in {self.deployment.org}"

    def check(self, world: World) -> Verdict:
        return Done() if self._is_there(world) else Needed()

    def apply(self, world: World) -> str:
        wanted = self.deployment
        ended = world.run(argv.create_app(wanted.program, wanted.app, wanted.org), timeout=PATIENCE)
        # A call that broke off, or was made twice, says that the name is taken: whose is it?
        if ended.status != 0 and not (not world.is_rehearsal and self._is_there(world)):
            raise named(ended.stderr, f"making the app {wanted.app}")
        return "made"

    def undo(self, world: World) -> None:
        """Nothing: an app without machines costs nothing, and `downgrade local --destroy-fly-app` takes it away."""

    def _is_there(self, world: World) -> bool:
        return find_app(world, self.deployment.program, self.deployment.app) is not None
