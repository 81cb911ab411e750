"""The vector index against its truth, with and without vec0."""

from __future__ import annotations

import pytest

from mnemon_server.client.in_process import InProcess
from mnemon_server.vault import vault_model, vectors
from mnemon_server.vault.filters import Filters


@pytest.fixture
def filled(hybrid: InProcess) -> InProcess:
    subjects = ("car", "database", "dog", "holiday", "money", "film", "password", "house")
    for number in range(40):
        subject = subjects[number % len(subjects)]
        hybrid.call("save", title=f"{subject} {number}", content=f"About the {subject}, number {number}.")
    hybrid.call("embed_pending")
    return hybrid


def neighbours(client: InProcess, text: str, filters: Filters) -> list[int]:
    query = client.context.models.load().embed_query(text)
    with client.context.vault.read() as connection:
        model = vault_model.current_model(connection)
        assert model is not None
        return [key for key, _ in vectors.nearest(connection, model, query, filters, 5)]


@pytest.mark.parametrize("filters", [Filters(), Filters(type="note"), Filters(client="nobody")])
def test_index_exact_scan_and_numpy_agree(filled: InProcess, filters: Filters, monkeypatch: pytest.MonkeyPatch) -> None:
    by_index = neighbours(filled, "a vehicle", filters)
    monkeypatch.setattr(vectors, "_index_is_usable", lambda connection: False)
    by_scan = neighbours(filled, "a vehicle", filters)
    monkeypatch.setattr(vectors, "has_vec", lambda connection: False)
    by_numpy = neighbours(filled, "a vehicle", filters)
    assert set(by_index) == set(by_scan) == set(by_numpy)
    assert (by_index == []) == (filters.client is not None)


def test_a_machine_without_vec0_searches_saves_and_leaves_a_note_for_the_next(
    filled: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setattr(vectors, "has_vec", lambda connection: False)
        filled.call("save", title="zebra", content="A zebra crossed the road.")
        assert filled.call("embed_pending")["embedded"] == 1
        assert filled.call("search", query="zebra")["mode"] == "hybrid"
        filled.call("forget", id=1)
        assert 1 not in neighbours(filled, "car", Filters())
    # With vec0 again: the stale index is not believed, and the next writer makes it anew.
    assert 1 not in neighbours(filled, "car", Filters())
    filled.call("save", title="yak", content="A yak ate grass.")
    filled.call("embed_pending")
    assert filled.call("check_integrity")["problems"] == []
    with filled.context.vault.read() as connection:
        assert connection.execute("SELECT count(*) FROM vector_index").get == 41


def test_the_index_is_rebuilt_from_the_blobs(filled: InProcess) -> None:
    before = neighbours(filled, "puppy", Filters())
    with filled.context.vault.write() as connection:
        connection.execute("DROP TABLE vector_index")
    assert neighbours(filled, "puppy", Filters()) == before
    with filled.context.vault.write() as connection:
        vectors.rebuild_index(connection)
    assert neighbours(filled, "puppy", Filters()) == before


def test_a_passage_that_was_replaced_meanwhile_gets_no_vector(hybrid: InProcess) -> None:
    hybrid.call("save", title="A", content="one", source_key="k")
    embedder = hybrid.context.models.load()
    with hybrid.context.vault.read() as connection:
        [waiting] = vectors.pending_passages(connection, 0, 10)
    hybrid.call("save", title="A", content="two", source_key="k")
    with hybrid.context.vault.write() as connection:
        model = vectors.adopt_model(connection, embedder.fingerprint, embedder.dimensions)
        assert vectors.store_vectors(connection, model, [(waiting.id, embedder.embed_query("one"))]) == 0
    assert hybrid.call("status")["pending"] == 1
