"""A resident that is killed every few seconds, under many clients at once."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from tests.resident import residents
from tests.seeded import seeded
from tests.server.serve.resident import processes
from tests.server.serve.resident.storm import MIDDLE, SMALL, Stormed, storm

from mnemon_server.resident.launch import reach

pytestmark = pytest.mark.skipif(not Path("/proc/net/unix").exists(), reason="who listens is read from Linux's /proc")


@seeded
def test_a_few_clients_outlive_their_server_twice(tmp_path: Path) -> None:
    found = storm(_home(tmp_path), SMALL)
    _require_nothing_amiss(found)
    assert found.calls >= SMALL.calls
    assert found.kills == SMALL.most


@seeded
def test_twenty_clients_outlive_it_nine_times_and_search_by_meaning(tmp_path: Path, tiny_model: Path) -> None:
    found = storm(_home(tmp_path), MIDDLE, MNEMON_MODEL_PATH=str(tiny_model))
    _require_nothing_amiss(found)
    assert found.calls >= MIDDLE.calls
    assert found.kills >= 6
    assert found.unknown.total() >= 1, "no kill met a change on its way"


def test_one_that_is_killed_before_it_could_answer_is_started_again(home: Path) -> None:
    with residents(home) as there:
        killed = list[int]()

        def kill_the_first() -> None:
            while not killed:
                killed.extend(processes.residents(home / ".mnemon"))
            processes.kill(killed)

        killer = threading.Thread(target=kill_the_first)
        killer.start()
        began = time.monotonic()
        reach(str(home / ".mnemon"), "state", 10.0).close()
        killer.join()
        assert time.monotonic() - began < 8.0
        assert not {*killed} & {*there.until(1)}


def _require_nothing_amiss(found: Stormed) -> None:
    assert found.saved
    assert found.lost == []
    assert found.wrong == []
    assert found.died == 0
    assert found.together == []
    assert found.left_over == []
    assert found.differing == []
    assert found.alone == 0
    told = found.unknown + found.refused
    assert told.keys() <= {"save", "forget"}, told


def _home(folder: Path) -> Path:
    home = folder / "stormy"
    home.mkdir()
    return home
