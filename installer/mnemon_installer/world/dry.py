"""A world that notes changes instead of making them; reads see what was noted. This is `--dry-run`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from mnemon_installer.world import Answer, Completed, FileChanged, Sight, World


class DryWorld:
    """`notes` says in order what would have been done."""

    is_rehearsal = True

    def __init__(self, real: World) -> None:
        self._real = real
        self._written: dict[Path, bytes | None] = {}
        self.notes: list[str] = []

    @property
    def environment(self) -> Mapping[str, str]:
        return self._real.environment

    @property
    def home(self) -> Path:
        return self._real.home

    @property
    def platform(self) -> str:
        return self._real.platform

    def look(self, path: Path) -> Sight | None:
        if path not in self._written:
            return self._real.look(path)
        content = self._written[path]
        if content is None:
            return None
        before = self._real.look(path)
        return Sight(False, before.mode if before else 0o600, len(content))

    def read(self, path: Path) -> bytes | None:
        return self._written[path] if path in self._written else self._real.read(path)

    def write(self, path: Path, content: bytes, expected: bytes | None, mode: int = 0o600) -> None:
        self._note(path, content, expected, f"write {path}")

    def remove(self, path: Path, expected: bytes) -> None:
        self._note(path, None, expected, f"remove {path}")

    def _note(self, path: Path, content: bytes | None, expected: bytes | None, note: str) -> None:
        if self.read(path) != expected:
            raise FileChanged(f"{path} was changed by another program meanwhile")
        self._written[path] = content
        self.notes.append(note)

    def run(
        self,
        argv: tuple[str, ...],
        input: str | None = None,
        timeout: float = 60,
        changes: bool = True,
        keep: Path | None = None,
    ) -> Completed:
        if not changes:
            return self._real.run(argv, input, timeout, changes, keep)
        self.notes.append(" ".join(argv))
        return Completed(0, "", "")

    def perform(self, what: str, deed: Callable[[], object]) -> None:
        self.notes.append(what)

    @contextmanager
    def hold(self, path: Path, purpose: str) -> Iterator[None]:
        yield

    def fetch(self, url: str, timeout: float = 10) -> bytes:
        return self._real.fetch(url, timeout)

    def ask(
        self, url: str, token: str = "", body: bytes | None = None, timeout: float = 10, changes: bool = True
    ) -> Answer:
        if not changes:
            return self._real.ask(url, token, body, timeout, changes)
        self.notes.append(f"ask {url}")
        return Answer(200, b"{}")

    def now(self) -> datetime:
        return self._real.now()
