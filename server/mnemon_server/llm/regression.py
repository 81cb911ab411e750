"""A logistic regression as it was fitted: what each sign weighs, and from where on it is said to be so."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

_LARGEST = 30.0  # beyond it the exponential says nothing more


@dataclass(frozen=True)
class Regression:
    """`probability = 1 / (1 + exp(-(bias + sum of weight x value)))`; from `threshold` on it is said to be so."""

    bias: float
    threshold: float
    of: Mapping[str, float]

    def probability(self, found: Mapping[str, float]) -> float:
        total = self.bias + sum(self.of.get(name, 0.0) * value for name, value in found.items())
        return 1.0 / (1.0 + math.exp(-max(-_LARGEST, min(_LARGEST, total))))


@cache
def fitted(file_name: str, question: str) -> Regression:
    """One of those in a file beside this one."""
    # Imported here: it takes longer than everything else of a judge without a model.
    from importlib.resources import files

    found = json.loads(files("mnemon_server.llm").joinpath(file_name).read_text(encoding="utf-8"))[question]
    return Regression(found["bias"], found["threshold"], found["weights"])
