"""Talks to the model hub: what a repository holds, and its files, resumable and checked.

huggingface_hub gives the endpoint (HF_ENDPOINT), the token (HF_TOKEN), offline mode and a client that obeys
the proxy variables. Its own download is not used: version 1.33 writes to a file with a random
name and starts from zero after it was killed. Every way in which a hub can fail to answer becomes ModelUnreachable.
"""

from __future__ import annotations

import hashlib
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mnemon_server.embed.hub_failures import NotAHub, Refused, named_failures
from mnemon_server.errors import ModelBroken, ModelUnreachable

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

ANSWER_SECONDS = 3.0  # until the hub's first answer, per connect and per read
PATIENCE_SECONDS = 3.5  # for the first answer as a whole: a name lookup knows no timeout of its own
STALL_SECONDS = 20.0  # of silence in the middle of a file
TRIES = 3  # without a single new byte

T = TypeVar("T")


@dataclass(frozen=True)
class HubFile:
    """One file of a repository. `blob` names its content: SHA-256, or git's SHA-1 for a small file."""

    name: str
    size: int
    blob: str


@dataclass(frozen=True)
class Listing:
    repository: str
    revision: str
    files: tuple[HubFile, ...]


def list_files(repository: str) -> Listing:
    """The files of a repository's newest revision. One request, answered or given up in PATIENCE_SECONDS.

    Raises:
        ModelUnreachable: no hub, no such repository, or no access to it; the message says which.
    """
    with named_failures(repository):
        return _within(PATIENCE_SECONDS, lambda: _ask(repository))


def download(listing: Listing, file: HubFile, part: Path, report: Callable[[int], None]) -> None:
    """Bring `part` up to the whole of `file`, from where an earlier run stopped; `report` gets its size.

    Raises:
        ModelUnreachable: the connection broke and did not come back; what arrived stays in `part`.
        ModelBroken: what arrived is not the file the hub announced; `part` is gone.
        OSError: the disk.
    """
    tries = 0
    while (start := size_of(part)) < file.size:
        try:
            with named_failures(listing.repository):
                _stream(listing, file, part, report)
        except Refused:
            raise
        except ModelUnreachable:
            tries = 0 if size_of(part) > start else tries + 1
            if tries >= TRIES:
                raise
            time.sleep(1 if tries else 0.2)
    if not has_content(part, file):
        part.unlink()
        raise ModelBroken(f"{file.name} arrived damaged: its checksum is wrong", "mnemon model fetch")


def has_content(path: Path, file: HubFile) -> bool:
    """Whether `path` holds exactly the bytes that the hub announced for `file`."""
    if size_of(path) != file.size:
        return False
    if len(file.blob) == 64:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == file.blob
    header = f"blob {file.size}\0".encode()
    return hashlib.sha1(header + path.read_bytes(), usedforsecurity=False).hexdigest() == file.blob


def _ask(repository: str) -> Listing:
    from huggingface_hub import HfApi

    api = HfApi(library_name="mnemon")
    try:
        info = api.model_info(repository, revision="main", files_metadata=True, timeout=ANSWER_SECONDS)
        files = tuple(_file(sibling) for sibling in info.siblings or ())
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # JSON of another shape, or none
        raise NotAHub from error
    if not info.sha or not files:
        raise NotAHub
    return Listing(repository, info.sha, files)


def _file(sibling: RepoSibling) -> HubFile:
    blob = sibling.lfs.sha256 if sibling.lfs else sibling.blob_id
    if sibling.size is None or not blob:
        raise NotAHub
    return HubFile(sibling.rfilename, sibling.size, blob)


def _stream(listing: Listing, file: HubFile, part: Path, report: Callable[[int], None]) -> None:
    import httpx
    from huggingface_hub import get_session, hf_hub_url
    from huggingface_hub.utils import (  # type: ignore[attr-defined]  # public, but exported lazily
        build_hf_headers,
        hf_raise_for_status,
    )

    start = size_of(part)
    headers = build_hf_headers(library_name="mnemon") | {"Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    url = hf_hub_url(listing.repository, file.name, revision=listing.revision)
    patience = httpx.Timeout(ANSWER_SECONDS * 2, read=STALL_SECONDS)
    with get_session().stream("GET", url, headers=headers, timeout=patience) as answer:
        if start and answer.status_code == 416:  # our part is longer than the file: it belongs to something else
            part.unlink()
            return
        hf_raise_for_status(answer)
        with part.open("ab") as out:
            if start and answer.status_code != 206:  # the whole file comes, whatever was asked for
                out.truncate(0)
            for chunk in answer.iter_bytes():
                out.write(chunk)
                report(out.tell())
                if out.tell() > file.size:
                    return  # not the file that was announced; its checksum will say so
    if size_of(part) < file.size:
        raise httpx.RemoteProtocolError("the file ended too early")


def _within(seconds: float, call: Callable[[], T]) -> T:
    """The result of `call`, or TimeoutError: the thread is left behind, for a name lookup cannot be stopped."""
    answers: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()  # Any: T or None

    def work() -> None:
        try:
            answers.put((call(), None))
        except BaseException as error:  # noqa: BLE001  carried over to the caller
            answers.put((None, error))

    threading.Thread(target=work, daemon=True, name="model hub").start()
    try:
        result, error = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    answer: T = result
    return answer


def size_of(path: Path) -> int:
    """Bytes of a file; none when it is not there."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
