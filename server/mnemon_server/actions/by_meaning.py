"""How near other memories are to one, as far as its vectors and theirs tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

import apsw

from mnemon_server.memory import Memory
from mnemon_server.vault import passages, vault_model, vectors
from mnemon_server.vault.filters import Filters
from mnemon_server.vault.vault_model import VaultModel

BY_VECTOR = 10  # candidates that are near
LEAST_NEAR = 0.35  # over the model's background: two memories that may speak of the same
_LEAST_COSINE = 0.5  # while the background is not known


@dataclass(frozen=True)
class Meaning:
    """`near` has the cosines of the nearest, `is_near_enough` whether they may speak of the same, `nearness` those of
    all that were asked about over the model's background (empty while that is not known)."""

    has_vector: bool = False
    near: Mapping[int, float] = field(default_factory=dict)
    is_near_enough: Mapping[int, bool] = field(default_factory=dict)
    nearness: Mapping[int, float] = field(default_factory=dict)


def by_meaning(connection: apsw.Connection, memory: Memory, others: Sequence[int]) -> Meaning:
    """What vectors say of the nearest memories and of these others; nothing where the memory has none."""
    model = vault_model.current_model(connection)
    vector = vectors.memory_vector(connection, memory.id)
    if model is None or vector is None:
        return Meaning()
    found = vectors.nearest(connection, model, vector, Filters(), BY_VECTOR + 1)
    near = {key: cosine for key, cosine in found if key != memory.id}
    is_near = {key: _is_near(cosine, model.background) for key, cosine in near.items()}
    return Meaning(True, near, is_near, _nearness(connection, model, memory, vector, others, near))


def _nearness(
    connection: apsw.Connection,
    model: VaultModel,
    memory: Memory,
    vector: bytes,
    others: Sequence[int],
    near: Mapping[int, float],
) -> dict[int, float]:
    background = model.background
    if not _is_scale(background):
        return {}
    unknown = [key for key in others if key not in near]
    cosines = dict(near) | (vectors.cosines(connection, model, vector, unknown) if unknown else {})
    # A long memory has several vectors: from whichever side, the nearer of the two beginnings counts.
    for key in cosines if len(passages.passage_ids(connection, memory)) > 1 else ():
        if (theirs := vectors.memory_vector(connection, key)) is not None:
            back = vectors.cosines(connection, model, theirs, [memory.id])
            cosines[key] = max(cosines[key], *back.values())
    return {key: _over(cosine, background) for key, cosine in cosines.items()}


def _is_near(cosine: float, background: float | None) -> bool:
    if not _is_scale(background):
        return cosine >= _LEAST_COSINE
    return _over(cosine, background) >= LEAST_NEAR


def _is_scale(background: float | None) -> TypeGuard[float]:
    """Whether it is known, and leaves room above it: where every memory says the same, it does not."""
    return background is not None and background < 1.0


def _over(cosine: float, background: float) -> float:
    return (cosine - background) / (1 - background)
