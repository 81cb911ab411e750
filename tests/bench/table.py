"""Figures as a table for people, or as one JSON object."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import apsw
from tests.bench.measure import Figure
from tests.bench.vaults import model_folder


def machine() -> dict[str, Any]:  # Any: JSON
    model = model_folder()
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": apsw.sqlite_lib_version(),
        "apsw": apsw.apsw_version(),
        "platform": f"{sys.platform} {platform.machine()}",
        "model": model.name if model else None,
    }


def header() -> Iterator[str]:
    yield ", ".join(f"{name} {value}" for name, value in machine().items())
    yield f"{'':55} {'figure':>9} {'':4} {'target':>7} {'ratio':>6}"


def line(figure: Figure) -> str:
    target = "" if figure.target is None else f"{figure.target:g}"
    ratio = f"{figure.value / figure.target:.2f}" if figure.target else ""
    told = f"{figure.name:55} {figure.value:9.2f} {figure.unit:4} {target:>7} {ratio:>6} {figure.verdict:7}"
    return f"{told} {figure.note}".rstrip()


def as_json(figures: Sequence[Figure]) -> str:
    rows = [
        {
            "name": figure.name,
            "value": figure.value,
            "unit": figure.unit,
            "target": figure.target,
            "verdict": figure.verdict or None,
            "note": figure.note,
        }
        for figure in figures
    ]
    return json.dumps({"machine": machine(), "figures": rows}, indent=1)
