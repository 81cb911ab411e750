"""Vaults for the pages to show, and nothing of one test left for the next."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.dashboard.sample import fill
from tests.remote_server import RemoteServer, serving
from tests.server.client.joined import join

from mnemon_server.client import connect
from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings


@pytest.fixture(autouse=True)
def books_are_closed() -> Iterator[None]:
    """The app keeps its vault for as long as the process runs, which is too long here."""
    yield
    if frame := sys.modules.get("mnemon_server.dashboard.frame"):
        frame.close_books()


@pytest.fixture
def empty_home(home: Path) -> Path:
    """A machine without a memory."""
    return home


@pytest.fixture(scope="session")
def sample_vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the made-up vault; to be copied."""
    folder = tmp_path_factory.mktemp("sample") / ".mnemon"
    client = connect(Settings(folder), "claude-code")
    fill(client)
    client.close()
    return folder


@pytest.fixture
def filled_home(home: Path, sample_vault: Path) -> Path:
    """A machine with the made-up vault of `sample.py`."""
    shutil.copytree(sample_vault, home / ".mnemon")
    return home


@pytest.fixture
def vault(filled_home: Path) -> Iterator[InProcess]:
    """The vault that the pages show, as another client has it."""
    client = InProcess(Settings(filled_home / ".mnemon"), "claude-code")
    yield client
    client.close()


@pytest.fixture
def server(tmp_path: Path, sample_vault: Path) -> Iterator[RemoteServer]:
    """A real server of the made-up vault, running."""
    folder = tmp_path / "server"
    folder.mkdir()
    shutil.copytree(sample_vault, folder / ".mnemon")
    with serving(folder) as one:
        yield one


@pytest.fixture
def joined_home(home: Path, server: RemoteServer) -> Path:
    """A machine that has joined that server, and no vault of its own."""
    join(home, server.url)
    return home
