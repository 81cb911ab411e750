"""The volume that the vault lives on. Names of volumes are not unique, so whether there is one is asked first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.argv import fly as argv
from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.facts.fly import PATIENCE, find_app, volumes
from mnemon_installer.facts.fly_trouble import named
from mnemon_installer.plan.step import Blocked, Done, Needed, Verdict
from mnemon_installer.world import World


@dataclass(frozen=True)
class CreateVolume:
    """One volume of one gigabyte, kept in daily snapshots for two weeks by Fly."""

    deployment: Deployment
    key: str = "volume"
    subject: str = "volume"
    needs: Sequence[str] = ("app",)
    is_optional: bool = False

    def describe(self) -> str:
        return f"make a volume of 1 GB in {self.deployment.region}"

    def check(self, world: World) -> Verdict:
        wanted = self.deployment
        if find_app(world, wanted.program, wanted.app) is None:
            return Needed()
        found = volumes(world, wanted.program, wanted.app)
        if len(found) > 1:
            names = ", ".join(f"{volume.id} in {volume.region}" for volume in found)
            return Blocked(f"the app has {len(found)} volumes called {argv.VOLUME}: {names}", "fly volumes destroy ID")
        return Done() if found else Needed()

    def apply(self, world: World) -> str:
        wanted = self.deployment
        ended = world.run(argv.create_volume(wanted.program, wanted.app, wanted.region), timeout=2 * PATIENCE)
        if ended.status != 0 and not (not world.is_rehearsal and volumes(world, wanted.program, wanted.app)):
            raise named(ended.stderr, f"making the volume in {wanted.region}")
        return "made"

    def undo(self, world: World) -> None:
        """Nothing: what is on it may be all there is."""
