"""A machine whose `fly` is the stand-in without a process of its own: a test of a step calls it a dozen times."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from tests.fakes.fly.__main__ import main
from tests.fakes.fly.install import install

from mnemon_installer.world import Completed
from mnemon_installer.world.real import RealWorld


class NearFly(RealWorld):
    """`state` is the stand-in's folder; `printed` all that it has said."""

    def __init__(self, home: Path, root: Path, environment: Mapping[str, str] | None = None) -> None:
        self.state = root / "fly-state"
        self.program = str(install(root / "bin", self.state))
        super().__init__({"HOME": str(home), "PATH": "", "MNEMON_FLY_BIN": self.program}, home, sys.platform)
        self._seen_by_fly = {"FAKEFLY_STATE": str(self.state), **(environment or {})}
        self.printed = ""

    def run(
        self,
        argv: tuple[str, ...],
        input: str | None = None,
        timeout: float = 60,
        changes: bool = True,
        keep: Path | None = None,
    ) -> Completed:
        assert argv[0] == self.program
        output, errors = io.StringIO(), io.StringIO()
        with _standard_input(input or ""), redirect_stdout(output), redirect_stderr(errors):
            status = main(list(argv[1:]), self._seen_by_fly)
        if keep is not None:
            keep.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            keep.touch(0o600)
            keep.write_text(output.getvalue(), encoding="utf-8")
        self.printed += output.getvalue() + errors.getvalue()
        return Completed(status, output.getvalue(), errors.getvalue())


@contextmanager
def _standard_input(text: str) -> Iterator[None]:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(text.encode()))
    try:
        yield
    finally:
        sys.stdin = before
        for number, handler in handlers.items():
            signal.signal(number, handler)
