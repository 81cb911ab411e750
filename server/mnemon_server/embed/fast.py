"""The one source of embedders: fastembed on a local folder or on the cache, loaded on first need."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from mnemon_server.embed import ModelState
from mnemon_server.embed.cache import FETCH, find_in_cache
from mnemon_server.embed.files import ModelFiles
from mnemon_server.embed.folder import inspect_folder
from mnemon_server.errors import ModelBroken, ModelMissing
from mnemon_server.settings import Settings

if TYPE_CHECKING:
    from mnemon_server.embed.loaded import FastEmbedder


def locate(settings: Settings) -> ModelFiles:
    """The files of the model that the settings name; reads a few small files, imports nothing heavy."""
    if settings.model_path is not None:
        return inspect_folder(settings.model_path)
    return find_in_cache(settings.models_folder, settings.model)


class FastEmbedSource:
    """An EmbedderSource. Loads at most once; a failure is remembered until the files change."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._loaded: FastEmbedder | None = None
        self._failure: tuple[ModelFiles, tuple[object, ...], ModelBroken] | None = None

    def state(self) -> ModelState:
        files = locate(self._settings)
        failure = self._remembered(files)
        return ModelState(files.name, files.folder, files.problem or (failure.message if failure else ""))

    def loaded(self) -> FastEmbedder | None:
        return self._loaded

    def load(self) -> FastEmbedder:
        if self._loaded is not None:
            return self._loaded
        with self._lock:
            if self._loaded is None:
                files = locate(self._settings)
                self._loaded = self._load(files)  # from now on nobody waits for what follows
                self._leave_copy(self._loaded, files)
            return self._loaded

    def _load(self, files: ModelFiles) -> FastEmbedder:
        if files.folder is None:
            missing = files.problem or f"the embedding model {files.name} is not on this machine"
            raise ModelMissing(missing, files.hint or FETCH)
        if files.problem:
            raise ModelBroken(files.problem, files.hint)
        if failure := self._remembered(files):
            raise failure
        signature = files.signature()  # before the load: a file replaced meanwhile is worth another try
        try:
            from mnemon_server.embed.loaded import open_model

            return open_model(files, self._settings.models_folder)
        except Exception as error:  # onnxruntime and tokenizers raise bare Exceptions
            broken = ModelBroken(_sentence(files, error), files.hint)
            self._failure = (files, signature, broken)
            raise broken from error

    def _leave_copy(self, embedder: FastEmbedder, files: ModelFiles) -> None:
        from mnemon_server.embed.loaded import keep_graph

        keep_graph(embedder, files, self._settings.models_folder)

    def _remembered(self, files: ModelFiles) -> ModelBroken | None:
        if self._failure is None or self._failure[:2] != (files, files.signature()):
            return None
        return self._failure[2]


def _sentence(files: ModelFiles, error: Exception) -> str:
    if isinstance(error, ImportError):
        return f"fastembed cannot be imported: {_short(error)}"
    if "protobuf" in str(error).lower() or type(error).__name__ == "NoSuchFile":
        return f"{files.model_file} in {files.folder} is damaged or incomplete"
    return f"the model in {files.folder} cannot be loaded: {_short(error)}"


def _short(error: Exception) -> str:
    """The first line of a library's complaint; onnxruntime quotes half a graph after it."""
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    return line if len(line) <= 160 else f"{line[:157]}..."
