"""A real sentence model, int8, when its folder is at hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mnemon_server.embed import embedder_source
from mnemon_server.embed.folder import inspect_folder
from mnemon_server.embed.loaded import open_model
from mnemon_server.settings import Settings

BESIDE = Path(__file__).parents[4] / "shared" / "models" / "minilm-int8"
FOLDER = Path(os.environ.get("MNEMON_TEST_MODEL") or BESIDE)

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="no real model: MNEMON_TEST_MODEL names none"),
]


def test_the_vectors_are_those_of_fastembed(settings_for: Callable[[Path], Settings]) -> None:
    from fastembed import TextEmbedding

    texts = ["hello", "The migration of the billing database failed twice. " * 5, "日本語", "my car broke down"]
    name = "sentence-transformers/all-MiniLM-L6-v2"
    expected = np.stack(list(TextEmbedding(name, specific_model_path=str(FOLDER), threads=1).embed(texts)))
    embedder = embedder_source(settings_for(FOLDER)).load()
    ours = np.stack([np.frombuffer(vector, dtype="<f4") for vector in embedder.embed_passages(texts)])
    assert embedder.dimensions == 384
    assert np.all(np.sum(ours * expected, axis=1) > 0.98)
    assert np.allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)


def test_meaning_wins_over_words(settings_for: Callable[[Path], Settings]) -> None:
    embedder = embedder_source(settings_for(FOLDER)).load()
    query = np.frombuffer(embedder.embed_query("which database do we use?"), dtype="<f4")
    passages = embedder.embed_passages(["We settled on Postgres for storage.", "We use the big room on Mondays."])
    storage, room = (np.frombuffer(vector, dtype="<f4") for vector in passages)
    assert query @ storage > query @ room


def test_the_optimised_copy_gives_the_same_bytes(settings_for: Callable[[Path], Settings]) -> None:
    settings = settings_for(FOLDER)
    settings.folder.mkdir()
    texts = ["hello", "The migration of the billing database failed twice. " * 5, "日本語", "my car broke down", ""]
    first = embedder_source(settings).load()
    assert len(list((settings.models_folder / "optimised").glob("*.onnx"))) == 1
    second = open_model(inspect_folder(FOLDER), settings.models_folder)
    assert second.is_of_copy
    assert second.fingerprint == first.fingerprint
    assert second.embed_passages(texts) == first.embed_passages(texts)
    assert [second.embed_query(text) for text in texts] == [first.embed_query(text) for text in texts]
