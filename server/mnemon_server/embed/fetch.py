"""Downloads the model that the settings name into the models folder: `mnemon model fetch`, and setup."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mnemon_server.embed.cache import (
    DEFAULT_MODEL_FILE,
    DEFAULT_REPOSITORY,
    Receipt,
    find_in_cache,
    repository_folder,
    write_receipt,
)
from mnemon_server.embed.fast import locate
from mnemon_server.embed.files import TOKENIZER_FILES
from mnemon_server.embed.hub import HubFile, Listing, download, has_content, list_files, size_of
from mnemon_server.errors import DiskTrouble, MnemonError, ModelBroken, ModelMissing, ModelUnreachable, UsageError
from mnemon_server.folders import make_private
from mnemon_server.settable import DEFAULT_MODEL
from mnemon_server.settings import Settings

Report = Callable[[str, int, int], None]

ROOM = "free some room, then: mnemon model fetch"

OPTIONAL_FILES = ("config.json", "special_tokens_map.json", "preprocessor_config.json")


@dataclass(frozen=True)
class Source:
    """Where a model is published, as fastembed lists it. `files` it cannot do without; the first is the graph."""

    model: str
    repository: str
    files: tuple[str, ...]


def fetch_model(settings: Settings, report: Report, force: bool = False) -> Path:
    """Bring the model onto this machine and return its folder.

    Returns at once, without the network, when it is there. `force` asks the hub again, compares every file
    with its checksum, and downloads what differs. With `model_path` set there is nothing to fetch: the
    folder is returned if it can be used. A download that was killed goes on where it stopped.

    Args:
        settings: which model, and the models folder it goes to.
        report: called with the name of the file being fetched, and the bytes done and in all, over all files.
        force: see above.

    Raises:
        ModelUnreachable: the hub did not answer, or refuses; said within five seconds of asking.
        ModelMissing, ModelBroken: `model_path` names a folder without a usable model; a download is damaged.
        DiskTrouble: no room, or no right to write.
        UsageError: fastembed knows no model of this name.
    """
    files = locate(settings)
    if settings.model_path is not None:
        if files.folder is None or files.problem:
            kind = ModelBroken if files.folder else ModelMissing
            raise kind(files.problem, files.hint)
        return files.folder
    if files.folder is not None and not files.problem and not force:
        return files.folder
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # read when huggingface_hub is imported
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # and when fastembed imports onnxruntime
    source = _source(settings.model)
    with disk_troubles(settings.models_folder):
        listing = _needed(list_files(source.repository), source)
        return fetch_listed(source, listing, settings.models_folder, report)


def fetch_listed(source: Source, listing: Listing, models: Path, report: Report) -> Path:
    """Bring all files of `listing` into the models folder, the ones that are there already apart; return their folder.

    Raises:
        ModelUnreachable, ModelBroken, DiskTrouble: as `fetch_model`.
        MnemonError: another process is at it.
        OSError: the disk; `disk_troubles` says it in words.
    """
    make_private(models)
    repository = repository_folder(models, source.repository)
    (repository / "blobs").mkdir(parents=True, exist_ok=True)
    with _alone(repository):
        _download_all(listing, repository / "blobs", report)
        folder = _lay_out(listing, repository)
    sizes = {file.name: file.size for file in listing.files}
    relative = folder.relative_to(models).as_posix()
    receipt = Receipt(source.model, source.repository, listing.revision, relative, source.files[0], sizes)
    write_receipt(models, receipt)
    found = find_in_cache(models, source.model)
    assert found.folder is not None and not found.problem, found.problem
    return found.folder


def _source(model: str) -> Source:
    if model.lower() == DEFAULT_MODEL.lower():
        return Source(DEFAULT_MODEL, DEFAULT_REPOSITORY, (DEFAULT_MODEL_FILE, *TOKENIZER_FILES))
    from fastembed import TextEmbedding

    for known in TextEmbedding.list_supported_models():
        if known["model"].lower() == model.lower() and known["sources"]["hf"]:
            files = (known["model_file"], *TOKENIZER_FILES, *known["additional_files"])
            return Source(known["model"], known["sources"]["hf"], files)
    names = ", ".join(sorted(known["model"] for known in TextEmbedding.list_supported_models()))
    raise UsageError(f"unknown embedding model {model!r}", f"the models are {names}")


def _needed(listing: Listing, source: Source) -> Listing:
    held = {file.name: file for file in listing.files}
    missing = next((name for name in source.files if name not in held), "")
    if missing:
        raise ModelUnreachable(f"the hub's {source.repository} has no {missing}", "mnemon config set model NAME")
    names = dict.fromkeys([*OPTIONAL_FILES, *source.files[1:], source.files[0]])  # the large one last
    return Listing(listing.repository, listing.revision, tuple(held[name] for name in names if name in held))


def _download_all(listing: Listing, blobs: Path, report: Report) -> None:
    total = sum(file.size for file in listing.files)
    wanted = [file for file in listing.files if not has_content(blobs / file.blob, file)]
    parts = {file: blobs / f"{file.blob}.part" for file in wanted}
    _check_room(sum(file.size for file in wanted) - sum(size_of(part) for part in parts.values()), blobs)
    done = total - sum(file.size for file in wanted)
    for file, part in parts.items():

        def tell(size: int, name: str = file.name, before: int = done) -> None:
            report(name, before + size, total)

        tell(size_of(part))
        download(listing, file, part, tell)
        part.replace(blobs / file.blob)
        done += file.size
    for part in blobs.glob("*.part"):  # of a revision that is no longer the newest
        part.unlink()


def _check_room(needed: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        sizes = f"{needed / 1e6:,.0f} MB are needed and {free / 1e6:,.0f} MB are free"
        raise DiskTrouble(f"there is no room for the model in {folder}: {sizes}", ROOM)


def _lay_out(listing: Listing, repository: Path) -> Path:
    """The Hugging Face cache layout: snapshots/<revision>/<name> points to blobs/<content>, refs/main names
    the revision. Where links are not to be had, the file is copied."""
    snapshot = repository / "snapshots" / listing.revision
    for file in listing.files:
        pointer = snapshot / file.name
        pointer.parent.mkdir(parents=True, exist_ok=True)
        _point(pointer, repository / "blobs" / file.blob, file)
    reference = repository / "refs" / "main"
    reference.parent.mkdir(exist_ok=True)
    reference.write_text(listing.revision, encoding="utf-8")
    return snapshot


def _point(pointer: Path, blob: Path, file: HubFile) -> None:
    fresh = pointer.with_name(f".{pointer.name}.new")
    fresh.unlink(missing_ok=True)
    try:
        fresh.symlink_to(os.path.relpath(blob, pointer.parent))
    except OSError:  # Windows without the right to make links
        shutil.copyfile(blob, fresh)
    fresh.replace(pointer)


@contextmanager
def _alone(repository: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(repository / "mnemon.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise MnemonError("another mnemon is fetching this model", "mnemon model status") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def disk_troubles(folder: Path) -> Iterator[None]:
    """What the disk refuses, as a sentence.

    Raises:
        DiskTrouble: no room in `folder`, or no right to write.
    """
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
        what = "there is no room left" if full else f"cannot write: {error.strerror}"
        raise DiskTrouble(f"{what} in {folder}", ROOM if full else "") from error
