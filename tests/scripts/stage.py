"""One machine that is put back to a state again and again: receipts know files by their absolute paths.

Setting a machine up costs two seconds, putting it back a few milliseconds.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.installer.machine import Machine, installed_mnemon


@dataclass(frozen=True)
class Stage:
    """`keep` remembers the home folder under a name, `back_to` makes it so again, times of change included."""

    machine: Machine
    states: Path

    def keep(self, name: str) -> None:
        shutil.copytree(self.machine.home, self.states / name, symlinks=True)

    def back_to(self, name: str) -> Machine:
        shutil.rmtree(self.machine.home)
        shutil.copytree(self.states / name, self.machine.home, symlinks=True)
        return self.machine


def make_stage(folder: pytest.TempPathFactory) -> Stage:
    """A stage with an empty home."""
    root = folder.mktemp("stage")
    (root / "home").mkdir()
    return Stage(Machine(root / "home", installed_mnemon()), root / "states")


def succeeds(machine: Machine, *words: str, **extra: str) -> str:
    """What a command prints that has to end well."""
    done = machine.run(*words, **extra)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
