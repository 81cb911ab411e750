"""What runs for one home folder, and what it costs, as Linux tells it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mnemon_server.resident import place

_PROC = Path("/proc")
_RESIDENT = b"mnemon_server.serve.resident"
_LISTENS = "00010000"


def of_home(home: Path) -> dict[int, str]:
    """Everything but ourselves that was started with this home folder, and is no corpse: id and command line."""
    mark, found = b"HOME=" + os.fsencode(home) + b"\0", dict[int, str]()
    for process in _processes():
        with suppress(OSError):  # it has ended meanwhile, or is another user's
            if mark in (_PROC / str(process) / "environ").read_bytes() + b"\0":
                found[process] = _words(process).replace(b"\0", b" ").decode("utf-8", "replace").strip()
    return found


def listeners(folder: Path) -> set[str]:
    """The sockets, by number, that take connections for the vault in `folder`; they have the name they were made with.
    One look of the kernel's at all of them, so two are two at the same time, or nearly."""
    name = str(Path(place.socket_path(str(folder))).with_suffix(".new"))
    rows = [row.split(maxsplit=7) for row in (_PROC / "net" / "unix").read_text("utf-8", "replace").splitlines()]
    return {row[6] for row in rows if len(row) == 8 and row[7] == name and row[3] == _LISTENS}


def residents(folder: Path) -> dict[int, str]:
    """The processes that take connections for the vault in `folder`, each with its socket; one that was killed has
    none any more. While a resident leaves the process that started it, both have the same socket."""
    sockets, found = listeners(folder), dict[int, str]()
    for process in _processes() if sockets else ():
        with suppress(OSError):
            if _RESIDENT in _words(process):
                found.update((process, number) for number in _sockets(process) if number in sockets)
    return found


def kill(processes: Iterator[int] | list[int]) -> int:
    """How many of them were still there."""
    count = 0
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
            count += 1
    return count


def cpu_seconds(process: int) -> float:
    """What its threads that still run have used, to the nanosecond where the kernel keeps count so finely."""
    with suppress(OSError, ValueError, IndexError):
        tasks = (_PROC / str(process) / "task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    fields = (_PROC / str(process) / "stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_megabytes(process: int) -> float:
    """What it has in memory, what it shares with others included."""
    return int((_PROC / str(process) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def own_megabytes(process: int) -> float:
    """Its proportional share (PSS): what is shared counts in parts."""
    for line in (_PROC / str(process) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1_024 / 1e6
    raise ValueError("no Pss in smaps_rollup")


def _processes() -> list[int]:
    return [int(path.name) for path in _PROC.iterdir() if path.name.isdigit() and int(path.name) != os.getpid()]


def _words(process: int) -> bytes:
    return (_PROC / str(process) / "cmdline").read_bytes()


def _sockets(process: int) -> Iterator[str]:
    for entry in (_PROC / str(process) / "fd").iterdir():
        with suppress(OSError):
            if (name := str(entry.readlink())).startswith("socket:["):
                yield name[8:-1]
