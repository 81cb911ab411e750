"""Files and folders that other users can reach, closed to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mnemon_installer.plan.step import Done, Needed, Verdict
from mnemon_installer.world import World


@dataclass(frozen=True)
class MakePrivate:
    """`find` names what is open to others just now; `what` says it to people."""

    key: str
    subject: str
    what: str
    find: Callable[[World], Sequence[Path]] = field(compare=False)
    needs: Sequence[str] = ()
    is_optional: bool = False

    def describe(self) -> str:
        return f"make {self.what} readable only by you"

    def check(self, world: World) -> Verdict:
        lines = []
        for path in self.find(world):
            sight = world.look(path)
            assert sight is not None  # it was found open
            lines.append(f"mode {sight.mode:04o} becomes {_private(sight.mode):04o}: {path}")
        return Needed("\n".join(lines)) if lines else Done()

    def apply(self, world: World) -> str:
        for path in self.find(world):
            world.perform(f"chmod {path}", lambda path=path: path.chmod(_private(path.stat().st_mode)))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        return "made private"

    def undo(self, world: World) -> None:
        """Nothing: what was open by accident is not opened again."""


def _private(mode: int) -> int:
    """The owner's rights, and nobody else's."""
    return mode & 0o700
