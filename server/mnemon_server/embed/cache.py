"""The models folder: a Hugging Face cache, with a receipt beside it for every model that was fetched whole.

The layout is the one that fastembed and huggingface_hub share, so that either can read what we fetched and
the other way round. The receipt says which files make the model and how large they are: it is written last,
and a truncated file is noticed without loading it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from mnemon_server.embed.files import ModelFiles
from mnemon_server.settable import DEFAULT_MODEL

FETCH = "mnemon model fetch"
FETCH_AGAIN = "mnemon model fetch --force"

# Repository and model file of the default model as fastembed lists them, so that a cache that came from
# another machine without our receipt is recognised without importing fastembed. A test compares them.
DEFAULT_REPOSITORY = "Qdrant/bge-small-en-v1.5-onnx-Q"
DEFAULT_MODEL_FILE = "model_optimized.onnx"


@dataclass(frozen=True)
class Receipt:
    """A model fetched whole: `folder` is relative to the models folder, `sizes` are bytes by file name."""

    model: str
    repository: str
    revision: str
    folder: str
    model_file: str
    sizes: dict[str, int]


def repository_folder(models: Path, repository: str) -> Path:
    return models / f"models--{repository.replace('/', '--')}"


def receipt_path(models: Path, model: str) -> Path:
    return models / f"{model.lower().replace('/', '--')}.json"


def find_in_cache(models: Path, model: str, fetch: str = FETCH, again: str = FETCH_AGAIN) -> ModelFiles:
    """The model called `model` in the folder `models`. Never raises: what is wrong is said in `problem`.

    `fetch` and `again` are the commands that bring it here and mend it.
    """
    receipt = _read_receipt(receipt_path(models, model)) or _default_receipt(models, model)
    if receipt is None:
        return ModelFiles(model, None, hint=fetch)
    folder = models / receipt.folder
    wrongs = (_wrong(folder, name, size) for name, size in receipt.sizes.items())
    problem = next((wrong for wrong in wrongs if wrong), "")
    if not (folder / receipt.model_file).is_file():
        return ModelFiles(model, None, problem=problem, hint=fetch)
    return ModelFiles(model, folder, receipt.model_file, receipt.model, problem=problem, hint=again)


def write_receipt(models: Path, receipt: Receipt) -> None:
    """Last of a download: from now on the model counts as being here."""
    path = receipt_path(models, receipt.model)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(receipt), indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)


def _wrong(folder: Path, name: str, size: int) -> str:
    try:
        found = (folder / name).stat().st_size
    except OSError:
        return f"{name} is missing in {folder}"
    if size >= 0 and found != size:
        return f"{name} in {folder} is damaged: {found:,} bytes instead of {size:,}"
    return ""


def _read_receipt(path: Path) -> Receipt | None:
    try:
        return Receipt(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _default_receipt(models: Path, model: str) -> Receipt | None:
    """What a receipt would say of the default model in a cache that somebody else filled; sizes unknown."""
    if model.lower() != DEFAULT_MODEL.lower():
        return None
    repository = repository_folder(models, DEFAULT_REPOSITORY)
    try:
        revision = (repository / "refs" / "main").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    names = (DEFAULT_MODEL_FILE, "tokenizer.json", "tokenizer_config.json")
    folder = (repository / "snapshots" / revision).relative_to(models).as_posix()
    sizes = dict.fromkeys(names, -1)
    return Receipt(DEFAULT_MODEL, DEFAULT_REPOSITORY, revision, folder, DEFAULT_MODEL_FILE, sizes)
