"""The door to the machine: everything the installer reads or changes goes through a World."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from mnemon_server.errors import MnemonError


class FileTrouble(MnemonError):
    """A file or folder cannot be read or written."""

    code = "file"


class FileChanged(MnemonError):
    """Somebody else wrote the file between our reading and our writing; theirs was kept."""

    code = "file-changed"


class CommandTrouble(MnemonError):
    """A program could not be started, or did not end in time."""

    code = "command"


class NoAnswer(MnemonError):
    """An address could not be fetched."""

    code = "no-answer"


class Held(MnemonError):
    """Another process is doing the same work just now."""

    code = "held"


@dataclass(frozen=True)
class Completed:
    """How a program ended."""

    status: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Sight:
    """What is at a path, links followed. `mode` is the permission bits."""

    is_folder: bool
    mode: int
    size: int


@dataclass(frozen=True)
class Answer:
    """What a server said, whatever its status."""

    status: int
    body: bytes


class World(Protocol):
    """One machine. `is_rehearsal` is True where changes are noted instead of made.

    Attributes:
        environment: the variables of this process.
        home: the user's home folder.
        platform: as `sys.platform`.
    """

    @property
    def environment(self) -> Mapping[str, str]: ...

    @property
    def home(self) -> Path: ...

    @property
    def platform(self) -> str: ...

    @property
    def is_rehearsal(self) -> bool: ...

    def look(self, path: Path) -> Sight | None:
        """What is at `path`, or None."""
        ...

    def read(self, path: Path) -> bytes | None:
        """The bytes of a file, or None when there is none.

        Raises:
            FileTrouble: it is there and cannot be read.
        """
        ...

    def write(self, path: Path, content: bytes, expected: bytes | None, mode: int = 0o600) -> None:
        """Put `content` in place of `expected`, the bytes read before (None: there was no file).

        Whole or not at all. Links are followed, the mode and owner of an existing file stay; a new file gets
        `mode`, and missing folders are made, for the owner only.

        Raises:
            FileChanged: the file no longer holds `expected`.
            FileTrouble: it cannot be written.
        """
        ...

    def remove(self, path: Path, expected: bytes) -> None:
        """Take a file away that holds `expected`. Raises as `write` does."""
        ...

    def run(
        self,
        argv: tuple[str, ...],
        input: str | None = None,
        timeout: float = 60,
        changes: bool = True,
        keep: Path | None = None,
    ) -> Completed:
        """Run a program to its end, in seconds. No secret belongs in `argv`: hand it over by `input`.

        `changes=False` says that it only looks, so that a rehearsal may run it too. `keep` is a file, readable only by
        its owner, that the program's output goes to directly: whoever is killed meanwhile has not lost it.

        Raises:
            CommandTrouble: it could not be started, or took longer than `timeout` and was killed.
        """
        ...

    def perform(self, what: str, deed: Callable[[], object]) -> None:
        """Make a change through somebody else's code, such as the vault's own; `what` names it for a rehearsal."""
        ...

    def hold(self, path: Path, purpose: str) -> AbstractContextManager[None]:
        """Be the only process that holds `path`; a dead process holds nothing.

        Raises:
            Held: another process has it; the message says which, and since when.
        """
        ...

    def fetch(self, url: str, timeout: float = 10) -> bytes:
        """The body at an https (or loopback) address; redirects are not followed.

        Raises:
            NoAnswer: no answer, or not a good one.
        """
        ...

    def ask(
        self, url: str, token: str = "", body: bytes | None = None, timeout: float = 10, changes: bool = True
    ) -> Answer:
        """What the server of a vault answers at an https (or loopback) address; redirects are not followed.

        `token` goes into a header as the bearer; a `body` is posted, without one it is a GET. `changes=False` says
        that nothing changes over there, so that a rehearsal may ask too.

        Raises:
            NoAnswer: nobody answered.
        """
        ...

    def now(self) -> datetime:
        """The time, in UTC."""
        ...
