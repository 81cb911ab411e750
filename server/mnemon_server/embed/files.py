"""What is known about a model's files before anything is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")


@dataclass(frozen=True)
class ModelFiles:
    """One model on this disk, or the reason why there is none.

    `name` is what people and fingerprints call it; `kin` is the published model it says it is, which decides
    how token vectors become one vector where `pooling` was not stated ("mean", "cls" or "last" when it was).
    `folder` is None when there is no model; a `problem` beside a folder means that it cannot be loaded.
    """

    name: str
    folder: Path | None
    model_file: str = ""
    kin: str = ""
    pooling: str = ""
    problem: str = ""
    hint: str = ""

    def signature(self) -> tuple[tuple[str, int, int], ...]:
        """Changes when one of the files does; a file that is missing counts as empty."""
        return tuple(_mark(self.folder / name) for name in self._names()) if self.folder else ()

    def _names(self) -> tuple[str, ...]:
        return (self.model_file, *TOKENIZER_FILES, "special_tokens_map.json", "config.json")


def _mark(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:
        return path.name, -1, 0
    return path.name, status.st_size, status.st_mtime_ns
