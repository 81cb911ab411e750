"""The machine in process: a real world around an empty home folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mnemon_installer.world.real import RealWorld


@pytest.fixture
def world(home: Path) -> RealWorld:
    return RealWorld({"PATH": str(home / "bin"), "HOME": str(home)}, home, sys.platform)
