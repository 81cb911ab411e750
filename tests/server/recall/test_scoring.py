"""Fusion, decay and the multiplicative prior, by their formulas."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.conftest import DAY, NOON

from mnemon_server.memory import Memory
from mnemon_server.recall.decay import effective_half_life, is_past_half_life, recency
from mnemon_server.recall.fuse import fuse, min_max
from mnemon_server.recall.score import score

NOTE = Memory(1, "u", "t", "c", "note", 0.5, False, "", "", None, NOON, NOON, None, 0)


def test_min_max_spans_zero_to_one() -> None:
    assert min_max({1: 2.0, 2: 4.0, 3: 3.0}) == {1: 0.0, 2: 1.0, 3: 0.5}


def test_min_max_of_equal_values_is_one() -> None:
    assert min_max({1: 2.0, 2: 2.0}) == {1: 1.0, 2: 1.0}
    assert min_max({}) == {}


def test_words_alone_decide_where_no_vector_exists() -> None:
    assert fuse({1: 5.0, 2: 1.0}, None) == {1: 1.0, 2: 0.0}


def test_both_sides_count_half() -> None:
    assert fuse({1: 4.0, 2: 0.0}, {1: 0.2, 2: 0.8}) == {1: 0.5, 2: 0.5}


def test_a_memory_without_a_vector_counts_as_the_farthest() -> None:
    assert fuse({1: 4.0, 2: 0.0, 3: 0.0}, {2: 0.2, 3: 0.8}) == {1: 0.5, 2: 0.0, 3: 0.5}


@pytest.mark.parametrize(
    ("kind", "accesses", "half_life"),
    [("note", 0, 60), ("note", 5, 90), ("note", 20, 180), ("note", 500, 180), ("handoff", 0, 30), ("project", 0, 120)],
)
def test_each_access_stretches_the_half_life_up_to_three_times(kind: str, accesses: int, half_life: float) -> None:
    assert effective_half_life(replace(NOTE, type=kind, access_count=accesses)) == pytest.approx(half_life)


def test_recency_halves_with_each_half_life() -> None:
    assert recency(NOTE, NOON) == 1.0
    assert recency(NOTE, NOON + 60 * DAY) == pytest.approx(0.5)
    assert recency(NOTE, NOON + 120 * DAY) == pytest.approx(0.25)


def test_decisions_never_fade() -> None:
    decision = replace(NOTE, type="decision")
    assert recency(decision, NOON + 10_000 * DAY) == 1.0
    assert not is_past_half_life(decision, NOON + 10_000 * DAY)


def test_a_clock_that_ran_ahead_does_no_harm() -> None:
    assert recency(NOTE, NOON - 5 * DAY) == 1.0


def test_the_prior_only_breaks_ties() -> None:
    stale = replace(NOTE, base_confidence=0.0)
    best = score(NOTE, 1.0, 0, None, NOON).total / score(stale, 1.0, 0, None, NOON + 9_999 * DAY).total
    assert best < 1.2
    assert score(NOTE, 1.0, 0, None, NOON).total == pytest.approx(1 + 0.1 * 0.5 + 0.1 * (0.5 - 0.7))


def test_pinning_adds_confidence_up_to_one() -> None:
    assert replace(NOTE, pinned=True).confidence == pytest.approx(0.8)
    assert replace(NOTE, pinned=True, base_confidence=0.85).confidence == 1.0
