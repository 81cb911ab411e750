"""Where a model's scale begins: the mean cosine of vectors that have nothing to do with each other."""

from __future__ import annotations

import random

import apsw

from mnemon_server.vault import vectors, verdicts
from mnemon_server.vault.vault_model import VaultModel

PAIRS = 1_000
# With fewer the pairs are too often about one thing.
FEWEST = 100


def measure_background(connection: apsw.Connection, model: VaultModel) -> float | None:
    """Mean cosine of 1,000 random pairs of the vault's vectors, kept with the model; None while there are too few."""
    ids = [int(row[0]) for row in connection.execute("SELECT passage_id FROM vectors WHERE model_id = ?", (model.id,))]
    if len(ids) < FEWEST:
        return None
    chance = random.Random(len(ids))  # noqa: S311  no secret: the same vault gives the same figure
    pairs = [chance.sample(ids, 2) for _ in range(PAIRS)]
    wanted = sorted({number for pair in pairs for number in pair})
    blobs = dict(vectors.embeddings(connection, wanted))
    background = sum(_dot(blobs[one], blobs[other]) for one, other in pairs) / PAIRS
    connection.execute("UPDATE models SET background = ? WHERE id = ?", (background, model.id))
    verdicts.look_again(connection)
    return background


def _dot(one: bytes, other: bytes) -> float:
    """Of unit vectors: their cosine."""
    return sum(a * b for a, b in zip(memoryview(one).cast("f"), memoryview(other).cast("f"), strict=True))
