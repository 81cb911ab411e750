"""A terminal for tests: a program on a pseudo-terminal, the screen it draws, and keys for it."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping
from fcntl import ioctl
from pathlib import Path

from tests.warm_start import WARM, Forked, script

PATIENCE = 60.0  # seconds without the awaited text
ENTER, SPACE, DOWN, UP, CTRL_C = "\r", " ", "\x1b[B", "\x1b[A", "\x03"
_CONTROL = re.compile(r"\x1b\[([?>]?)([\d;]*)([A-Za-z])|\x1b[=>78]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


class Screen:
    """As much of a terminal as prompt_toolkit and rich use: where the cursor is, and what stands where. It never
    scrolls anything away, so that whatever was shown once stays in `text`."""

    def __init__(self, columns: int = 200) -> None:
        self.columns = columns
        self._lines: list[list[str]] = [[]]
        self._row = self._column = 0
        self._pending = ""

    @property
    def text(self) -> str:
        return "\n".join("".join(line).rstrip() for line in self._lines)

    def feed(self, data: str) -> None:
        data, self._pending = self._pending + data, ""
        position = 0
        while position < len(data):
            found = _CONTROL.match(data, position)
            if found:
                self._control(found[1] or "", found[2] or "", found[3] or "")
                position = found.end()
            elif data[position] == "\x1b":
                self._pending = data[position:]  # the rest of it comes with the next read
                return
            else:
                self._put(data[position])
                position += 1

    def _put(self, character: str) -> None:
        if character == "\r":
            self._column = 0
        elif character == "\n":
            self._go(self._row + 1, self._column)
        elif character == "\b":
            self._column = max(self._column - 1, 0)
        elif character >= " ":
            line = self._lines[self._row]
            line.extend(" " * (self._column + 1 - len(line)))
            line[self._column] = character
            self._column += 1
            if self._column == self.columns:
                self._go(self._row + 1, 0)

    def _control(self, private: str, numbers: str, final: str) -> None:
        if private:
            return
        count = int(numbers.split(";")[0] or 0)
        if final in "ABCD":
            rows = {"A": -1, "B": 1}.get(final, 0) * max(count, 1)
            columns = {"C": 1, "D": -1}.get(final, 0) * max(count, 1)
            self._go(self._row + rows, self._column + columns)
        elif final == "G":
            self._column = max(count - 1, 0)
        elif final == "K" and count == 0:
            del self._lines[self._row][self._column :]
        elif final == "K":
            self._lines[self._row] = []
        elif final == "J" and count == 0:
            del self._lines[self._row][self._column :]
            del self._lines[self._row + 1 :]

    def _go(self, row: int, column: int) -> None:
        self._row, self._column = max(row, 0), max(column, 0)
        self._lines.extend([] for _ in range(self._row + 1 - len(self._lines)))


class Terminal:
    """A running program. `await_text` reads until something is on the screen; `press` types."""

    def __init__(self, argv: tuple[str, ...], environment: Mapping[str, str], folder: Path) -> None:
        self.screen = Screen()
        # prompt_toolkit asks where the cursor is and waits for an answer that this terminal does not give.
        told = {**environment, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
        self._program, self._descriptor = _forked(argv, told, folder) or _started(argv, told, folder)
        ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 50, self.screen.columns, 0, 0))
        self._status: int | None = None

    def await_text(self, text: str) -> str:
        """The whole screen, as soon as `text` is on it."""
        while text not in self.screen.text:
            if not self._read():
                raise AssertionError(f"the program ended before {text!r} came:\n{self.screen.text}")
        return self.screen.text

    def press(self, *keys: str) -> None:
        for key in keys:
            os.write(self._descriptor, key.encode())

    def answer(self, question: str, *keys: str) -> None:
        """Wait for the question, then type."""
        self.await_text(question)
        self.press(*keys)

    def end(self) -> int:
        """The exit status, when the program has come to its end."""
        while self._status is None and self._read():
            pass
        return self.close()

    def close(self) -> int:
        if self._status is None:
            try:
                self._status = self._program.wait(PATIENCE)
            except TimeoutError:
                os.kill(self._program.pid, signal.SIGKILL)
                self._status = self._program.wait(PATIENCE)
            os.close(self._descriptor)
        return self._status

    def _read(self) -> bool:
        """Take in what the program has written; False when it has ended."""
        ready, _, _ = select.select([self._descriptor], [], [], PATIENCE)
        if not ready:
            os.kill(self._program.pid, signal.SIGKILL)
            raise AssertionError(f"nothing happened for {PATIENCE:g} s:\n{self.screen.text}")
        try:
            data = os.read(self._descriptor, 65536)
        except OSError:  # what Linux says when the other end is closed
            return False
        self.screen.feed(data.decode("utf-8", "replace"))
        return bool(data)


class _Child:
    """A program that this process has started."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def wait(self, patience: float) -> int:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        raise TimeoutError


def _started(argv: tuple[str, ...], environment: Mapping[str, str], folder: Path) -> tuple[_Child, int]:
    pid, descriptor = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(argv[0], argv, environment)
    return _Child(pid), descriptor


def _forked(argv: tuple[str, ...], environment: Mapping[str, str], folder: Path) -> tuple[Forked, int] | None:
    """Where it can be: see warm_start."""
    if argv[0] != str(script()) or not WARM.can_run(environment):
        return None
    ours, theirs = pty.openpty()
    try:
        return WARM.start(argv[1:], environment, folder, (theirs, theirs, theirs)), ours
    finally:
        os.close(theirs)
