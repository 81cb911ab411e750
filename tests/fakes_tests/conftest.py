"""A world of the stand-in, whose processes end with the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fakes.fly.install import stop_everything
from tests.fakes_tests.fly_world import World, processes_of


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.made(tmp_path)
    yield made
    stop_everything(made.state)
    assert processes_of(tmp_path) == []
