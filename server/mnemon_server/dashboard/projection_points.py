"""The vectors of the vault, brought into this process; none of them goes on to the browser."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mnemon_server.dashboard.book import Answer, Book
from mnemon_server.dashboard.projection import Reals

_PAGE = 1_000
_last: tuple[str, str, Points] | None = None  # of which vault, in which version of its vectors


@dataclass(frozen=True)
class Points:
    """Memories that have a vector, by id; the n-th of `facts` is about the n-th of `vectors`."""

    facts: Sequence[Answer]
    vectors: Reals

    @cached_property
    def ids(self) -> NDArray[np.int64]:
        return np.array([fact["id"] for fact in self.facts], dtype=np.int64)

    def __len__(self) -> int:
        return len(self.facts)


def points_of(vault: Book) -> Points:
    """Every memory with a vector, once per version of the vault.

    Raises:
        MnemonError: the vault cannot be reached.
    """
    found: Points = vault.remember("points of the map", lambda: _as_before(vault))
    return found


def _as_before(vault: Book) -> Points:
    """A version in which nothing has changed but how often a memory was read has the vectors of the one before."""
    global _last
    # A server that is older than this program does not say so.
    version = str(vault.ask("version").get("vectors", ""))
    last = _last
    if not version or last is None or last[:2] != (vault.place, version):
        _last = last = (vault.place, version, _gathered(vault))
    return last[2]


def _gathered(vault: Book) -> Points:
    facts, blocks = list[Answer](), list[Reals]()
    after: int | None = 0
    while after is not None:
        page = vault.once("points", after=after, limit=_PAGE)
        if page["points"]:
            facts += page["points"]
            numbers = np.frombuffer(base64.b64decode(page["vectors"]), dtype="<f4")
            blocks.append(numbers.reshape(len(page["points"]), -1))
        after = page["next"]
    if not blocks:
        return Points((), np.empty((0, 0), dtype=np.float32))
    # A vector that is no vector (a damaged page of the file) has its place in the middle, and spoils no other.
    vectors = np.nan_to_num(np.concatenate(blocks), nan=0, posinf=0, neginf=0).astype(np.float32, copy=False)
    return Points(facts, vectors)
