"""Somebody is logged in to Fly: the first thing that everything else needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.facts.fly import who_am_i
from mnemon_installer.plan.step import Done, StepFailed, Verdict
from mnemon_installer.world import World


@dataclass(frozen=True)
class FlySession:
    """Only looks: nobody but the user can log in."""

    deployment: Deployment
    key: str = "fly"
    subject: str = "Fly"
    needs: Sequence[str] = ()
    is_optional: bool = False

    def describe(self) -> str:
        return "look who is logged in to Fly"

    def check(self, world: World) -> Verdict:
        who_am_i(world, self.deployment.program)  # raises, which blocks
        return Done()

    def apply(self, world: World) -> str:
        raise StepFailed("nobody is logged in to Fly", "fly auth login")

    def undo(self, world: World) -> None:
        """Nothing was done."""
