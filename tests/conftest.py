"""What every test stands on: a home of its own, a clock it can turn, a tiny model that is really loaded."""

from __future__ import annotations

import atexit
import gc
import importlib.util
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import hypothesis
import pytest
from tests.tiny_model import build_tiny_model
from tests.warm_start import WARM

from mnemon_server.actions.context import ActionContext
from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings
from mnemon_server.vault.connection import Vault

# Where Pulumi was imported first, programs that other tests start would die now and then: see mnemon_infra.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")

# Found at random on a developer's machine, the same examples everywhere else: a check of one change may not
# fail for another.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("steady")

IN_MEMORY = Path("/dev/shm")


def _has_room(folder: Path) -> bool:
    """Room enough for what the tests write, and programs may be started from it."""
    if sys.platform != "linux" or not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize > 2 * 1024**3 and not found.f_flag & os.ST_NOEXEC


def _make_root(folder: Path) -> Path:
    """One of this run's own: a resident's socket is called after its vault's folder, and may outlive it. Goes at the
    end, but for what has failed, which stays for a day."""
    for former in folder.glob("mnemon-tests-*"):
        if time.time() - former.lstat().st_mtime > 86_400:
            shutil.rmtree(former, ignore_errors=True)
    root = Path(tempfile.mkdtemp(prefix="mnemon-tests-", dir=folder))

    def go() -> None:
        if not any(each.is_dir() and not each.is_symlink() for each in root.glob("pytest-of-*/*")):
            shutil.rmtree(root, ignore_errors=True)

    atexit.register(go)
    return root


# The installer waits for the disk after every file that it writes, and a vault after every transaction; the marked
# suite waits with them. The processes of one run find the root in their environment.
if not os.environ.get("MNEMON_TEST_SEEDED") and "PYTEST_DEBUG_TEMPROOT" not in os.environ and _has_room(IN_MEMORY):
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(_make_root(IN_MEMORY))

NOON = 1_780_000_000_000  # a moment in 2026, in milliseconds
DAY = 86_400_000
_HAS_UI = all(importlib.util.find_spec(name) for name in ("streamlit", "umap"))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, and no setting of the developer's leaking in."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    for name in ("CLAUDE_CONFIG_DIR", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("MNEMON_VAULT_DIR", "MNEMON_MODEL_PATH", "MNEMON_REMOTE_URL", "MNEMON_LOCAL_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in [name for name in os.environ if name.startswith(("AWS_", "MNEMON_S3_", "MNEMON_VAULT_NAME"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MNEMON_RESIDENT", "off")  # tests of the resident take this back
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")  # it is asked over the network
    return folder


@pytest.fixture(scope="session", autouse=True)
def warm_start_ends() -> Iterator[None]:
    yield
    WARM.end()


@pytest.fixture
def settings(home: Path) -> Settings:
    """A vault folder that does not exist yet, and no model."""
    return Settings(home / ".mnemon")


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture
def with_model(settings: Settings, tiny_model: Path) -> Settings:
    return replace(settings, model_path_from_environment=str(tiny_model))


@dataclass
class Clock:
    """Milliseconds that only move when told to."""

    now: int = NOON

    def __call__(self) -> int:
        return self.now

    def pass_days(self, days: float) -> None:
        self.now += int(days * DAY)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_client(clock: Clock) -> Iterator[Callable[..., InProcess]]:
    """Open clients of a vault on the test's clock; closed when the test ends."""
    opened: list[InProcess] = []

    def open_one(settings: Settings, caller: str = "test", session: str = "") -> InProcess:
        client = InProcess(settings, caller)
        client.context = replace(client.context, clock=clock, session=session)
        opened.append(client)
        return client

    yield open_one
    for client in opened:
        client.close()


@pytest.fixture
def client(open_client: Callable[..., InProcess], settings: Settings) -> InProcess:
    """A client of an empty vault, by words only."""
    return open_client(settings)


@pytest.fixture
def hybrid(open_client: Callable[..., InProcess], with_model: Settings) -> InProcess:
    """A client of an empty vault, with the tiny model."""
    return open_client(with_model)


@pytest.fixture
def context(client: InProcess) -> ActionContext:
    return client.context


@pytest.fixture
def vault(settings: Settings) -> Iterator[Vault]:
    opened = Vault(settings.vault_path)
    yield opened
    opened.close()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is read and collected stays to the end: looking for garbage among it costs a seventh of all the tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Half as many again as there are cores: who waits for a process or a deadline leaves its own idle. One each for
    the kills and faults of the marked suite, whose deadlines are meant for a machine that has time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
    return cores if os.environ.get("MNEMON_TEST_SEEDED") else max(2, cores * 3 // 2)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests of the dashboard's pages need what draws them, and some of them somebody who looks."""
    marks = {mark.name for mark in item.iter_markers()}
    if {"ui", "browser"} & marks and not _HAS_UI:
        pytest.skip("the extra [ui] is not installed")
    if "browser" in marks and not (os.environ.get("MNEMON_TEST_CHROMIUM") and importlib.util.find_spec("playwright")):
        pytest.skip("MNEMON_TEST_CHROMIUM names no browser, or the package playwright is not installed")


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """A short name for a long text: pytest puts the name of the test into the environment of every program."""
    return f"{argname}-of-{len(val)}" if isinstance(val, str | bytes) and len(val) > 100 else None
