"""What the embedding tests share: the tiny model, settings that name it, and mnemon as a real process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.fakes.hub import FakeHub
from tests.tiny_model import build_tiny_model
from tests.warm_start import WARM

from mnemon_server.settings import Settings

PATIENCE = 30.0  # seconds
REPOSITORY = "Qdrant/bge-small-en-v1.5-onnx-Q"


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_model(tmp_path_factory.mktemp("tiny") / "tiny")


@pytest.fixture
def copy_of_tiny(tiny: Path, tmp_path: Path) -> Path:
    """One that a test may damage."""
    return Path(shutil.copytree(tiny, tmp_path / "tiny"))


@pytest.fixture
def settings_for(tmp_path: Path) -> Callable[[Path], Settings]:
    return lambda folder: Settings(tmp_path / "vault", model_path_from_environment=str(folder))


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model under the file names of the default model."""
    return build_tiny_model(tmp_path_factory.mktemp("hub") / "model", model_file="model_optimized.onnx")


@pytest.fixture
def hub(published: Path) -> Iterator[FakeHub]:
    with FakeHub({REPOSITORY: published}) as hub:
        yield hub


@dataclass(frozen=True)
class Machine:
    """A home folder of its own, and the commands run in it."""

    home: Path
    environment: dict[str, str]

    @property
    def models(self) -> Path:
        return self.home / ".mnemon" / "models"

    def run(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        environment = self.environment | extra
        if WARM.can_run(environment):
            return WARM.run(arguments, environment, self.home, PATIENCE)
        return subprocess.run(
            self.command(*arguments),
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    @staticmethod
    def command(*arguments: str) -> tuple[str, ...]:
        return (sys.executable, "-m", "mnemon_installer.cli", *arguments)

    def large_blob(self) -> Path:
        blobs = self.models / f"models--{REPOSITORY.replace('/', '--')}" / "blobs"
        return next(path for path in blobs.iterdir() if len(path.stem) == 64)


def machine_at(home: Path, hub: FakeHub) -> Machine:
    home.mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return Machine(home, {**kept, "HOME": str(home), "USERPROFILE": str(home), "HF_ENDPOINT": hub.url})


@pytest.fixture
def machine(tmp_path: Path, hub: FakeHub) -> Machine:
    return machine_at(tmp_path / "machine", hub)


@pytest.fixture(scope="session")
def fetched(tmp_path_factory: pytest.TempPathFactory, published: Path) -> Path:
    """A models folder after `mnemon model fetch`."""
    with FakeHub({REPOSITORY: published}) as hub:
        machine = machine_at(tmp_path_factory.mktemp("fetched") / "home", hub)
        done = machine.run("model", "fetch")
    assert done.returncode == 0, done.stderr
    return machine.models


@pytest.fixture
def machine_with_model(machine: Machine, fetched: Path) -> Machine:
    shutil.copytree(fetched, machine.models, symlinks=True)
    return machine
