"""The copy of a model's graph as onnxruntime has optimised it: made once, so that a load need not do that work again.

It lies in the models folder of the vault, never beside a model that somebody else has put somewhere. Its name says
what it was made of (the weights), by what (onnxruntime, the kind of processor), and what it holds: a copy that is
damaged, cut short or put there by somebody else does not have the digest in its name, and is thrown away.
"""

from __future__ import annotations

import mmap
import os
import platform
import re
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mnemon_server.embed.fingerprint import digest

FOLDER = "optimised"
SMALLEST = 10_000_000  # bytes of weights; below, a graph is optimised in the time it takes to look for a copy
LARGEST = 500_000_000  # above, the copy costs more of the disk than it is worth
GROWTH = 1.1  # times the weights; a copy that is larger takes longer to read from a slow disk than is won
SPARE = 200_000_000  # bytes that stay free on the disk
PATIENCE = 7 * 86_400.0  # seconds until a try that came to nothing is made again
ABANDONED = 86_400.0  # seconds until an unfinished copy is nobody's: the process was killed, perhaps for its memory

# A copy, or the draft of one: what we may take away.
OURS = re.compile(r"(?P<draft>\.?)[0-9a-f]{24}-ort[\w.+]+-[\w.]+-[\w.]+-(extended-[0-9a-f]{24}\.onnx|extended\.new)")
# How the protobuf of a weight that lies in another file begins; the copy would have to take all of that in.
_ELSEWHERE = b"\n\x08location\x12"


def find_copy(weights: Path, models: Path) -> Path | None:
    """The optimised copy of `weights`. One that does not hold what its name says is removed."""
    try:
        if not _is_worth_it(weights):
            return None
        for copy in sorted((models / FOLDER).glob(f"{_key(weights, models)}-*.onnx")):
            if copy.stem.rpartition("-")[2] == digest(copy, models)[:24]:
                return copy
            copy.unlink()
    except OSError:  # nobody may read there, or another process was quicker
        return None
    return None


def keep_copy(weights: Path, models: Path, is_same: Callable[[Path], bool]) -> None:
    """Make the copy, if it is worth it and nobody else is at it. Whatever comes in between, there is none.

    `is_same` says whether a copy gives the very same vectors as the weights. A try that comes to nothing leaves its
    empty draft behind: the next one is made when that is a week old, not at each load.
    """
    with suppress(OSError):
        if not _is_worth_it(weights) or not _has_room(weights, models):
            return
        key = _key(weights, models)
        draft = _claim(models, key)
        if draft is None:
            return
        try:
            if _write(weights, draft) and is_same(draft):
                _tidy(draft.parent, key)
                copy = draft.with_name(f"{key}-{digest(draft, models)[:24]}.onnx")
                draft.replace(copy)
                digest(copy, models)  # remembered under its name
                return
        except Exception:  # noqa: BLE001, S110  onnxruntime raises bare Exceptions; the model itself is loaded all the same
            pass
        os.truncate(draft, 0)


def discard_copy(copy: Path) -> None:
    """It holds what was written, and yet cannot be loaded: no second one is made soon."""
    with suppress(OSError):
        os.close(_open_draft(copy.with_name(f".{copy.stem.rpartition('-')[0]}.new")))
    with suppress(OSError):
        copy.unlink()


def _is_worth_it(weights: Path) -> bool:
    return weights.suffix == ".onnx" and SMALLEST <= weights.stat().st_size <= LARGEST


def _has_room(weights: Path, models: Path) -> bool:
    return shutil.disk_usage(models.parent).free > weights.stat().st_size * GROWTH + SPARE


def _key(weights: Path, models: Path) -> str:
    """Extended optimisations are the same on all processors of a kind; those of the layout are not, and are left to
    each load."""
    import onnxruntime  # type: ignore[import-untyped]  # it ships no types

    parts = (f"ort{onnxruntime.__version__}", sys.platform, platform.machine(), "extended")
    return "-".join([digest(weights, models)[:24], *(re.sub(r"[^\w.+]", "_", part) for part in parts)])


def _claim(models: Path, key: str) -> Path | None:
    """An empty draft that is ours alone; None where another process has it, or had it lately."""
    models.mkdir(exist_ok=True, mode=0o700)  # inside an existing mnemon folder only
    (models / FOLDER).mkdir(exist_ok=True, mode=0o700)
    draft = models / FOLDER / f".{key}.new"
    try:
        os.close(_open_draft(draft))
    except FileExistsError:
        if _age(draft) < (ABANDONED if draft.stat().st_size else PATIENCE):
            return None
        draft.unlink()
        os.close(_open_draft(draft))
    return draft


def _open_draft(draft: Path) -> int:
    return os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def _write(weights: Path, draft: Path) -> bool:
    """Whether there is a whole copy in `draft` now, on the disk, and no larger than it may be."""
    import onnxruntime

    with weights.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(_ELSEWHERE) >= 0:
            return False
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(draft)
    onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
    with draft.open("rb+") as written:
        os.fsync(written.fileno())
        return 0 < os.fstat(written.fileno()).st_size <= weights.stat().st_size * GROWTH


def _tidy(folder: Path, key: str) -> None:
    """Copies of other weights and other versions go; so do drafts that nobody is at any more."""
    for each in folder.iterdir():
        name = OURS.fullmatch(each.name)
        if name and each.name != f".{key}.new" and (not name["draft"] or _age(each) > ABANDONED):
            with suppress(OSError):
                each.unlink()


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime
