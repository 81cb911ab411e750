"""Vector search where vec0 cannot be loaded: numpy over all the BLOBs."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from tests.bench.measure import Bench, Figure, milliseconds_of
from tests.bench.vaults import Shelf

from mnemon_server.vault import scan, vault_model
from mnemon_server.vault.connection import Vault
from mnemon_server.vault.filters import Filters


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """For information: most machines load vec0."""
    queries = shelf.meaning.queries([shelf.corpus.short_query(number) for number in range(20)])
    vault = Vault(shelf.settings(10_000).vault_path)
    with vault.read() as connection:
        model = vault_model.current_model(connection)
        assert model is not None
        taken = [
            milliseconds_of(scan.nearest, connection, model.id, query, Filters(), 50)
            for query in [queries[0], *queries]
        ]
    vault.close()
    yield Figure("vectors without vec0 10k p50", statistics.median(taken[1:]), "ms")
