"""Processes that outlive the command that started them, and the ports they listen at."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tests.fakes.fly.state import Json

_PORTS = (15_000, 30_000)  # below those that systems give out by themselves: one stays free until it is listened at
_LOOK_EVERY = 0.01  # seconds
_own = set[int]()  # children of this process, to be waited for


def spawn(argv: Sequence[str], environment: Mapping[str, str], folder: Path, home: Path) -> Json:
    """Detached, its output in `folder/log`. Returns what `is_alive` wants to know of it."""
    # It notes its number itself: this process may be killed before it can.
    line = ("/bin/sh", "-c", 'echo $$ > "$0"; exec "$@"', str(folder / "pid"), *argv)
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            line, env=environment, cwd=home, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    process.returncode = 0  # nobody waits for it by this object
    _own.add(process.pid)
    return {"pid": process.pid, "born": _birth(process.pid)[1]}


def noted(folder: Path) -> Json | None:
    """What was last spawned with this folder, if it is alive."""
    path = folder / "pid"
    text = path.read_text(encoding="utf-8").strip() if path.exists() else ""
    if not text:
        return None
    pid = int(text)
    known = {"pid": pid, "born": _birth(pid)[1]}
    return known if is_alive(known) and _is_in(folder, pid) else None


def this_one() -> Json:
    """Of the process that asks."""
    return {"pid": os.getpid(), "born": _birth(os.getpid())[1]}


def is_alive(known: Json | None) -> bool:
    """Neither gone, nor a zombie, nor another one with the same number."""
    if not known or not known.get("pid"):
        return False
    state, born = _birth(known["pid"])
    return state not in ("", "Z", "X") and born == known["born"]


def end(known: Json | None, by: signal.Signals = signal.SIGKILL, patience: float = 0.0) -> bool:
    """Tell it to end, and after so many seconds make it; whether it did so by itself."""
    if known is None or not is_alive(known):
        return True
    if by != signal.SIGKILL:
        with suppress(ProcessLookupError):
            os.kill(known["pid"], by)
        if _gone(known, patience):
            return True
    for kill in (os.killpg, os.kill):  # with what it has started, where it leads a group
        with suppress(ProcessLookupError, PermissionError):
            kill(known["pid"], signal.SIGKILL)
    _gone(known, 10.0)
    return False


def is_accepting(port: int) -> bool:
    with socket.socket() as one:
        one.settimeout(1.0)
        return one.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    while True:
        port = random.randint(*_PORTS)
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


def _is_in(folder: Path, pid: int) -> bool:
    """Whether it works there: it might be another one that has got the number since."""
    place = Path(f"/proc/{pid}/cwd")
    try:
        return not place.parent.parent.joinpath("self").exists() or place.readlink().is_relative_to(folder)
    except OSError:
        return False


def _gone(known: Json, patience: float) -> bool:
    until = time.monotonic() + patience
    while is_alive(known):
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_EVERY)
    return True


def _birth(pid: int) -> tuple[str, str]:
    """The state of a process and when it began; both empty when there is none."""
    if pid in _own:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # so that no zombie stays
    if Path("/proc/self/stat").exists():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            return "", ""
        return fields[0], fields[19]
    told = subprocess.run(
        ("ps", "-o", "state=,lstart=", "-p", str(pid)), capture_output=True, text=True, check=False
    ).stdout.split(None, 1)
    return (told[0][0], told[1].strip()) if len(told) == 2 else ("", "")
