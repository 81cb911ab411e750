"""A step: one change to the machine, sized by what can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mnemon_installer.world import World
from mnemon_server.errors import MnemonError


class StepFailed(MnemonError):
    """A step could not do its work; what was there before is there still."""

    code = "step-failed"


@dataclass(frozen=True)
class Done:
    """Reality is as the step wants it."""


@dataclass(frozen=True)
class Needed:
    """There is something to do; `diff` shows it where it is a change of text, secrets masked."""

    diff: str = ""


@dataclass(frozen=True)
class Blocked:
    """The step must not be done as things stand; `hint` is what the user can type. `exit_status` is 4 where something
    is missing that only the user can bring."""

    reason: str
    hint: str
    exit_status: int = 1


Verdict = Done | Needed | Blocked


class Step(Protocol):
    """One change. Steps are values: they hold what to do, never what has been done.

    Attributes:
        key: stable across releases; names the step in journals and results.
        subject: what it is about, for the reader: `Claude Code`, `vault`.
        needs: keys of steps without which this one makes no sense.
        is_optional: its failure is a warning, because the rest works without it.
    """

    @property
    def key(self) -> str: ...

    @property
    def subject(self) -> str: ...

    @property
    def needs(self) -> Sequence[str]: ...

    @property
    def is_optional(self) -> bool: ...

    def describe(self) -> str:
        """What will happen, in the words of a plan: `register mnemon in ~/.claude.json`."""
        ...

    def check(self, world: World) -> Verdict:
        """Compare reality with the wish; changes nothing.

        Raises:
            MnemonError: reality cannot be seen.
        """
        ...

    def apply(self, world: World) -> str:
        """Do it, and say what was done in a word or two: `registered`. May run twice.

        Raises:
            MnemonError: it was not done.
        """
        ...

    def undo(self, world: World) -> None:
        """Give back what `apply` changed; nothing to give back is fine.

        Raises:
            MnemonError: it was not undone.
        """
        ...
