"""Precision and recall on the golden set, of which one half was never looked at."""

from __future__ import annotations

import os
import re
from functools import reduce
from operator import add
from pathlib import Path

import pytest
from tests.golden.cases import HALVES, Case, all_cases, load_cases
from tests.golden.scoring import Score, said_in, score
from tests.golden.surfacing import surfacing

from mnemon_server.llm.heuristics import Heuristics
from mnemon_server.llm.summary import Summary, summarize


def scored(case: Case) -> Score:
    return score(case, [(each.role, each.text) for each in Heuristics().extract(said_in(case))])


@pytest.mark.parametrize("half", HALVES)
def test_what_is_kept_is_worth_keeping_and_most_of_that_is_kept(half: str) -> None:
    total = reduce(add, map(scored, load_cases(half)))
    assert total.precision >= 0.85, total
    assert total.recall >= 0.60, total


@pytest.mark.parametrize("half", HALVES)
def test_nothing_of_tool_results_attachments_or_what_was_injected_is_kept(half: str) -> None:
    for case in load_cases(half):
        spoken = " ".join(each.text for each in said_in(case))
        kept = [each.text for each in Heuristics().extract(said_in(case))]
        assert all(_words(text) <= _words(spoken) for text in kept), case.name


@pytest.mark.parametrize("half", HALVES)
def test_the_right_memories_surface_and_seldom_any_other(half: str, tmp_path: Path) -> None:
    """By words alone, in a vault that holds what all sessions of the half left."""
    found = surfacing(tmp_path / "vault", load_cases(half))
    assert found.hits >= 0.80 * found.related, found
    assert found.silent >= 0.94 * found.unrelated, found


@pytest.mark.model
def test_with_a_model_at_hand_meaning_helps_and_stays_as_quiet(tmp_path: Path) -> None:
    """Both halves in one vault, so that there are vectors enough to know the model's background."""
    model = os.environ.get("MNEMON_TEST_MODEL", "")
    if not model:
        pytest.skip("MNEMON_TEST_MODEL names no folder with a model")
    cases = all_cases()
    words, hybrid = surfacing(tmp_path / "words", cases), surfacing(tmp_path / "hybrid", cases, model)
    assert hybrid.hits >= words.hits, (words, hybrid)
    assert hybrid.silent >= words.silent - 1, (words, hybrid)


def test_trivial_sessions_leave_nothing_at_all() -> None:
    for case in all_cases():
        if case.category == "trivial":
            said = said_in(case)
            assert Heuristics().extract(said) == [], case.name
            assert summarize(said, [], case.session.files) is None, case.name


@pytest.mark.parametrize("half", HALVES)
def test_a_summary_tells_the_goal_the_files_and_the_next_step(half: str) -> None:
    """Of the sessions that are not trivial: nine in ten get one; its goal and its next step are the labelled ones."""
    cases = [case for case in load_cases(half) if not case.session.trivial]
    made = [(case, summary) for case in cases if (summary := _summary(case))]
    assert len(made) >= 0.9 * len(cases)
    goals = [all(word.lower() in summary.goal.lower() for word in case.session.goal_words) for case, summary in made]
    assert sum(goals) >= 0.7 * len(made)
    steps = [
        _words(case.session.next) <= _words(" ".join([summary.next, *summary.open]))
        for case, summary in made
        if case.session.next
    ]
    assert sum(steps) >= 0.6 * len(steps)
    assert all(set(summary.files) == set(case.session.files) for case, summary in made)


def _summary(case: Case) -> Summary | None:
    said = said_in(case)
    return summarize(said, Heuristics().extract(said), case.session.files)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.replace("[secret removed]", "").lower()))
