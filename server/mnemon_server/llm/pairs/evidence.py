"""A piece of evidence about two memories, and how alike two sets of words are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mnemon_server.llm.pairs.stems import SMALL, stem

_LONGEST_QUOTE = 40


class Evidence(NamedTuple):
    """`name` is what the weights know it by; `reason` is for people, and empty where it would tell them nothing."""

    name: str
    value: float
    reason: str = ""


def strongest(found: Iterable[Evidence]) -> dict[str, Evidence]:
    """Of each name the strongest piece, none of them 0."""
    kept: dict[str, Evidence] = {}
    for each in found:
        if each.value > 0 and (each.name not in kept or each.value > kept[each.name].value):
            kept[each.name] = each
    return kept


def share(one: frozenset[str], other: frozenset[str]) -> float:
    """Of the smaller set, what the other one has."""
    return len(one & other) / (min(len(one), len(other)) or 1)


def part(one: frozenset[str], other: frozenset[str]) -> float:
    """Of the first set, what the other one has."""
    return len(one & other) / (len(one) or 1)


def dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other) or 1)


def stems_of(words: Sequence[str]) -> frozenset[str]:
    """Of the words that say something."""
    return frozenset(stem(word) for word in words if word not in SMALL)


def quoted(text: str) -> str:
    """Words of a memory inside a reason."""
    return f"`{cut(text)}`"


def cut(text: str) -> str:
    """One line, not long, and no mark that would end the quotation."""
    plain = " ".join(text.replace("`", "'").split())
    return plain if len(plain) <= _LONGEST_QUOTE else plain[: _LONGEST_QUOTE - 1] + "…"
