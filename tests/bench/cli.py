"""Short commands against an interpreter that does nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measure import Bench, Figure, clean_environment, cpu_of
from tests.bench.vaults import Shelf

COMMANDS: tuple[tuple[tuple[str, ...], float | None], ...] = (
    (("--help",), 15.0),
    (("status",), 10.0),
    (("--version",), None),
    (("search", "--words", "sqlite", "timeout"), None),
    (("save", "title", "content"), None),
)


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """Ratios to `python -c pass` of the same interpreter, taken in turns."""
    rounds = 25 if bench.full else 9
    mnemon = Path(sys.executable).with_name("mnemon")
    with TemporaryDirectory(prefix="mnemon-bench-") as home:
        environment = clean_environment(Path(home))
        cpu_of((str(mnemon), "save", "first", "memory"), environment, 1)
        for words, target in COMMANDS:
            nothing = cpu_of((sys.executable, "-c", "pass"), environment, rounds)
            taken = cpu_of((str(mnemon), *words), environment, rounds)
            note = f"{taken * 1000:.0f} ms against {nothing * 1000:.0f} ms"
            yield Figure(f"cli mnemon {' '.join(words[:2])}", taken / nothing, "x", target, note)
