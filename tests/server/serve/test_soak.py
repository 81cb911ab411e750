"""A minute of mixed load on a server that is killed every twenty seconds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.bench.soak import soak

pytestmark = [
    pytest.mark.seeded,
    pytest.mark.skipif("MNEMON_TEST_SEEDED" not in os.environ, reason="MNEMON_TEST_SEEDED=1 runs it"),
]


def test_nothing_acknowledged_is_lost_and_no_client_starts_over(tmp_path: Path) -> None:
    found = soak(tmp_path, seconds=60, every=20)
    assert found.restarts == 2
    assert found.calls > 500
    assert len(found.saved) > 100
    assert found.lost == []
    assert found.started_over == 0
    assert found.failed == []
    assert found.growth < 1.25, found.sizes
