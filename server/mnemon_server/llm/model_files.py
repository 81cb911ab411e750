"""Which folder the judge's model is in: one that the user names, or what was fetched into the models folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from mnemon_server.embed.cache import find_in_cache
from mnemon_server.embed.files import ModelFiles
from mnemon_server.settings import Settings

CONFIG = "genai_config.json"
FETCH = "mnemon model fetch --judge"
FETCH_AGAIN = "mnemon model fetch --judge --force"
_HINT = f"put a model of onnxruntime-genai there, with its {CONFIG}"


def locate(settings: Settings) -> ModelFiles:
    """The judge's model as the settings name it. Reads two small files; never raises: `problem` says what is wrong."""
    if settings.llm_path is not None:
        return _inspect(settings.llm_path.absolute())
    found = find_in_cache(settings.models_folder, str(settings.value("llm_model")), FETCH, FETCH_AGAIN)
    if found.folder is None or found.problem:
        return found
    folder = (found.folder / found.model_file).parent  # a repository holds models for several machines
    return replace(found, folder=folder, model_file=CONFIG, problem=_wrong(folder))


def short_name(files: ModelFiles) -> str:
    """For people: `qwen3-1.7b` of `onnx-community/Qwen3-1.7B-ONNX`."""
    return files.name.rsplit("/", 1)[-1].lower().removesuffix("-onnx")


def _inspect(folder: Path) -> ModelFiles:
    name = folder.name or "local"
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        return ModelFiles(name, None, problem=f"the judge's model folder {folder} {what}", hint=_HINT)
    if not (folder / CONFIG).is_file():
        return ModelFiles(name, None, problem=f"there is no {CONFIG} in {folder}", hint=_HINT)
    return ModelFiles(name, folder, CONFIG, problem=_wrong(folder), hint=_HINT)


def _wrong(folder: Path) -> str:
    """What keeps the folder from being loaded, as far as can be told from its small files."""
    try:
        graph = json.loads((folder / CONFIG).read_text(encoding="utf-8"))["model"]["decoder"]["filename"]
        missing = next((name for name in (str(graph), "tokenizer.json") if not (folder / name).is_file()), "")
    except (OSError, ValueError, KeyError, TypeError):
        return f"{CONFIG} in {folder} is not one of a language model"
    return f"{missing} is missing in {folder}" if missing else ""
