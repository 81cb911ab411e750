"""What the plain suite leaves to the marked one: some whole stories, and most examples of a property."""

from __future__ import annotations

from collections.abc import Callable

from tests.scripts.doomed import SEEDED, SEEDS


def seeded(test: Callable[..., None]) -> Callable[..., None]:
    """A story that another one tells as well, with fewer clients or nearer to the code."""
    for mark in SEEDED:
        test = mark(test)
    return test


def examples(count: int) -> int:
    """So many in the marked suite, a third of them in the plain one."""
    return count if SEEDS else count // 3
