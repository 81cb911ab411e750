"""What it costs until `mnemon serve` has answered its client's first question, with the processes that it starts."""

from __future__ import annotations

import ctypes
import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measure import seconds
from tests.server.serve.resident import processes
from tests.server.serve.resident.clients import SCRIPT

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER


@dataclass(frozen=True)
class Cost:
    """CPU and wall seconds of one run."""

    cpu: float
    wall: float


@dataclass(frozen=True)
class Costs:
    """Of several runs of the same."""

    runs: Sequence[Cost]

    @property
    def cpu(self) -> float:
        return statistics.median(run.cpu for run in self.runs)

    @property
    def least_cpu(self) -> float:
        return min(run.cpu for run in self.runs)

    @property
    def wall(self) -> float:
        return min(run.wall for run in self.runs)

    def __str__(self) -> str:
        return f"{self.cpu * 1000:.0f} ms (least {self.least_cpu * 1000:.0f})"


def ran(command: Sequence[str], environment: Mapping[str, str], rounds: int, data: bytes = b"") -> Costs:
    """A command that ends by itself, several times; `data` is its input."""
    runs = []
    for _ in range(rounds):
        before, began = _of_children(), time.monotonic()
        subprocess.run(command, env=dict(environment), check=True, stdout=subprocess.DEVNULL, input=data)
        wall = time.monotonic() - began
        runs.append(Cost(_of_children() - before, wall))
    return Costs(runs)


def _of_children() -> float:
    """CPU seconds of all that we have waited for."""
    return seconds(resource.getrusage(resource.RUSAGE_CHILDREN))


def first_answer(environment: Mapping[str, str], question: bytes) -> Cost:
    """All that was started is ended the moment the answer is there, and waited for: the kernel has the sum."""
    with _adopting() as orphans:
        before, began = _of_children(), time.monotonic()
        pump = _pump(environment, question)
        answer = _answer(pump)
        wall = time.monotonic() - began
        there = [*orphans(), pump.pid]
        processes.kill([pump.pid, *there])
        _put_away(pump)
        for process in there:
            with suppress(ChildProcessError):
                os.waitpid(process, 0)
        assert b'"result"' in answer, answer
        return Cost(_of_children() - before, wall)


@contextmanager
def _adopting() -> Iterator[Callable[[], set[int]]]:
    """Whoever is left by its parent becomes our child; yields what finds those that were not there before."""
    assert ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0) == 0
    before = _children()
    try:
        yield lambda: _children() - before
    finally:
        ctypes.CDLL(None).prctl(_SUBREAPER, 0, 0, 0, 0)


def _children() -> set[int]:
    return {
        int(number) for task in Path("/proc/self/task").iterdir() for number in (task / "children").read_text().split()
    }


def join(environment: Mapping[str, str], question: bytes) -> tuple[Cost, float, float]:
    """A client that comes to a resident: what the pump costs until it has its answer; its memory in megabytes, and its
    proportional share."""
    before, began = _of_children(), time.monotonic()
    pump = _pump(environment, question)
    answer = _answer(pump)
    wall = time.monotonic() - began
    sizes = processes.resident_megabytes(pump.pid), processes.own_megabytes(pump.pid)
    pump.kill()
    _put_away(pump)
    assert b'"result"' in answer, answer
    return Cost(_of_children() - before, wall), *sizes


def _pump(environment: Mapping[str, str], question: bytes) -> subprocess.Popen[bytes]:
    pump = subprocess.Popen((SCRIPT, "serve"), env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert pump.stdin is not None
    pump.stdin.write(question)
    pump.stdin.flush()
    return pump


def _answer(pump: subprocess.Popen[bytes]) -> bytes:
    assert pump.stdout is not None
    return pump.stdout.readline()


def _put_away(pump: subprocess.Popen[bytes]) -> None:
    assert pump.stdin is not None
    assert pump.stdout is not None
    pump.stdin.close()
    pump.stdout.close()
    pump.wait()
