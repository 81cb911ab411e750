"""The machine we run on."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

from mnemon_installer.world import Answer, Completed, FileTrouble, Sight
from mnemon_installer.world.holding import hold
from mnemon_installer.world.replacing import remove_file, replace_file
from mnemon_installer.world.running import run_program


class RealWorld:
    """A World in which everything happens."""

    is_rehearsal = False

    def __init__(self, environment: Mapping[str, str], home: Path, platform: str) -> None:
        self.environment = environment
        self.home = home
        self.platform = platform

    def look(self, path: Path) -> Sight | None:
        try:
            found = path.stat()
        except OSError:
            return None
        return Sight(stat.S_ISDIR(found.st_mode), stat.S_IMODE(found.st_mode), found.st_size)

    def read(self, path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as trouble:
            raise FileTrouble(f"{path} cannot be read: {trouble.strerror}", f"ls -ld {quote(str(path))}") from trouble

    def write(self, path: Path, content: bytes, expected: bytes | None, mode: int = 0o600) -> None:
        replace_file(path, content, expected, mode)

    def remove(self, path: Path, expected: bytes) -> None:
        remove_file(path, expected)

    def run(
        self,
        argv: tuple[str, ...],
        input: str | None = None,
        timeout: float = 60,
        changes: bool = True,
        keep: Path | None = None,
    ) -> Completed:
        return run_program(argv, input, timeout, self.environment, keep)

    def perform(self, what: str, deed: Callable[[], object]) -> None:
        deed()

    def hold(self, path: Path, purpose: str) -> AbstractContextManager[None]:
        return hold(path, purpose, self.now())

    def fetch(self, url: str, timeout: float = 10) -> bytes:
        from mnemon_installer.world.fetching import fetch  # urllib costs every command 15 ms, and few fetch

        return fetch(url, timeout)

    def ask(
        self, url: str, token: str = "", body: bytes | None = None, timeout: float = 10, changes: bool = True
    ) -> Answer:
        from mnemon_installer.world.fetching import ask  # as above

        return ask(url, token, body, timeout)

    def now(self) -> datetime:
        return datetime.now(UTC)
