"""The labelled pairs in tests/fixtures/contradictions."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from mnemon_server.llm import UNRELATED, Stated

_FOLDER = Path(__file__).parent.parent / "fixtures" / "contradictions"
# Each by another hand, and open to whoever writes rules.
PRACTICE = ("seen", "practice", "practice_a", "practice_b", "practice_c", "practice_d", "practice_e", "practice_f")
HALVES = (*PRACTICE, "held_out")
# Pairs of a file whose memories come from two of its pairs. Whoever writes pairs writes none that have nothing in
# common, and what was fitted without such takes every word of change for one about the older memory.
STRANGERS = 50


@dataclass(frozen=True)
class Labelled:
    """A pair and what people called it. What it says is not shown when it is printed: one half is not to be looked
    at."""

    id: str
    relation: str
    language: str
    is_hard: bool
    newer: Stated = field(repr=False)
    older: Stated = field(repr=False)


@cache
def load_pairs(half: str) -> tuple[Labelled, ...]:
    """The pairs of a half, in the order of the file."""
    lines = (_FOLDER / f"{half}.jsonl").read_text("utf-8").splitlines()
    return tuple(_pair(json.loads(line)) for line in lines if line)


@cache
def strangers(half: str) -> tuple[Labelled, ...]:
    """Pairs that have nothing to do with each other, always the same ones."""
    chance, found = random.Random(5), list[Labelled]()
    for number in range(STRANGERS):
        one, other = chance.sample(load_pairs(half), 2)
        found.append(Labelled(f"stranger-{number}", UNRELATED, one.language, False, one.newer, other.older))
    return tuple(found)


def _pair(data: Mapping[str, Any]) -> Labelled:  # Any: JSON
    return Labelled(
        data["id"], data["class"], data["language"], data["hard"], _stated(data["newer"]), _stated(data["older"])
    )


def _stated(data: Mapping[str, Any]) -> Stated:  # Any: JSON
    """`at` is a date, or milliseconds."""
    at = data["at"]
    if isinstance(at, str):
        at = int(datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() * 1000)
    return Stated(data["title"], data["content"], data["type"], at)
