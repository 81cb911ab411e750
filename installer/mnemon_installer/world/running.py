"""Running a program to its end. It does not outlive us: whoever starts the same command again meets no former one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

from mnemon_installer.world import CommandTrouble, Completed, FileTrouble
from mnemon_installer.world.replacing import make_folders

_SET_PDEATHSIG = 1  # of prctl(2)


def run_program(
    argv: tuple[str, ...], input: str | None, timeout: float, environment: Mapping[str, str], keep: Path | None
) -> Completed:
    """As `World.run` says."""
    try:
        with _kept(keep) as output:
            ended = subprocess.run(
                argv,
                input=input,
                stdin=subprocess.DEVNULL if input is None else None,
                stdout=output,
                stderr=subprocess.PIPE,
                timeout=timeout,
                env=dict(environment),
                encoding="utf-8",
                errors="replace",
                check=False,
                preexec_fn=_ends_with_us(),
            )
    except subprocess.TimeoutExpired as trouble:
        raise CommandTrouble(f"{argv[0]} did not end within {timeout:g} s") from trouble
    except OSError as trouble:
        raise CommandTrouble(f"{argv[0]} cannot be started: {trouble.strerror}") from trouble
    said = keep.read_text(encoding="utf-8", errors="replace") if keep is not None else ended.stdout
    return Completed(ended.returncode, said, ended.stderr)


@contextmanager
def _kept(keep: Path | None) -> Iterator[int]:
    """Where the output goes: a pipe, or a file of the owner's."""
    if keep is None:
        yield subprocess.PIPE
        return
    try:
        make_folders(keep.parent)
        descriptor = os.open(keep, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as trouble:
        hint = f"ls -ld {quote(str(keep.parent))}"
        raise FileTrouble(f"{keep} cannot be written: {trouble.strerror}", hint) from trouble
    try:
        yield descriptor
    finally:
        os.close(descriptor)


if sys.platform == "linux":
    import ctypes

    def _ends_with_us() -> Callable[[], None] | None:
        """Run in the child: have it told to end when we are killed, which no other system offers."""
        try:
            prctl = ctypes.CDLL(None).prctl
        except (OSError, AttributeError):  # no libc that can be loaded, or one without it
            return None
        us = os.getpid()

        def ask() -> None:
            prctl(_SET_PDEATHSIG, int(signal.SIGTERM))
            if os.getppid() != us:  # killed before it was asked for
                os.kill(os.getpid(), signal.SIGTERM)

        return ask

else:

    def _ends_with_us() -> Callable[[], None] | None:
        return None
