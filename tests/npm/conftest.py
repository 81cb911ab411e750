"""The tools from npm, where the environment says they are, and a machine for them."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.npm.machine import Machine
from tests.resident import residents


@pytest.fixture(scope="session")
def mnemon() -> Path:
    """The command of the environment that runs the tests."""
    command = Path(sysconfig.get_path("scripts")) / "mnemon"
    if not command.exists():
        pytest.skip(f"mnemon is not installed beside {sys.executable}")
    return command


@pytest.fixture
def machine(tmp_path: Path, mnemon: Path) -> Iterator[Machine]:
    """A machine with mnemon installed and nothing else; its clients share a resident."""
    home = tmp_path / "machine"
    home.mkdir()
    with residents(home):
        yield Machine(home, mnemon)


@pytest.fixture(scope="session")
def node() -> Path:
    return _named("MNEMON_TEST_NODE", "a Node.js 22 binary")


@pytest.fixture(scope="session")
def inspector() -> Path:
    return _named("MNEMON_TEST_INSPECTOR", "the JavaScript file of the MCP inspector's command line")


@pytest.fixture(scope="session")
def conformance() -> Path:
    return _named("MNEMON_TEST_CONFORMANCE", "the JavaScript file of the MCP conformance suite")


@pytest.fixture(scope="session")
def claude() -> Path:
    return _named("MNEMON_TEST_CLAUDE", "the claude binary")


def _named(variable: str, what: str) -> Path:
    value = os.environ.get(variable, "")
    if not value:
        pytest.skip(f"{variable} does not name {what}")
    path = Path(value).absolute()
    assert path.exists(), f"{variable} names {path}, which is not there"
    return path
