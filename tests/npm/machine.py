"""A machine of its own for a tool from npm: throw-away home and vault, programs bounded in time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 90.0  # seconds; the tools take one or two


@dataclass(frozen=True)
class Machine:
    """`mnemon` is the command of the environment that runs the tests; nothing of the developer's leaks in. With `off`
    for the resident each program works by itself."""

    home: Path
    mnemon: Path
    resident: str = ""

    @property
    def vault_folder(self) -> Path:
        return self.home / "vault"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "MNEMON_RESIDENT": self.resident,
            "MNEMON_VAULT_DIR": str(self.vault_folder),
            "LANG": "C.UTF-8",
        }

    def run(self, *argv: str | Path, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run a program in the home folder until it ends, and end whatever it left behind."""
        return run_bounded([str(word) for word in argv], self.environment | extra, self.home)

    def result(self, *arguments: str) -> Any:  # Any: JSON
        """What a mnemon command answers with --json."""
        done = self.run(self.mnemon, *arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["result"]


def run_bounded(argv: list[str], environment: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    with subprocess.Popen(
        argv,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=PATIENCE)
        finally:
            _end_group(process.pid)
    return subprocess.CompletedProcess(argv, process.returncode, out, err)


def _end_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return  # all of them have left by themselves
