"""A check: one thing that doctor looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from mnemon_installer.facts.survey import Facts
from mnemon_installer.world import World

Verdict = Literal["ok", "warn", "fail", "missing", "skipped"]
Absence = Literal["", "not on this machine", "not set up", "no hooks", "seen elsewhere"]


@dataclass(frozen=True)
class Finding:
    """`message` is one sentence; `fix` is one command to paste, and there is one for every problem.

    `absence` says why a check has nothing to look at, so that the clients concerned share one line.
    """

    code: str
    verdict: Verdict
    message: str
    fix: str = ""
    absence: Absence = ""

    @property
    def is_problem(self) -> bool:
        return self.verdict in ("warn", "fail", "missing")

    @property
    def hushes(self) -> bool:
        """What needs this check has nothing to say of its own."""
        return self.verdict in ("fail", "missing", "skipped")


@dataclass(frozen=True)
class Subject:
    """What is examined. `may_write` allows the probe to save a memory (and take it out again).

    `seen` is what one check has found out at a price and another needs too, by a name of their own.
    """

    world: World
    facts: Facts
    may_write: bool = True
    seen: dict[Any, Any] = field(default_factory=dict)  # Any: whatever the checks agree on


class Check(Protocol):
    """Looks at one thing and says how it is.

    Attributes:
        code: what a user types: `vault`.
        about: what it looks at, for `--list`.
        needs: codes of checks whose failure would only show again here.
    """

    @property
    def code(self) -> str: ...

    @property
    def about(self) -> str: ...

    @property
    def needs(self) -> Sequence[str]: ...

    def run(self, subject: Subject) -> Finding:
        """Look. Changes nothing that stays.

        Raises:
            MnemonError: taken as a failure with its hint as the fix.
        """
        ...
