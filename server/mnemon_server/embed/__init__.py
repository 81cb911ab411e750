"""Turning text into vectors, when a model is on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mnemon_server.settings import Settings


class Embedder(Protocol):
    """A loaded model. Vectors are bytes: `dimensions` little-endian float32, unit length."""

    @property
    def fingerprint(self) -> str:
        """Names the model and its exact weights; vectors of two fingerprints are never compared."""
        ...

    @property
    def dimensions(self) -> int: ...

    def embed_passages(self, texts: Sequence[str]) -> list[bytes]:
        """One vector per text, in the order given; batches are sorted by length inside."""
        ...

    def embed_query(self, text: str) -> bytes:
        """The vector of a question."""
        ...


@dataclass(frozen=True)
class ModelState:
    """What is known about the model without loading it. `folder` is None when it is not on this machine."""

    name: str
    folder: Path | None
    problem: str = ""

    @property
    def is_present(self) -> bool:
        return self.folder is not None


class EmbedderSource(Protocol):
    """Where an embedder comes from, loaded at most once, on first need, from any thread."""

    def state(self) -> ModelState:
        """Look for the model on this disk; never the network, never an import of the model's libraries."""
        ...

    def loaded(self) -> Embedder | None:
        """The model when it is loaded already; never loads it."""
        ...

    def load(self) -> Embedder:
        """The loaded model; later calls return the same one.

        Raises:
            ModelMissing: not on this machine.
            ModelBroken: its files cannot be loaded. Remembered: a second call fails at once.
        """
        ...


def embedder_source(settings: Settings) -> EmbedderSource:
    """The source that the settings name: a local folder, or the cache in the models folder."""
    from mnemon_server.embed.fast import FastEmbedSource

    return FastEmbedSource(settings)
