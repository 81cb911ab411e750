"""Reads a folder that somebody put a model into: which file is the model, and how its output is pooled.

Pooling (how the vectors of the tokens become one) is decided in this order:
1. `1_Pooling/config.json`, which sentence-transformers writes;
2. fastembed's own list, when config.json names a model of it under the same file name;
3. the model itself, when its first output is already one vector per text;
4. the family: CLS for bge, mxbai and arctic, the mean of the tokens for all others.
The first is read here; the others need fastembed, and are decided where it is loaded.
"""

from __future__ import annotations

import json
from pathlib import Path

from mnemon_server.embed.files import TOKENIZER_FILES, ModelFiles

MODEL_FILES = (
    "model.onnx",
    "model_optimized.onnx",
    "model_quantized.onnx",
    "onnx/model.onnx",
    "onnx/model_optimized.onnx",
    "onnx/model_quantized.onnx",
)
HINT = "put a whole model there, with its .onnx file, tokenizer.json and tokenizer_config.json"

_STATED = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_lasttoken": "last",
}
_POOLINGS = {"cls": "cls", "mean": "mean", "lasttoken": "last"}


def inspect_folder(folder: Path) -> ModelFiles:
    """What `folder` holds. Never raises: what is wrong is said in `problem`."""
    folder = folder.absolute()
    name = _name(folder)
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        return ModelFiles(name, None, problem=f"the model folder {folder} {what}", hint=HINT)
    model_file = _model_file(folder)
    if not model_file:
        problem = f"there is no model.onnx (nor another .onnx file) in {folder}"
        return ModelFiles(name, None, problem=problem, hint=HINT)
    missing = next((name for name in TOKENIZER_FILES if not (folder / name).is_file()), "")
    if missing:
        return ModelFiles(name, folder, model_file, problem=f"{missing} is missing in {folder}", hint=HINT)
    pooling, problem = _stated_pooling(folder)
    return ModelFiles(name, folder, model_file, _kin(folder), pooling, problem, HINT)


def _name(folder: Path) -> str:
    """The folder's name, or the repository's for a folder inside a Hugging Face cache."""
    repository = folder.parent.parent.name
    if folder.parent.name == "snapshots" and repository.startswith("models--"):
        return repository.removeprefix("models--").replace("--", "/")
    return folder.name or "local"


def _model_file(folder: Path) -> str:
    for name in MODEL_FILES:
        if (folder / name).is_file():
            return name
    others = sorted([*folder.glob("*.onnx"), *folder.glob("onnx/*.onnx")])
    return others[0].relative_to(folder).as_posix() if others else ""


def _kin(folder: Path) -> str:
    named = _read(folder / "config.json").get("_name_or_path", "")
    return str(named) or _name(folder)


def _stated_pooling(folder: Path) -> tuple[str, str]:
    stated = _read(folder / "1_Pooling" / "config.json")
    if not stated:
        return "", ""
    modes = [key for key, value in stated.items() if key.startswith("pooling_mode_") and value is True]
    if isinstance(stated.get("pooling_mode"), str):  # the way of writing it since sentence-transformers 5
        modes = [str(stated["pooling_mode"])]
    pooling = [_STATED.get(mode) or _POOLINGS.get(mode, "") for mode in modes]
    if len(pooling) == 1 and pooling[0]:
        return pooling[0], ""
    named = ", ".join(modes) or "no mode"
    return "", f"1_Pooling/config.json in {folder} asks for pooling that is not supported ({named})"


def _read(path: Path) -> dict[str, object]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
