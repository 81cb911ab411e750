"""What each piece of evidence about a pair weighs: two logistic regressions, fitted by tests/contradictions/fit.py."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from mnemon_server.llm.pairs.evidence import Evidence

_LARGEST = 30.0  # beyond it the exponential says nothing more


@dataclass(frozen=True)
class Weights:
    """`probability = 1 / (1 + exp(-(bias + sum of weight x value)))`; from `threshold` on it is said to be so."""

    bias: float
    threshold: float
    of: Mapping[str, float]

    def probability(self, found: Mapping[str, Evidence]) -> float:
        total = self.bias + sum(self.of.get(name, 0.0) * each.value for name, each in found.items())
        return 1.0 / (1.0 + math.exp(-max(-_LARGEST, min(_LARGEST, total))))


@cache
def weights_of(question: str) -> Weights:
    """`conflict`: whether one of the two should give way; `update`: whether such a one is an update."""
    # Imported here: it takes longer than everything else of this judge.
    from importlib.resources import files

    text = files("mnemon_server.llm").joinpath("pair_weights.json").read_text(encoding="utf-8")
    fitted = json.loads(text)[question]
    return Weights(fitted["bias"], fitted["threshold"], fitted["weights"])
