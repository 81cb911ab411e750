"""A model in memory: the only room that imports fastembed to embed text."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mnemon_server.embed.files import ModelFiles
from mnemon_server.embed.fingerprint import fingerprint
from mnemon_server.embed.graph import discard_copy, find_copy, keep_copy

if TYPE_CHECKING:
    from fastembed import TextEmbedding

THREADS = 1  # one text takes milliseconds; a second thread only spins while it waits for the first
BATCH = 32  # texts
BATCH_CHARACTERS = 6_000  # a batch is padded to its longest text: small batches of long texts save memory and time
LONGEST_TEXT = 40_000  # characters; beyond what any of the models reads, so not worth cutting into tokens
CLS_FAMILIES = ("bge", "mxbai", "arctic")
SAMPLES = ("a", "Which database do we use, and since when?", "Two of a batch, of which this is the longer one. " * 3)


class FastEmbedder:
    """An Embedder over a loaded fastembed model. Safe to use from several threads.

    `is_of_copy`: the graph is the optimised copy that an earlier load has left.
    """

    def __init__(self, model: TextEmbedding, name: str, is_of_copy: bool = False) -> None:
        self._model = model
        self._fingerprint = name
        self.is_of_copy = is_of_copy
        self._dimensions = len(self.embed_query("a")) // 4  # the truth, whatever a config says

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def embed_passages(self, texts: Sequence[str]) -> list[bytes]:
        clean = [_clean(text) for text in texts]
        vectors: dict[int, bytes] = {}
        for batch in length_sorted_batches([len(text) for text in clean]):
            arrays = self._model.embed([clean[place] for place in batch], batch_size=BATCH)
            vectors.update((place, _unit(array)) for place, array in zip(batch, arrays, strict=True))
        return [vectors[place] for place in range(len(clean))]

    def embed_query(self, text: str) -> bytes:
        return _unit(next(iter(self._model.query_embed(_clean(text)))))


def open_model(files: ModelFiles, models: Path) -> FastEmbedder:
    """Load the model in `files.folder` from the disk alone, by its optimised copy when there is one in `models`.

    Raises whatever fastembed, onnxruntime and tokenizers raise; the caller turns it into a sentence.
    """
    _hush()
    copy = find_copy(_weights(files), models) if _may_have_copy(files, models) else None
    if copy is not None:
        with suppress(Exception):  # whatever is wrong with the copy, or with the model: the next line will tell
            return _opened(files, models, copy)
    embedder = _opened(files, models)
    if copy is not None:
        discard_copy(copy)
    return embedder


def keep_graph(embedder: FastEmbedder, files: ModelFiles, models: Path) -> None:
    """Leave the optimised copy for the next load, unless `embedder` comes from it. Never raises for want of one."""
    if not embedder.is_of_copy and _may_have_copy(files, models):
        keep_copy(_weights(files), models, partial(_gives_the_same, embedder, files))


def _gives_the_same(embedder: FastEmbedder, files: ModelFiles, copy: Path) -> bool:
    """Whether the copy's vectors are the model's, to the byte: other ones would not be those of its fingerprint."""
    model, _ = _open(files, copy)
    other = FastEmbedder(model, embedder.fingerprint, is_of_copy=True)
    return other.embed_passages(SAMPLES) == embedder.embed_passages(SAMPLES)


def _opened(files: ModelFiles, models: Path, copy: Path | None = None) -> FastEmbedder:
    model, pooling = _open(files, copy)
    return FastEmbedder(model, fingerprint(files, pooling, models), is_of_copy=copy is not None)


def _weights(files: ModelFiles) -> Path:
    assert files.folder is not None
    return files.folder / files.model_file


def _may_have_copy(files: ModelFiles, models: Path) -> bool:
    """Nothing is written into the model's own folder."""
    assert files.folder is not None
    return not Path(os.path.realpath(models)).is_relative_to(os.path.realpath(files.folder))


def length_sorted_batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts of about the same length, longest first, so that little of a batch is padding.

    A batch has at most BATCH texts and about BATCH_CHARACTERS characters when padded: what bounds memory.
    """
    order = sorted(range(len(lengths)), key=lambda place: lengths[place], reverse=True)
    while order:
        longest = max(1, lengths[order[0]])
        size = max(1, min(BATCH, BATCH_CHARACTERS // longest))
        yield order[:size]
        order = order[size:]


def _open(files: ModelFiles, copy: Path | None) -> tuple[TextEmbedding, str]:
    """The model and the pooling we chose for it ("" where fastembed knows it); nothing is said aloud."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _pooled(files, copy)


def _pooled(files: ModelFiles, copy: Path | None) -> tuple[TextEmbedding, str]:
    from fastembed import TextEmbedding

    known = {model["model"].lower(): model["model_file"] for model in TextEmbedding.list_supported_models()}
    if not files.pooling and known.get(files.kin.lower()) == files.model_file:
        return _construct(files.kin, files, copy), ""
    pooling = files.pooling or _family_pooling(files)
    model = _construct(_registered(files, pooling), files, copy)
    if _is_pooled(model):
        return _construct(_registered(files, "none"), files, copy), "none"
    return model, pooling


def _family_pooling(files: ModelFiles) -> str:
    kin = files.kin.rsplit("/", 1)[-1].lower()
    return "cls" if any(family in kin for family in CLS_FAMILIES) else "mean"


def _registered(files: ModelFiles, pooling: str) -> str:
    """Tell fastembed about a model that is not in its list; the name is ours alone."""
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    name = f"mnemon:{files.folder}:{files.model_file}:{pooling}"
    if any(model["model"].lower() == name.lower() for model in TextEmbedding.list_supported_models()):
        return name
    types = {
        "cls": PoolingType.CLS,
        "mean": PoolingType.MEAN,
        "last": PoolingType.LAST_TOKEN,
        "none": PoolingType.DISABLED,
    }
    TextEmbedding.add_custom_model(
        model=name,
        pooling=types[pooling],
        normalization=True,
        sources=ModelSource(hf="local/local"),  # one is demanded, and never used: the folder is given
        dim=0,  # never used either: a vector tells
        model_file=files.model_file,
    )
    return name


def _construct(name: str, files: ModelFiles, copy: Path | None) -> TextEmbedding:
    from fastembed import TextEmbedding

    folder = str(files.folder)
    model = TextEmbedding(
        name,
        cache_dir=folder,  # fastembed makes this folder; without one it would be a temporary folder
        threads=THREADS,
        providers=["CPUExecutionProvider"],
        specific_model_path=folder,
        local_files_only=True,
        lazy_load=copy is not None,
    )
    if copy is not None:
        inner: Any = model.model  # Any: fastembed declares only the base class, which has neither of the two
        inner.model_description = replace(inner.model_description, model_file=str(copy.absolute()))
        inner.load_onnx_model()
    return model


def _is_pooled(model: TextEmbedding) -> bool:
    """Whether the graph's first output is one vector per text already."""
    inner: Any = model.model  # Any: fastembed declares only the base class, which has no session
    return len(inner.model.get_outputs()[0].shape) == 2


def _hush() -> None:
    """stdout may belong to a protocol and stderr to a person: the libraries below write to neither."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # bounded threads, and no warning after a fork
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read on import: since 1.29 it reports to its makers unless told not to
    import onnxruntime  # type: ignore[import-untyped]  # it ships no types
    from loguru import logger

    logger.disable("fastembed")
    onnxruntime.set_default_logger_severity(4)


def _clean(text: str) -> str:
    """What a tokenizer takes: bounded, and without the half characters that JSON can smuggle in."""
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8")


def _unit(vector: Any) -> bytes:  # Any: a numpy array, and numpy is imported only where it is used
    import numpy as np

    array = np.asarray(vector, dtype=np.float64).ravel()
    length = float(np.sqrt(array @ array))
    return (array / length if length > 0 else array).astype("<f4").tobytes()
