"""Starting a resident: detached from whoever needs it, one at a time."""

from __future__ import annotations

import os
import sys
import time

from mnemon_server.resident import place
from mnemon_server.resident.connecting import NoResident
from mnemon_server.resident.hold import try_lock
from mnemon_server.resident.line import Line, Lost, Unfit, open_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MODULE = "mnemon_server.serve.resident"
# How a resident ends that cannot run, and has said why in its log; and one that the user does not want.
CANNOT, UNWANTED = 3, 4
_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.03  # seconds
_MOST_STARTS = 3  # by one program: what was killed before it could answer is started again


class Unwanted(NoResident):
    """The settings say that there shall be none."""


def reach(folder: str, purpose: str, seconds: float, **more: Any) -> Line:  # Any: JSON
    """A connection to the resident of the vault in `folder`, which is started when there is none, and replaced when it
    is of an older program; takes `seconds` at most.

    Raises:
        NoResident: none can be reached in that time, or may run.
    """
    end, pause, start = time.monotonic() + seconds, _FIRST_PAUSE, Start(folder)
    try:
        while True:
            try:
                return open_line(folder, purpose, max(0.1, end - time.monotonic()), **more)
            except Unfit as unfit:
                trouble: NoResident = unfit
                if unfit.is_outdated:
                    ask_to_leave(folder)
                elif unfit.answer.get("refused") != "leaving":
                    raise
            except NoResident as none:
                trouble = none
            start.once()
            if time.monotonic() + pause >= end:
                raise trouble
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
    finally:
        start.end()


def ask_to_leave(folder: str) -> bool:
    """Tell the resident to finish and to go; False when there is none. It is gone, or does not listen any more, when
    this returns."""
    try:
        line = open_line(folder, "leave", 5.0)
    except NoResident:
        return False
    try:
        line.patience(5.0)
        while True:
            line.receive()
    except Lost:
        pass  # it hangs up once nobody else can connect
    finally:
        line.close()
    return True


class Start:
    """One start on the way: only one program at a time has one, the others look whether it has succeeded."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._lock = -1
        self._starts = 0

    def once(self) -> None:
        """Start one, unless ours is there or on its way, or somebody else is about to.

        Raises:
            NoResident: it may not or cannot run.
        """
        if not self._is_our_turn() or (self._starts and not self._is_ours_gone()):
            return
        self._starts += 1
        status = start_detached(self._folder)
        if status == UNWANTED:
            raise Unwanted("it is switched off")
        if status > 0:  # below are signals: somebody killed it
            raise NoResident(f"it cannot run here: {_last_words(self._folder)}")

    def end(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)  # and with it goes the lock
            self._lock = -1

    def _is_ours_gone(self) -> bool:
        """Whether it has ended already: its lock goes with it. On Windows it may not even have got that far."""
        if self._starts >= _MOST_STARTS or not place.has_sockets():
            return False
        try:
            lock = try_lock(place.lock_path(self._folder))
        except OSError:  # the folder has gone
            return False
        if lock < 0:
            return False
        os.close(lock)
        return True

    def _is_our_turn(self) -> bool:
        if self._lock >= 0:
            return True
        path = place.starting_path(self._folder)
        try:
            make_run_folder(self._folder)
            self._lock = try_lock(path)
        except OSError as trouble:
            raise NoResident(f"{os.path.dirname(path)}: {trouble.strerror}") from None
        return self._lock >= 0


def make_run_folder(folder: str) -> None:
    """0700, and what is missing above it too.

    Raises:
        OSError: it cannot be made.
    """
    path, missing = place.run_folder(folder), list[str]()
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for each in reversed(missing):
        try:
            os.mkdir(each, 0o700)
        except FileExistsError:  # another program was faster
            pass


def start_detached(folder: str, wait: bool = True) -> int:
    """Start a resident that nobody waits for. Its first process leaves as soon as the resident is on its own: what that
    one ended with, or 0 without waiting."""
    words = [sys.executable, "-P", "-m", MODULE, "--vault-dir", folder]
    if not place.has_sockets():
        return _start_on_windows(words)
    nothing = os.devnull
    files = [
        (os.POSIX_SPAWN_OPEN, number, nothing, os.O_RDWR, 0)
        for number in (0, 1, 2)
    ]  # fmt: skip
    try:
        pid = _spawned(words, files)
    except OSError as trouble:
        raise NoResident(f"{sys.executable}: {trouble.strerror}") from None
    if not wait:
        return 0
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _spawned(words: list[str], files: list[tuple[Any, ...]]) -> int:  # Any: as posix_spawn has it
    spawn: Callable[..., int] = os.posix_spawn
    try:
        return spawn(words[0], words, os.environ, file_actions=files, setsid=True)
    except NotImplementedError:
        return spawn(words[0], words, os.environ, file_actions=files, setpgroup=0)


def _start_on_windows(words: list[str]) -> int:
    import subprocess  # costs more than all the rest, and elsewhere there is posix_spawn

    flags = getattr(subprocess, "DETACHED_PROCESS", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=flags,
        close_fds=True,
    )
    return 0


def _last_words(folder: str) -> str:
    """The last line of its log."""
    try:
        with open(place.log_path(folder), "rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - 2_000))
            lines = log.read().decode("utf-8", "replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1][:300] if lines else "it says not why"
