"""A model's worker as its server sees it: start it, ask it, end it."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from mnemon_server.llm.orders import DECLINED, LONGEST_LINE, READY, TEXT, Order

GRACE = 1.0  # seconds that an answer may come late: the worker looks at the clock between words only
_TAIL = 2_000  # bytes of what the worker said on stderr
# What a process needs to run at all. It gets no token and no key of ours: it has no use for them.
_PASSED_ON = (
    "PATH", "HOME", "USERPROFILE", "LOCALAPPDATA", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL",
    "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "OMP_NUM_THREADS",
)  # fmt: skip


class ModelTrouble(Exception):
    """The worker is of no use any more; the message says why, in part of a sentence."""


class NotNow(Exception):
    """No answer to this question, and nothing wrong with the worker; the message says why."""


class Child:
    """A worker that has been started. One question at a time; `end` may be called from any thread."""

    def __init__(self, folder: Path, megabytes: int, environment: Mapping[str, str]) -> None:
        """
        Raises:
            ModelTrouble: no process can be started.
        """
        # -P: a client starts us in the folder it works in, whose files are not to be imported.
        line = (sys.executable, "-P", "-m", "mnemon_server.llm.worker", str(folder), str(megabytes))
        try:
            self._process = subprocess.Popen(
                line,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={name: environment[name] for name in _PASSED_ON if name in environment} | {"PYTHONUTF8": "1"},
            )
        except OSError as trouble:
            raise ModelTrouble(f"no process can be started for it: {trouble.strerror or trouble}") from trouble
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._said = b""
        self._is_ready = False
        self._threads = [_started(self._read_lines), _started(self._read_tail)]

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, order: Order, deadline: float) -> str:
        """The worker's answer, by `deadline` on the monotonic clock and a moment.

        Raises:
            NotNow: it is still loading its model, or has no answer to this question.
            ModelTrouble: it ended, or did not answer in time.
        """
        if not self._is_ready:
            self._await_model(deadline)
        if (left := deadline - time.monotonic()) <= 0:
            raise NotNow("the time was up before it was asked")
        order = Order(order.system, order.user, order.schema, order.tokens, left)
        try:
            self._write(order.line())
        except OSError as trouble:
            raise ModelTrouble(self._ending()) from trouble
        try:
            kind, text = self._next(deadline + GRACE)
        except TimeoutError:
            raise ModelTrouble(f"it had no answer within {left:.0f} s") from None
        if kind == DECLINED:
            raise NotNow(text)
        if kind != TEXT:
            raise ModelTrouble(text)
        return text

    def end(self) -> None:
        """Kill it; nothing is lost with it. Calling twice is fine."""
        self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join(2)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _await_model(self, deadline: float) -> None:
        try:
            kind, text = self._next(deadline)
        except TimeoutError:
            raise NotNow("it is still being loaded") from None
        if kind != READY:
            raise ModelTrouble(text)
        self._is_ready = True

    def _next(self, deadline: float) -> tuple[str, str]:
        """The worker's next word.

        Raises:
            TimeoutError: there was none in time.
            ModelTrouble: it ended, or talks nonsense.
        """
        try:
            line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise TimeoutError from None
        if not line:
            raise ModelTrouble(self._ending())
        try:
            ((kind, text),) = json.loads(line).items()
        except (ValueError, AttributeError):
            raise ModelTrouble("its process answers something else than it was asked") from None
        return str(kind), str(text)

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None
        while line:  # without a buffer, a pipe takes what it has room for
            line = line[self._process.stdin.write(line) :]

    def _ending(self) -> str:
        """How it ended, and its last words."""
        try:
            status = self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            return "its process closed its output"
        self._threads[1].join(GRACE)
        how = f"ended by {_signal(-status)}" if status < 0 else f"ended with status {status}"
        last = self._said.decode("utf-8", "replace").strip().splitlines()[-1:]
        return f"its process {how}" + (f": {last[0][:160]}" if last else "")

    def _read_lines(self) -> None:
        """Its answers, one by one; an empty one is its end."""
        assert self._process.stdout is not None
        with suppress(OSError, ValueError):  # closed under us
            rest = b""
            while len(rest) <= LONGEST_LINE and (read := self._process.stdout.read(65_536)):
                *lines, rest = (rest + read).split(b"\n")
                for line in lines:
                    self._lines.put(line + b"\n")
        self._lines.put(b"")

    def _read_tail(self) -> None:
        """The last of what it says on stderr; the pipe must not fill up."""
        assert self._process.stderr is not None
        with suppress(OSError, ValueError):
            while read := self._process.stderr.read(65_536):
                self._said = (self._said + read)[-_TAIL:]


def _started(read: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=read, name="judge's model", daemon=True)
    thread.start()
    return thread


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
