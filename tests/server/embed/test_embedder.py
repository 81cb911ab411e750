"""What every loaded model promises, on the real fastembed and a tiny model."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.tiny_model import DIMENSIONS, build_tiny_model

from mnemon_server.embed import Embedder, embedder_source
from mnemon_server.embed.loaded import BATCH, BATCH_CHARACTERS, length_sorted_batches
from mnemon_server.settings import Settings

TEXTS = [
    "the car broke down on the road",
    "postgres",
    "a failure of the database in the night, and what we did about it until the morning " * 8,
    "",
    "日本語のメモ",
    "quokka zygote 2026-11-22 @#! \U0001f600",
    "half of a pair: \ud83d",
    "nul\0byte",
]


def arrays(vectors: Sequence[bytes]) -> NDArray[np.float32]:
    return np.stack([np.frombuffer(vector, dtype="<f4") for vector in vectors])


@pytest.fixture(scope="module")
def embedder(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    folder = tmp_path_factory.mktemp("vault")
    return embedder_source(Settings(folder, model_path_from_environment=str(tiny))).load()


def test_vectors_are_float32_of_unit_length(embedder: Embedder) -> None:
    vectors = arrays(embedder.embed_passages(TEXTS))
    assert embedder.dimensions == DIMENSIONS
    assert vectors.shape == (len(TEXTS), DIMENSIONS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_results_come_in_the_order_given_whatever_the_lengths(embedder: Embedder) -> None:
    words = (Path(__file__).parents[2] / "tiny_words.txt").read_text(encoding="utf-8").split()
    dice = random.Random(5)
    texts = [" ".join(dice.choices(words, k=dice.randint(1, 150))) for _ in range(3 * BATCH + 5)]
    together = arrays(embedder.embed_passages(texts))
    alone = arrays([embedder.embed_query(text) for text in texts])
    assert np.all(np.sum(together * alone, axis=1) > 0.999)


def test_no_text_gives_no_vector(embedder: Embedder) -> None:
    assert embedder.embed_passages([]) == []


def test_words_of_one_meaning_are_near(embedder: Embedder) -> None:
    query = np.frombuffer(embedder.embed_query("trouble with the automobile"), dtype="<f4")
    car, lunch = arrays(embedder.embed_passages(["my car broke down", "team lunch is on friday"]))
    assert query @ car > 0.5 > query @ lunch


def test_a_text_of_a_megabyte_is_cut_not_refused(embedder: Embedder) -> None:
    assert len(embedder.embed_query("a very long story " * 60_000)) == 4 * DIMENSIONS


def test_two_loads_give_the_same_vectors_and_fingerprint(
    embedder: Embedder, tiny: Path, settings_for: Callable[[Path], Settings]
) -> None:
    again = embedder_source(settings_for(tiny)).load()
    assert again.fingerprint == embedder.fingerprint
    assert again.embed_passages(TEXTS) == embedder.embed_passages(TEXTS)


def test_other_weights_have_another_fingerprint(
    embedder: Embedder, tmp_path: Path, settings_for: Callable[[Path], Settings]
) -> None:
    folder = build_tiny_model(tmp_path / "tiny", seed=8)
    assert embedder_source(settings_for(folder)).load().fingerprint != embedder.fingerprint


def test_weights_replaced_in_place_are_noticed(copy_of_tiny: Path, settings_for: Callable[[Path], Settings]) -> None:
    """The digest of a file is remembered beside the vault, but not across a change of the file."""
    before = embedder_source(settings_for(copy_of_tiny)).load()
    build_tiny_model(copy_of_tiny, seed=9)
    after = embedder_source(settings_for(copy_of_tiny)).load()
    assert before.fingerprint.partition("@")[0] == after.fingerprint.partition("@")[0] == "tiny"
    assert before.fingerprint != after.fingerprint


def test_many_threads_load_one_model(tiny: Path, settings_for: Callable[[Path], Settings]) -> None:
    source = embedder_source(settings_for(tiny))
    loaded: list[Embedder] = []
    threads = [threading.Thread(target=lambda: loaded.append(source.load())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loaded) == 6
    assert len({id(embedder) for embedder in loaded}) == 1


def test_batches_hold_texts_of_like_length_and_bounded_size() -> None:
    dice = random.Random(3)
    lengths = [dice.choice([5, 80, 900, 20_000]) for _ in range(200)]
    batches = list(length_sorted_batches(lengths))
    assert sorted(place for batch in batches for place in batch) == list(range(200))
    for batch in batches:
        assert len(batch) <= BATCH
        assert len(batch) == 1 or len(batch) * max(lengths[place] for place in batch) <= BATCH_CHARACTERS
