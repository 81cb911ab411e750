"""Statements worth keeping, found by a linear model over signs and words: no network, a millisecond a message.

The weights are fitted to the labelled transcripts in tests/fixtures/transcripts by `python -m tests.golden.fit`; the
held-out half of the golden set takes no part in that and measures them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mnemon_server.llm import HEURISTICS, Said, Stated, Statement, Verdict
from mnemon_server.llm.comparing import compare
from mnemon_server.llm.features import features, signs_in
from mnemon_server.llm.regression import fitted
from mnemon_server.llm.secrets import redacted
from mnemon_server.llm.sentences import Sentence, sentences
from mnemon_server.llm.sign import Sign
from mnemon_server.llm.summary import Summary, summarize
from mnemon_server.llm.titles import title_of
from mnemon_server.llm.wording import trimmed
from mnemon_server.memory import straight

LONGEST = 600  # characters; a longer sentence is pasted text or a whole paragraph
SHORTEST = 25
FEWEST_WORDS = 5
_QUESTION = re.compile(r"[?¿？]\s*[\"')\]*_]*$|^¿")


@dataclass(frozen=True)
class Heuristics:
    """The judge that is always there."""

    name: str = HEURISTICS

    def extract(self, said: Sequence[Said]) -> list[Statement]:
        """See the protocol."""
        found: dict[str, Statement] = {}
        for each in said:
            for statement in _of_message(each):
                found.setdefault(statement.text.casefold(), statement)
        return list(found.values())

    def summarize(self, said: Sequence[Said], statements: Sequence[Statement], files: Sequence[str]) -> Summary | None:
        """See the protocol."""
        return summarize(said, statements, files)

    def compare(self, newer: Stated, older: Stated) -> Verdict:
        """See the protocol."""
        return compare(newer, older)


def _of_message(said: Said) -> Iterator[Statement]:
    for sentence in sentences(said.text):
        judged = judge(sentence, said.role)
        if judged is not None:
            yield judged


def judge(sentence: Sentence, role: str) -> Statement | None:
    """The statement in a sentence, or None when it is not worth keeping."""
    if not may_stand_alone(sentence.text):
        return None
    text = trimmed(sentence.text)
    plain = straight(text)
    signs = signs_in(plain)
    weights = fitted("weights.json", role)
    probability = weights.probability(features(sentence, plain, signs))
    if probability < weights.threshold or len(text.split()) < FEWEST_WORDS:
        return None
    clean = redacted(text)
    kind, cue = _kind(signs)
    return Statement(clean, title_of(clean), kind, role, cue, round(probability, 3))


def may_stand_alone(text: str) -> bool:
    """A complete sentence of a sensible length, and no question."""
    if not SHORTEST <= len(text) <= LONGEST or len(text.split()) < FEWEST_WORDS:
        return False
    return _QUESTION.search(text) is None and not text.endswith((":", "…", "..."))


def _kind(signs: Sequence[tuple[Sign, str]]) -> tuple[str, str]:
    """What the statement is, and the words that say so: of several signs the first in their order."""
    telling = next(((sign.kind, words) for sign, words in signs if sign.kind), ("fact", ""))
    return telling[0], " ".join(telling[1].lower().split())
