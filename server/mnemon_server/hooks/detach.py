"""Work that goes on after the hook has returned: clients kill what they started, but not what has left their group."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from mnemon_server.hooks.order import PATIENT

_MOST_FILES = 65_536


def detach(work: Callable[[], object], arguments: Sequence[str], data: bytes) -> None:
    """Do `work` in a process of its own that nobody waits for; return at once.

    Where there is no fork, the same hook is started once more with `arguments`, `data` on its standard input, and told
    to stay in the foreground.
    """
    if sys.platform == "win32":
        _start_again(arguments, data)
        return
    child = os.fork()
    if child == 0:
        _work_alone(work)
    # It has only started the second one; not waiting for it would leave a zombie until we leave.
    os.waitpid(child, 0)


def _work_alone(work: Callable[[], object]) -> None:
    try:
        os.setsid()
        if os.fork() != 0:
            os._exit(0)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)  # the client waits until the last writer has let go of its pipe
        os.closerange(3, min(os.sysconf("SC_OPEN_MAX"), _MOST_FILES))
        os.nice(5)
        work()
    finally:
        os._exit(0)


def _start_again(arguments: Sequence[str], data: bytes) -> None:
    import subprocess  # costs as much as all the rest, and elsewhere there is fork

    flags = getattr(subprocess, "DETACHED_PROCESS", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    again = subprocess.Popen(
        [sys.executable, "-P", "-m", "mnemon_server.hooks.door", *arguments, PATIENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=flags,
        close_fds=True,
    )
    assert again.stdin is not None
    with again.stdin as stream:
        stream.write(data)
