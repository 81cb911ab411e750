"""Vaults of the corpus, made once and kept: a second run finds them."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.corpus import Corpus
from tests.bench.meaning import Meaning
from tests.bench.measure import Bench

import mnemon_server.vault
from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.save import insert_new
from mnemon_server.client.in_process import InProcess
from mnemon_server.embed import Embedder, embedder_source
from mnemon_server.kinds import kind_named
from mnemon_server.settings import Settings
from mnemon_server.vault import passages, vault_model, vectors
from mnemon_server.vault.memories import Draft

NOW = 1_780_000_000_000
_DAY = 86_400_000
_STRETCH = 1_000
_SHIPPED_MODEL = Path(__file__).parents[3] / "shared" / "models" / "minilm-int8"


def model_folder() -> Path | None:
    """The real model: `MNEMON_TEST_MODEL`, or the one beside the checkout."""
    named = os.environ.get("MNEMON_TEST_MODEL")
    folder = Path(named) if named else _SHIPPED_MODEL
    return folder if folder.is_dir() else None


class Shelf:
    """The prepared vaults of one run."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.corpus = Corpus()

    @cached_property
    def meaning(self) -> Meaning:
        folder = model_folder()
        settings = Settings(self._bench.cache, model_path_from_environment=str(folder or ""))
        embedder: Embedder | None = embedder_source(settings).load() if folder else None
        name = embedder.fingerprint if embedder else "synthetic"
        cache = self._bench.cache / _key(name)
        cache.mkdir(parents=True, exist_ok=True)
        self._folder = cache
        return Meaning(self.corpus, embedder, cache)

    def settings(self, size: int) -> Settings:
        """Settings of the prepared vault with `size` memories; nobody may write to it."""
        meaning = self.meaning
        folder = self._folder / f"vault-{size}"
        if not folder.exists():
            print(f"making a vault of {size:,} memories", file=sys.stderr)
            draft = self._folder / f"making-{size}-{os.getpid()}"
            shutil.rmtree(draft, ignore_errors=True)
            _make(Settings(draft), self.corpus, meaning, size)
            draft.rename(folder)
        return Settings(folder)

    @contextmanager
    def copy(self, size: int) -> Iterator[Settings]:
        """Settings of a copy that may be written to."""
        with TemporaryDirectory(prefix="mnemon-bench-") as folder:
            shutil.copytree(self.settings(size).folder, folder, dirs_exist_ok=True)
            yield Settings(Path(folder))


def _make(settings: Settings, corpus: Corpus, meaning: Meaning, size: int) -> None:
    client = InProcess(settings, "bench")
    context = client.context
    for first in range(0, size, _STRETCH):
        _fill(context, corpus, meaning, range(first, min(size, first + _STRETCH)), size)
    client.close()


def _fill(context: ActionContext, corpus: Corpus, meaning: Meaning, numbers: range, size: int) -> None:
    with context.vault.write() as connection:
        model = vault_model.current_model(connection) or vectors.adopt_model(
            connection, meaning.fingerprint, meaning.dimensions
        )
        pairs = []
        for number in numbers:
            text = corpus.text(number)
            kind = kind_named(text.type)
            # A third of the memories come from sessions of about ten, as captured ones do.
            session = f"session-{number // 30}" if number % 3 == 0 else ""
            age = (size - number) * 400 * _DAY // size
            draft = Draft(text.title, text.content, kind.name, kind.confidence, text.client, session)
            memory = insert_new(context, connection, replace(draft, created_at=NOW - age), NOW)
            pairs += [
                (passage_id, meaning.passage(number, ordinal, text.topic))
                for ordinal, passage_id in enumerate(passages.passage_ids(connection, memory))
            ]
        vectors.store_vectors(connection, model, pairs)


def _key(model: str) -> str:
    """Changes with whatever decides what a prepared vault holds."""
    rooms = [Path(__file__).parent, Path(mnemon_server.vault.__file__).parent]
    names = ["corpus.py", "meaning.py", "vaults.py", "words.txt", "segment.py", "passages.py", "migrations/*.sql"]
    digest = hashlib.sha256(model.encode())
    for path in sorted(path for room in rooms for name in names for path in room.glob(name)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
