"""The cases of the golden set as values."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

HALVES = ("seen", "held-out")
_FOLDER = Path(__file__).parents[1] / "fixtures/transcripts"

RawTurn = dict[str, Any]  # Any: one key tells the kind of turn, the shape of its value depends on it


@dataclass(frozen=True)
class Statement:
    """One sentence worth keeping, as it stands in the turn."""

    kind: str
    role: str
    said: str
    title: str


@dataclass(frozen=True)
class Session:
    """What a summary of the session should know."""

    trivial: bool
    files: tuple[str, ...]
    goal_words: tuple[str, ...]
    next: str | None


@dataclass(frozen=True)
class Later:
    """A prompt of a later session and the statements (places in `keep`) that help with it."""

    prompt: str
    needs: tuple[int, ...]


@dataclass(frozen=True)
class Case:
    """One session. A failed test shows its name, never its content: one half is not to be looked at."""

    name: str
    client: str
    language: str
    category: str
    cwd: str
    turns: tuple[RawTurn, ...] = field(repr=False)
    keep: tuple[Statement, ...] = field(repr=False)
    optional: tuple[Statement, ...] = field(repr=False)
    session: Session = field(repr=False)
    related: tuple[Later, ...] = field(repr=False)
    unrelated: tuple[str, ...] = field(repr=False)

    @property
    def said(self) -> tuple[tuple[str, str], ...]:
        """What people and models said: role and text, in order."""
        return tuple((role, turn[role]) for turn in self.turns for role in ("user", "assistant") if role in turn)


@cache
def load_cases(half: str) -> tuple[Case, ...]:
    """The cases of a half, by name."""
    return tuple(_case(json.loads(path.read_text("utf-8"))) for path in sorted((_FOLDER / half).glob("*.json")))


def all_cases() -> tuple[Case, ...]:
    """The cases of both halves."""
    return tuple(case for half in HALVES for case in load_cases(half))


def _case(data: dict[str, Any]) -> Case:  # Any: JSON, checked by the types above only where it is used
    session, later = data["session"], data["later"]
    return Case(
        name=data["name"],
        client=data["client"],
        language=data["language"],
        category=data["category"],
        cwd=data["cwd"],
        turns=tuple(data["turns"]),
        keep=tuple(Statement(**statement) for statement in data["keep"]),
        optional=tuple(Statement(**statement) for statement in data["optional"]),
        session=Session(
            trivial=session["trivial"],
            files=tuple(session["files"]),
            goal_words=tuple(session["goal_words"]),
            next=session["next"],
        ),
        related=tuple(Later(prompt=one["prompt"], needs=tuple(one["needs"])) for one in later["related"]),
        unrelated=tuple(later["unrelated"]),
    )
