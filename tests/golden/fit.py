"""Fit the weights of the heuristics: `python -m tests.golden.fit`. The held-out half takes no part.

A logistic regression with an L2 penalty: it minimises `|w|^2 / 2 + C * sum of log losses`, the bias free of penalty.
The thresholds are where, over all labelled transcripts in turn left out, precision reaches its target.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tests.golden.cases import Case, load_cases
from tests.golden.scoring import Label, labels_of, matches

import mnemon_server.llm
from mnemon_server.llm.features import features, signs_in
from mnemon_server.llm.heuristics import may_stand_alone
from mnemon_server.llm.sentences import sentences
from mnemon_server.llm.wording import trimmed

WEIGHTS = Path(mnemon_server.llm.__file__).with_name("weights.json")
FITTED = ("seen", "practice")
ROLES = ("user", "assistant")
C = 0.3
FEWEST = 3  # sentences with a feature that is to have a weight
FOLDS = 8
# A model's explanations are hard to tell from what it found out, and what it said waits in the inbox in any case.
PRECISION = {"user": 0.85, "assistant": 0.82}
_STEPS = 60
_SMALLEST = 0.02


@dataclass(frozen=True)
class Example:
    """A sentence as features, the labels it answers, and the case it is from."""

    features: dict[str, float]
    answers: tuple[Label, ...]
    case: str


def main() -> None:
    """Write weights.json and say what leaving each eighth of the cases out came to."""
    cases = [case for half in FITTED for case in load_cases(half)]
    fitted = {}
    for role in ROLES:
        examples = [example for case in cases for example in examples_of(case, role)]
        wanted = sum(label.role == role for case in cases for label in labels_of(case))
        threshold, precision, recall = _threshold(examples, wanted, PRECISION[role])
        weights, bias = fit(examples)
        print(
            f"{role}: {len(examples)} sentences, threshold {threshold}, precision {precision:.3f}, recall {recall:.3f}"
        )
        kept = {name: round(weight, 2) for name, weight in sorted(weights.items()) if abs(weight) >= _SMALLEST}
        fitted[role] = {"bias": round(bias, 3), "threshold": threshold, "weights": kept}
    WEIGHTS.write_text(json.dumps(fitted, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")


def examples_of(case: Case, role: str) -> list[Example]:
    """The sentences of one role; those that only answer a borderline label take no part."""
    found = []
    for turn in case.turns:
        for sentence in sentences(turn.get(role, "")):
            if not may_stand_alone(sentence.text):
                continue
            answers = tuple(label for label in labels_of(case) if matches(label, role, sentence.text))
            if answers and all(label.optional for label in answers):
                continue
            text = trimmed(sentence.text)
            kept = tuple(label for label in answers if not label.optional)
            found.append(Example(features(sentence, text, signs_in(text)), kept, case.name))
    return found


def fit(examples: Sequence[Example]) -> tuple[dict[str, float], float]:
    """The weights and the bias, by Newton's method."""
    counts = Counter(name for example in examples for name in example.features)
    names = sorted(name for name, count in counts.items() if count >= FEWEST)
    place = {name: number for number, name in enumerate(names)}
    rows = np.zeros((len(examples), len(names) + 1))
    rows[:, -1] = 1.0
    for number, example in enumerate(examples):
        for name, value in example.features.items():
            if name in place:
                rows[number, place[name]] = value
    truth = np.array([bool(example.answers) for example in examples], dtype=float)
    penalty = np.ones(len(names) + 1)
    penalty[-1] = 1e-9
    weights = np.zeros(len(names) + 1)
    for _ in range(_STEPS):
        guessed = 1 / (1 + np.exp(-rows @ weights))
        gradient = penalty * weights + C * rows.T @ (guessed - truth)
        if np.abs(gradient).max() < 1e-6:
            break
        curvature = np.diag(penalty) + C * (rows.T * (guessed * (1 - guessed))) @ rows
        weights -= np.linalg.solve(curvature, gradient)
    return {name: float(weights[number]) for name, number in place.items()}, float(weights[-1])


def _threshold(examples: Sequence[Example], wanted: int, least: float) -> tuple[float, float, float]:
    """The lowest threshold with a precision of `least`, and what it comes to, on cases that were left out."""
    cases = sorted({example.case for example in examples})
    guessed: list[tuple[float, Example]] = []
    for fold in range(FOLDS):
        left_out = set(cases[fold::FOLDS])
        weights, bias = fit([example for example in examples if example.case not in left_out])
        for example in examples:
            if example.case in left_out:
                total = bias + sum(weights.get(name, 0.0) * value for name, value in example.features.items())
                guessed.append((1 / (1 + float(np.exp(-total))), example))
    for hundredths in range(30, 90):
        chosen = [example for probability, example in guessed if probability >= hundredths / 100]
        right = [example for example in chosen if example.answers]
        precision = len(right) / max(1, len(chosen))
        if precision >= least:
            recall = len({(e.case, label.said) for e in right for label in e.answers}) / wanted
            return hundredths / 100, precision, recall
    raise AssertionError("no threshold reaches the precision")


if __name__ == "__main__":
    main()
