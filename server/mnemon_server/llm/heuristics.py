"""Statements worth keeping, found by signs in the sentence: no model, no network, a millisecond a message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mnemon_server.llm import Said, Statement
from mnemon_server.llm.secrets import redacted
from mnemon_server.llm.sentences import Sentence, sentences
from mnemon_server.llm.signs import ASSISTANT_SIGNS, USER_SIGNS, Sign
from mnemon_server.llm.titles import title_of
from mnemon_server.llm.wording import has_own_subject, trimmed

USER_THRESHOLD = 1.5
ASSISTANT_THRESHOLD = 1.7
LONGEST = 600  # characters; a longer sentence is pasted text or a whole paragraph
SHORTEST = 25
FEWEST_WORDS = 5
_QUESTION = re.compile(r"[?¿？]\s*[\"')\]*_]*$|^¿")


@dataclass(frozen=True)
class Heuristics:
    """The judge that is always there."""

    name: str = "heuristics"

    def extract(self, said: Sequence[Said]) -> list[Statement]:
        """See the protocol."""
        found: dict[str, Statement] = {}
        for each in said:
            for statement in _of_message(each):
                found.setdefault(statement.text.casefold(), statement)
        return list(found.values())


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
    weight, signs = weigh(sentence, text, role)
    threshold = USER_THRESHOLD if role == "user" else ASSISTANT_THRESHOLD
    if weight < threshold or len(text.split()) < FEWEST_WORDS:
        return None
    clean = redacted(text)
    leading = max((sign for sign, _ in signs if sign.kind), key=lambda sign: sign.weight, default=None)
    kind = leading.kind if leading else "fact"
    cue = next((words for sign, words in signs if sign is leading), "")
    return Statement(clean, title_of(clean), kind, role, cue.lower(), round(weight, 2))


def weigh(sentence: Sentence, text: str, role: str) -> tuple[float, list[tuple[Sign, str]]]:
    """The sum of the signs found, and the signs with the words that show them."""
    signs = list(_found(USER_SIGNS if role == "user" else ASSISTANT_SIGNS, text))
    weight = sum(sign.weight for sign, _ in signs)
    words = len(text.split())
    weight += 0.3 if words >= 12 else 0.0 if words >= 8 else -0.5
    if not has_own_subject(text):
        weight -= 0.5
    if role == "assistant" and sentence.is_item:
        weight -= 0.6
    return weight, signs


def may_stand_alone(text: str) -> bool:
    """A complete sentence of a sensible length, and no question."""
    if not SHORTEST <= len(text) <= LONGEST or len(text.split()) < FEWEST_WORDS:
        return False
    return _QUESTION.search(text) is None and not text.endswith((":", "…", "..."))


def _found(signs: Iterable[Sign], text: str) -> Iterator[tuple[Sign, str]]:
    for sign in signs:
        match = sign.pattern.search(text)
        if match is not None:
            yield sign, match[0].strip()
