"""Everything that can go wrong with a call of fly's or of the store's on the way to the web or home."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measure import Bench, Figure
from tests.bench.vaults import Shelf
from tests.scripts.web_trials import Outcome, Trial, prepared

SOME = 12


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """With --full every call of every command in every mode, which takes hours; some otherwise."""
    with TemporaryDirectory(prefix="mnemon-bench-") as root, prepared(Path(root)) as trials:
        wanted = trials.all() if bench.full else trials.some(SOME, seed=1)
        for row, members in groupby(sorted(wanted, key=_row), key=_row):
            yield _figure(row, [trials.carry_out(trial) for trial in members])


def _row(trial: Trial) -> tuple[str, str, str]:
    return trial.flow, f"{trial.call.tool} {trial.call.kind.partition('?')[0]}", trial.mode


def _figure(row: tuple[str, str, str], outcomes: list[Outcome]) -> Figure:
    """How many of the runs of a row did not come to the same end as one in which nothing goes wrong."""
    flow, call, mode = row
    bad = [outcome for outcome in outcomes if outcome.problems]
    notes = [f"{outcome.trial.call} {'saves ' if outcome.trial.saves else ''}{outcome.problems}" for outcome in bad]
    reruns = max(outcome.reruns for outcome in outcomes)
    note = "; ".join([f"{len(outcomes)} runs, at most {reruns} more each", *notes])
    return Figure(f"{flow}: {call} {mode}", len(bad), "", 0.0, note)
