"""Clients of a server that behaves badly, and a machine that has joined one that is real."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.remote_server import RemoteServer, serving
from tests.server.client.joined import Type, join
from tests.server.client.scripted import TOKEN, VaultAt

from mnemon_installer.cli.main import run
from mnemon_server.client.remote import RemoteVault


@pytest.fixture
def vault_at() -> Iterator[VaultAt]:
    """A client of the vault at an address, hung up when the test ends."""
    opened: list[RemoteVault] = []

    def open_one(url: str, patience: float = 0.3, **named: str) -> RemoteVault:
        opened.append(RemoteVault(url, TOKEN, **({"caller": "cli"} | named), patience=patience))
        return opened[-1]

    yield open_one
    for vault in opened:
        vault.close()


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteServer]:
    """With an empty vault of its own."""
    with serving(tmp_path_factory.mktemp("server")) as one:
        yield one


@pytest.fixture
def machine(home: Path, server: RemoteServer) -> Iterator[Path]:
    """A machine that has joined the server; whatever the test does, no vault comes to be on it."""
    join(home, server.url)
    yield home
    assert not list(home.rglob("default.sqlite*"))


@pytest.fixture
def mnemon(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Type:
    """Carry out one command line in this process."""

    def typed(*words: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = run(list(words))
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return typed
