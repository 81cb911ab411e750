"""`mnemon` in a process of its own without most of its start: forked from one that has read every module once.

To read them is two thirds of a short command. The plain suite starts so, on Linux, what its machines run; the marked
one starts it as a user does, and so does in both whoever comes to `mnemon` by another way: a client, a shell, a
terminal, a test that kills it.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

# What an interpreter heeds only when it starts.
_EARLY = ("PYTHON", "LANG", "LC_")
_LOCALE = {"LANG": "C.UTF-8"}  # as which Python takes none


class WarmStart:
    """The process that commands are forked from; begun by the first of them."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._turn = threading.Lock()

    def can_run(self, environment: Mapping[str, str]) -> bool:
        from tests.scripts.doomed import SEEDS  # not for the process that reads this file by itself

        early = {name: value for name, value in environment.items() if name.startswith(_EARLY)}
        return sys.platform == "linux" and not SEEDS and early in ({}, _LOCALE) and _script().exists()

    def run(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        patience: float,
        stdin: str | bytes = "",
    ) -> subprocess.CompletedProcess[str]:
        """As `subprocess.run` with the script and these words, and with its answers captured as text."""
        argv = [str(_script()), *words]
        with ExitStack() as opened:
            wish, into, out, err = (opened.enter_context(tempfile.TemporaryFile()) for _ in range(4))
            wish.write(json.dumps([argv, dict(environment), str(folder)]).encode())
            into.write(stdin if isinstance(stdin, bytes) else stdin.encode())
            for file in (wish, into):
                file.seek(0)
            status = self._status_of([wish, into, out, err], argv, patience)
            return subprocess.CompletedProcess(argv, status, _text_in(out), _text_in(err))

    def end(self) -> None:
        if self._process is not None and self._line is not None:
            self._line.close()
            self._process.wait()
            self._process = self._line = None

    def _status_of(self, files: list[IO[bytes]], argv: Sequence[str], patience: float) -> int:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs, self._turn:
                socket.send_fds(self._begun(), [b"!"], [*(file.fileno() for file in files), theirs.fileno()])
            ours.settimeout(patience)
            told = b""
            try:
                while more := ours.recv(64):
                    told += more
            except TimeoutError:
                pid, *_ = told.split() or [b""]
                if pid:
                    os.kill(int(pid), 9)
                raise subprocess.TimeoutExpired(list(argv), patience) from None
        assert told, "what commands are forked from has come to an end; its last words are on standard error"
        return int(told.split()[1])

    def _begun(self) -> socket.socket:
        if self._line is None:
            self._line, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    (sys.executable, "-P", __file__, str(theirs.fileno())),
                    env=_LOCALE,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                )
        return self._line


WARM = WarmStart()


def _script() -> Path:
    return Path(sysconfig.get_path("scripts")) / "mnemon"


def _text_in(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8").replace("\r\n", "\n")


# --- In the process that commands are forked from ---


def _serve(line: socket.socket) -> None:
    """Fork for every wish a keeper, which forks the command, waits for it, and says how it ended."""
    from mnemon_installer import cli

    for each in pkgutil.iter_modules(cli.__path__):
        if each.name != "__main__":
            importlib.import_module(f"{cli.__name__}.{each.name}")
    gc.collect()
    gc.freeze()  # a collection would touch, and so copy, every page that is shared
    while True:
        word, descriptors, _, _ = socket.recv_fds(line, 1, 5)
        if not word:
            break
        if os.fork() == 0:
            line.close()
            _keep(*descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    with suppress(ChildProcessError):
        while True:
            os.wait()


def _keep(wish: int, into: int, out: int, err: int, answer: int) -> None:
    pid = os.fork()
    if pid == 0:
        os.close(answer)
        _become(wish, into, out, err)
    os.write(answer, f"{pid} ".encode())
    _, status = os.waitpid(pid, 0)
    os.write(answer, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(wish: int, into: int, out: int, err: int) -> None:
    """The command: its words, its environment, its folder, its end."""
    from mnemon_installer.cli.main import main

    with os.fdopen(wish, "rb") as file:
        words, environment, folder = json.load(file)
    for number, descriptor in enumerate((into, out, err)):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = words
    sys.path[0:0] = [str(Path(words[0]).parent)]
    status = 1
    try:
        main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    # What the interpreter does at its end, but for taking apart the modules of all commands.
    threading._shutdown()  # type: ignore[attr-defined]  # the only way to wait for them all
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status & 0xFF)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
