"""A plan: steps in the order they are carried out."""

from __future__ import annotations

from dataclasses import dataclass

from mnemon_installer.plan.step import Blocked, Needed, Step, Verdict
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError


@dataclass(frozen=True)
class Plan:
    """`flow` and `place` name the journal: `setup-local`, `upgrade-my-mnemon`. `is_one_piece`: where one of its steps
    cannot be done nothing is begun, and where one fails none goes on; otherwise each is worth doing for itself."""

    flow: str
    steps: tuple[Step, ...]
    place: str = "local"
    is_one_piece: bool = False


@dataclass(frozen=True)
class Outlook:
    """A step and what is to be expected of it."""

    step: Step
    verdict: Verdict

    @property
    def is_needed(self) -> bool:
        return isinstance(self.verdict, Needed)


def foresee(plan: Plan, world: World) -> tuple[Outlook, ...]:
    """What each step would do now. Changes nothing."""
    return tuple(Outlook(step, look_at(step, world)) for step in plan.steps)


def look_at(step: Step, world: World) -> Verdict:
    """The step's own check; a reality that cannot be seen blocks it."""
    try:
        return step.check(world)
    except MnemonError as trouble:
        return Blocked(trouble.message, trouble.hint, trouble.exit_status)
