"""Figures, and how CPU time is taken."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One line of the table. A figure without a target is there for information; smaller is better."""

    name: str
    value: float
    unit: str
    target: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        return "met" if self.value <= self.target else "missed"


@dataclass(frozen=True)
class Bench:
    """How a run was asked for: where prepared vaults are kept, and whether to take the full sizes."""

    cache: Path
    full: bool

    @property
    def sizes(self) -> tuple[int, ...]:
        return (1_000, 10_000, 50_000) if self.full else (1_000, 10_000)

    @property
    def largest(self) -> int:
        return self.sizes[-1]


def cpu_of(command: Sequence[str], environment: Mapping[str, str], rounds: int, data: bytes = b"") -> float:
    """Median CPU seconds of a command that ends by itself, with the children it waited for; `data` is its input."""
    taken = []
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, env=dict(environment), check=True, stdout=subprocess.DEVNULL, input=data)
        taken.append(seconds(resource.getrusage(resource.RUSAGE_CHILDREN)) - seconds(before))
    return statistics.median(taken)


def seconds(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def milliseconds_of(work: Callable[..., object], *arguments: Any, **named: Any) -> float:  # Any: as `work` takes them
    """CPU of this thread for one call of `work`."""
    before = time.thread_time()
    work(*arguments, **named)
    return (time.thread_time() - before) * 1000


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """What a child sees: a home of its own, none of the developer's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MNEMON_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | {"HOME": str(home), "USERPROFILE": str(home), "MNEMON_RESIDENT": "off"} | more
