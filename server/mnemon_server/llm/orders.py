"""What is asked of the model's worker, as one line of JSON each way."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

LONGEST_LINE = 100_000  # bytes of an answer; our own are bounded by what prompts may hold
# What the worker says: that its model is loaded; an answer; that it has none, and is well; that it is of no use.
READY, TEXT, DECLINED, TROUBLE = "ready", "text", "declined", "trouble"


@dataclass(frozen=True)
class Order:
    """One question.

    Attributes:
        system: what the model is to do.
        user: the data, fenced.
        schema: JSON schema of the answer.
        tokens: the answer's most.
        seconds: after which it is given up.
    """

    system: str
    user: str
    schema: dict[str, Any]  # Any: JSON
    tokens: int
    seconds: float

    def line(self) -> bytes:
        """For the pipe; half characters, which JSON can smuggle in, are replaced."""
        return to_line(asdict(self))


def to_line(message: dict[str, Any]) -> bytes:  # Any: JSON
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def order_in(line: bytes) -> Order:
    return Order(**json.loads(line))
