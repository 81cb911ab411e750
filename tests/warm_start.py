"""`mnemon` in a process of its own without most of its start: forked from one that has read every module once.

To read them is nine tenths of a server's start and two thirds of a short command's. The plain suite starts so, on
Linux, what its machines run, on a terminal too, its hooks and most of its servers; and such a command what it tries out
itself, a server or a hook. The marked suite starts all of them as a user does, and so does in both whoever comes to
`mnemon` by another way: the SDK's client, a shell, a test that kills it at a moment of its choice.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any, NoReturn

# What an interpreter heeds only when it starts.
_EARLY = ("PYTHON", "LANG", "LC_")
_LOCALE = {"LANG": "C.UTF-8"}  # as which Python takes none
_TRY_OURS = ("setup", "doctor")
_SET_PDEATHSIG = 1  # of prctl(2)
_PATIENCE = 20.0  # seconds for what still runs at the end
_TRIES = 3  # that are forked; a fourth one is started as a client would


class WarmStart:
    """The process that commands are forked from; begun by the first of them."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._turn = threading.Lock()

    def can_run(self, environment: Mapping[str, str]) -> bool:
        from tests.scripts.doomed import SEEDS  # not for the process that reads this file by itself

        return sys.platform == "linux" and not SEEDS and not _is_heeded_early(environment) and script().exists()

    def run(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        patience: float,
        stdin: str | bytes = "",
    ) -> subprocess.CompletedProcess[str]:
        """As `subprocess.run` with the script and these words, and with its answers captured as text."""
        with ExitStack() as opened:
            into, out, err = (opened.enter_context(tempfile.TemporaryFile()) for _ in range(3))
            into.write(stdin if isinstance(stdin, bytes) else stdin.encode())
            into.seek(0)
            forked = self.start(words, environment, folder, (into.fileno(), out.fileno(), err.fileno()))
            argv = [str(script()), *words]
            try:
                return subprocess.CompletedProcess(argv, forked.wait(patience), _text_in(out), _text_in(err))
            except TimeoutError:
                os.kill(forked.pid, 9)
                raise subprocess.TimeoutExpired(argv, patience) from None

    def start(
        self, words: Sequence[str], environment: Mapping[str, str], folder: Path, streams: Sequence[int]
    ) -> Forked:
        """The script with these words; a terminal, where its input is one, is its own."""
        ours, theirs = socket.socketpair()
        with theirs, tempfile.TemporaryFile() as wish, self._turn:
            wish.write(json.dumps([[str(script()), *words], dict(environment), str(folder)]).encode())
            wish.seek(0)
            socket.send_fds(self._begun(), [b"!"], [wish.fileno(), *streams, theirs.fileno()])
        return Forked(ours)

    def start_piped(self, words: Sequence[str], environment: Mapping[str, str], folder: Path) -> Forked:
        """The same with pipes to talk through, as `subprocess.Popen` has them."""
        (into, stdin), (stdout, out), (stderr, err) = os.pipe(), os.pipe(), os.pipe()
        forked = self.start(words, environment, folder, (into, out, err))
        for theirs in (into, out, err):
            os.close(theirs)
        forked.stdin, forked.stdout = os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb")
        forked.stderr = os.fdopen(stderr, "rb")
        return forked

    def end(self) -> None:
        if self._process is not None and self._line is not None:
            self._line.close()
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                raise AssertionError("a command that a test has started runs on") from None
            finally:
                self._process = self._line = None

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


class Forked:
    """A command that runs."""

    stdin: IO[bytes] | None = None
    stdout: IO[bytes] | None = None
    stderr: IO[bytes] | None = None

    def __init__(self, answer: socket.socket) -> None:
        self._answer = answer
        self._told = b""

    @property
    def pid(self) -> int:
        if b" " not in self._told:
            self._answer.settimeout(None)
        while b" " not in self._told:
            self._hear()
        return int(self._told.split()[0])

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except (TimeoutError, BlockingIOError):
            return None

    def wait(self, patience: float | None = None) -> int:
        """Its exit status; TimeoutError where it has none so many seconds later."""
        if self._answer.fileno() >= 0:
            self._answer.settimeout(patience)
            while self._hear():
                pass
            self._answer.close()
        return int(self._told.split()[1])

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(9)

    def _hear(self) -> bytes:
        more = self._answer.recv(64)
        self._told += more
        assert self._told, "what commands are forked from has come to an end; its last words are on standard error"
        return more


WARM = WarmStart()


def _is_heeded_early(environment: Mapping[str, str]) -> bool:
    return {name: value for name, value in environment.items() if name.startswith(_EARLY)} not in ({}, _LOCALE)


def script() -> Path:
    return Path(sysconfig.get_path("scripts")) / "mnemon"


def _text_in(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8").replace("\r\n", "\n")


# --- In the process that commands are forked from ---


# What a command reads only where it needs it.
_READ_LATE = (
    "questionary",
    "anyio._backends._asyncio",
    "mcp.server.stdio",
    "mnemon_server.serve.mcp_server",
    "mnemon_server.serve.http_app",
)


def _serve(line: socket.socket) -> None:
    """Fork for every wish a keeper, which forks the command, waits for it, and says how it ended."""
    from mnemon_installer import cli

    for each in pkgutil.iter_modules(cli.__path__):
        if each.name != "__main__":
            importlib.import_module(f"{cli.__name__}.{each.name}")
    for name in _READ_LATE:
        importlib.import_module(name)
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
    with os.fdopen(wish, "rb") as file:
        words, environment, folder = json.load(file)
    if words[1:2] and words[1] in _TRY_OURS:
        _fork_ours_when_it_is_started([_Spare((into, out, err)) for _ in range(_TRIES)])
    if os.isatty(into):
        _own_the_terminal(into)
    _run(words, environment, folder, (into, out, err))


def _own_the_terminal(descriptor: int) -> None:
    import fcntl  # not on Windows, where nothing is forked
    import termios

    os.setsid()
    fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)


def _run(words: list[str], environment: Mapping[str, str], folder: str, streams: Sequence[int]) -> NoReturn:
    from mnemon_installer.cli.main import main

    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    _open_streams()
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
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


def _open_streams() -> None:
    """As an interpreter finds them when it starts: those it has were opened on files, and a pipe has no position."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        former = getattr(sys, f"__{name}__")
        lines = number == 2 or os.isatty(number)
        mode, newline = ("w", "\n") if number else ("r", None)
        stream = os.fdopen(
            number, mode, 1 if lines else -1, former.encoding, former.errors, newline=newline, closefd=False
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


class _Spare:
    """A child of the command, forked before the command has done anything, that may become what it starts."""

    def __init__(self, of_the_command: Sequence[int]) -> None:
        ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            ours.close()
            for descriptor in of_the_command:
                os.close(descriptor)
            _await_being_started(theirs)
        theirs.close()
        self._line = ours

    def start(self, wish: Mapping[str, object], streams: Sequence[int]) -> None:
        with self._line:
            socket.send_fds(self._line, [json.dumps(wish).encode()], list(streams))


def _await_being_started(line: socket.socket) -> NoReturn:
    with line:
        told, streams, _, _ = socket.recv_fds(line, 1 << 20, 3)
    if not told:
        os._exit(0)  # the command has come to its end
    wish = json.loads(told)
    if wish["session"]:
        os.setsid()
    if wish["ends_with_us"]:
        ctypes.CDLL(None).prctl(_SET_PDEATHSIG, int(signal.SIGTERM))
    _run(wish["words"], wish["environment"], wish["folder"], streams)


def _fork_ours_when_it_is_started(spares: list[_Spare]) -> None:
    """`subprocess` starts what it is asked to, but for `mnemon` itself: that one is a spare."""
    start = getattr(subprocess, "_fork_exec", None)  # where all its ways of starting a program meet
    if start is None:
        return  # then it starts what it is asked to

    def start_or_wake(*told: Any) -> Any:  # Any: what CPython passes on to itself
        argv, _, close_others, kept_open, folder, variables = told[:6]
        words = [os.fsdecode(word) for word in argv]
        told_to_it = (os.fsdecode(each).split("=", 1) for each in variables or ())
        environment = dict(os.environ) if variables is None else dict(told_to_it)
        plain = close_others and set(kept_open) <= {told[13]} and not _is_heeded_early(environment)
        if not spares or words[0] != str(script()) or not plain:
            return start(*told)
        spare = spares.pop()
        streams = [end if end >= 0 else number for number, end in enumerate((told[6], told[9], told[11]))]
        where = os.fsdecode(folder) if folder else str(Path.cwd())
        wish = {"words": words, "environment": environment, "folder": where}
        # All that we have done before a program begins is to make it end with us.
        spare.start(wish | {"session": bool(told[15]), "ends_with_us": told[21] is not None}, streams)
        return spare.pid

    subprocess._fork_exec = start_or_wake  # type: ignore[attr-defined]  # in this process alone


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
