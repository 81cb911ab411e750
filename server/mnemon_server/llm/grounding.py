"""Whether what a model says was said: its words must stand in the text that it was given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

SHARE = 0.7  # of the telling words
_STEM = 5  # letters: a word may be in another form, not another word
_SHORTEST = 4
_WORD = re.compile(r"[\w'’]+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_NOT = re.compile(
    r"\b(?:not|no|never|none|without|cannot|don'?t|doesn'?t|\w+n[’']t|nicht|nie|niemals|kein\w*|ohne|nunca|jamás|sin"
    r"|ni|ningún|ninguna)\b|[不没未無无]|ない|ません",
    re.IGNORECASE,
)


def telling(text: str) -> set[str]:
    """The beginnings of the words that say what a text is about, and every number in full."""
    found = set()
    for word in _WORD.findall(text.casefold()):
        if any(character.isdigit() for character in word):
            found.add(word)
        elif _UNSPACED.search(word):
            found.update(word[place : place + 2] for place in range(max(1, len(word) - 1)))
        elif len(stem := word.removesuffix("s")) >= _SHORTEST:
            found.add(stem[:_STEM])
    return found


def was_said(text: str, source: str) -> bool:
    """Whether enough of the text's telling words, and all of its numbers, stand in the source."""
    words, there = telling(text), telling(source)
    numbers = {word for word in words if any(character.isdigit() for character in word)}
    return bool(words) and numbers <= there and len(words & there) >= SHARE * len(words)


def nearest(text: str, sentences: Sequence[str]) -> int:
    """The place of the sentence that shares most telling words; the first of equals, -1 when none shares any."""
    words = telling(text)
    shared = [len(words & telling(sentence)) for sentence in sentences]
    best = max(shared, default=0)
    return shared.index(best) if best else -1


def turns_around(text: str, sentences: Iterable[str]) -> bool:
    """It says something that is negated in every one of the sentences and not in it, or the other way round."""
    is_negated = _NOT.search(text) is not None
    return all((_NOT.search(sentence) is not None) != is_negated for sentence in sentences)
