"""Downloads the judge's model into the models folder: `mnemon model fetch --judge`.

A repository may hold the same model for several machines, each in a folder of its own; the one for a plain processor
with weights of 4 bits is taken. The default repository is a setting like any other: where this was written no hub
could be reached, so nobody has fetched it from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mnemon_server.embed.fetch import Report, Source, disk_troubles, fetch_listed
from mnemon_server.embed.hub import HubFile, Listing, list_files
from mnemon_server.errors import MnemonError, ModelBroken, ModelMissing, ModelUnreachable
from mnemon_server.llm.model_files import CONFIG, FETCH, locate
from mnemon_server.settings import Settings

_OTHER_MACHINES = ("cuda", "gpu", "dml", "directml", "qnn", "npu", "vitis", "openvino", "trt", "rocm")
_NO_PART = (".md", ".gitattributes", ".png", ".jpg", ".safetensors", ".gguf")


@dataclass(frozen=True)
class Offer:
    """What would be downloaded: `total` bytes, over all files, those that are here already among them."""

    repository: str
    total: int


Consent = Callable[[Offer], bool]


def fetch_judge(settings: Settings, consent: Consent, report: Report, force: bool = False) -> Path | None:
    """Bring the judge's model onto this machine and return its folder; None when `consent` said no.

    Returns at once, without the network and without asking, when it is there. Otherwise as `fetch_model`: resumed where
    an earlier run stopped, every file checked.

    Raises:
        ModelUnreachable: no hub, no such repository, or none with a model for onnxruntime-genai.
        ModelMissing, ModelBroken: `llm_path` names a folder without a usable model; a download is damaged.
        DiskTrouble: no room, or no right to write.
    """
    files = locate(settings)
    if settings.llm_path is not None:
        if files.folder is None or files.problem:
            raise (ModelBroken if files.folder else ModelMissing)(files.problem, files.hint)
        return files.folder
    if files.folder is not None and not files.problem and not force:
        return files.folder
    repository = str(settings.value("llm_model"))
    with _in_our_words(), disk_troubles(settings.models_folder):
        listing = wanted(list_files(repository))
        if not consent(Offer(repository, sum(file.size for file in listing.files))):
            return None
        names = sorted((file.name for file in listing.files), key=lambda name: PurePosixPath(name).name != CONFIG)
        fetch_listed(Source(repository, repository, tuple(names)), listing, settings.models_folder, report)
    found = locate(settings)
    if found.folder is None or found.problem:
        raise ModelBroken(found.problem or f"{repository} cannot be found after it was fetched", found.hint)
    return found.folder


def wanted(listing: Listing) -> Listing:
    """The files of the repository's model for a plain processor; the large ones last.

    Raises:
        ModelUnreachable: there is no model for onnxruntime-genai in it.
    """
    folders = [str(PurePosixPath(file.name).parent) for file in listing.files if _name(file) == CONFIG]
    if not folders:
        raise ModelUnreachable(
            f"the hub's {listing.repository} has no {CONFIG}: it holds no model for onnxruntime-genai",
            "mnemon config set llm_model OWNER/NAME",
        )
    folder = min(folders, key=_strangeness)
    ours = [file for file in listing.files if _is_part(file, folder)]
    return Listing(listing.repository, listing.revision, tuple(sorted(ours, key=lambda file: file.size)))


def _strangeness(folder: str) -> tuple[bool, bool, bool, int, str]:
    """Smaller is nearer to a plain processor with weights of 4 bits."""
    plain = folder.lower()
    is_for_others = any(word in plain for word in _OTHER_MACHINES)
    return is_for_others, "cpu" not in plain, not ("int4" in plain or "q4" in plain), len(plain), plain


def _is_part(file: HubFile, folder: str) -> bool:
    return str(PurePosixPath(file.name).parent) == folder and not file.name.lower().endswith(_NO_PART)


def _name(file: HubFile) -> str:
    return PurePosixPath(file.name).name


@contextmanager
def _in_our_words() -> Iterator[None]:
    """The hub's failures point to the command for the other model."""
    try:
        yield
    except MnemonError as error:
        if FETCH not in error.hint:
            hint = error.hint.replace("mnemon model fetch", FETCH)
            error.hint = hint.replace("config set model NAME", "config set llm_model NAME")
        raise
