"""Vaults of invented teams, and the pairs of their memories that a vault puts before a judge.

With an embedding model a vault finds twice as many. What it finds then is kept in candidates.json, so that a fit needs
no model: `MNEMON_TEST_MODEL=FOLDER python -m tests.contradictions.histories` makes the file anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.contradictions.scoring import CONFLICTS

from mnemon_server.actions import embed_pending
from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.examining import neighbourhood, pairs
from mnemon_server.client.in_process import InProcess
from mnemon_server.llm import SAME, UNRELATED, Stated
from mnemon_server.llm.comparing import compare
from mnemon_server.settings import Settings
from mnemon_server.vault import memories

_FOLDER = Path(__file__).parent.parent / "fixtures" / "contradictions" / "histories"
_KEPT = _FOLDER / "candidates.json"
# Open to whoever fits weights; those who wrote rules have read the first four.
OPEN = tuple("one three five seven two four six eight nine ten eleven twelve thirteen fourteen".split())
HELD_OUT = ("fifteen", "sixteen", "seventeen", "eighteen")  # take no part in anything
BESIDE = "beside"


@dataclass(frozen=True)
class Marked:
    """Two memories, by id, and what their author says: `update`, `contradiction`, `same`, or `beside` (both stand)."""

    newer: int
    older: int
    relation: str


@dataclass(frozen=True)
class History:
    """What was saved, by id, in the order of time, and what was marked."""

    stated: dict[int, Stated]
    marked: tuple[Marked, ...]


@dataclass(frozen=True)
class Candidate:
    """A pair that the vault puts before a judge; `mark` is empty where the author says nothing of it; `nearness` as in
    `comparing.compare`."""

    newer: int
    older: int
    mark: str
    nearness: float | None

    @property
    def relation(self) -> str:
        return _relation(self.mark)


def kept_candidates(name: str) -> list[Candidate]:
    """As `candidates` found them with the model."""
    return [Candidate(*each) for each in json.loads(_KEPT.read_text("utf-8"))[name]]


@cache
def load_history(name: str) -> History:
    told = [json.loads(line) for line in (_FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines() if line]
    return History(
        {each["id"]: Stated(each["title"], each["content"], each["type"], _milliseconds(each["at"])) for each in told},
        tuple(Marked(each["id"], each["stands"]["to"], each["stands"]["as"]) for each in told if each["stands"]),
    )


def _milliseconds(date: str) -> int:
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp() * 1000)


def candidates(name: str, model: Path | None) -> list[Candidate]:
    """What the vault finds once everything is saved, and has its vectors where there is a model.

    Left out is what nobody marked and what follows from marks: that the third version of a rule is not the first.
    """
    history = load_history(name)
    marks = {(each.newer, each.older): each.relation for each in history.marked}
    groups = _groups(history)
    with _vault_of(history, model) as context:
        found = dict[tuple[int, int], float | None]()
        for memory_id in history.stated:
            with context.vault.read() as connection:
                memory = memories.find_live(connection, memory_id)
                assert memory is not None
                around = neighbourhood(context, connection, memory)
                for pair in pairs(connection, around):
                    nearness = around.meaning.nearness.get(pair.other(memory).id)
                    found[pair.newer.id, pair.older.id] = None if nearness is None else round(nearness, 3)
    return [
        Candidate(newer, older, marks.get((newer, older), ""), nearness)
        for (newer, older), nearness in sorted(found.items())
        if (newer, older) in marks or groups.get(newer, newer) != groups.get(older, older)
    ]


@dataclass(frozen=True)
class Told:
    """What was said of a pair: `mark` and `relation` as of a candidate."""

    mark: str
    relation: str
    verdict: str


def said_of(name: str, found: Sequence[Candidate]) -> list[Told]:
    """Of every pair that was marked or found. Of one that the vault does not find, nothing is said."""
    history = load_history(name)
    told = [Told(each.mark, each.relation, _verdict(history, each)) for each in found]
    known = {(each.newer, each.older) for each in found}
    unseen = [each for each in history.marked if (each.newer, each.older) not in known]
    return told + [Told(each.relation, _relation(each.relation), UNRELATED) for each in unseen]


def _verdict(history: History, each: Candidate) -> str:
    return compare(history.stated[each.newer], history.stated[each.older], each.nearness).relation


def _relation(mark: str) -> str:
    return UNRELATED if mark in ("", BESIDE) else mark


def _groups(history: History) -> dict[int, int]:
    """By id the first memory of those that speak of one thing after the other."""
    groups = dict[int, int]()
    for each in sorted(history.marked, key=lambda mark: mark.newer):
        if each.relation in (SAME, *CONFLICTS):
            groups[each.newer] = groups.setdefault(each.older, each.older)
    return groups


@contextmanager
def _vault_of(history: History, model: Path | None) -> Iterator[ActionContext]:
    with TemporaryDirectory(prefix="mnemon-history-") as folder:
        client = InProcess(Settings(Path(folder), model_path_from_environment=str(model or "")), "test")
        for number, each in history.stated.items():
            moment = each.at + number  # of one day in the order they were written
            client.context = replace(client.context, clock=lambda now=moment: now)  # type: ignore[misc]  # a lambda
            saved: dict[str, Any] = client.call(  # Any: JSON
                "save", title=each.title, content=each.content, content_type=each.type
            )
            assert saved["memory"]["id"] == number
        if model is not None:
            embed_pending.run(client.context)
        yield client.context
        client.close()


def main() -> None:
    model = Path(os.environ["MNEMON_TEST_MODEL"])
    found = {
        name: [[c.newer, c.older, c.mark, c.nearness] for c in candidates(name, model)] for name in (*OPEN, *HELD_OUT)
    }
    lines = (f'"{name}": {json.dumps(each, separators=(",", ":"))}' for name, each in found.items())
    _KEPT.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
