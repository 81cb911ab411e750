"""What a judge looks at in a sentence: signs, words, grammar, and where in its message it stands."""

from __future__ import annotations

import re
from itertools import pairwise

from mnemon_server.llm.sentences import Sentence
from mnemon_server.llm.sign import Sign
from mnemon_server.llm.signs_against import SIGNS_AGAINST
from mnemon_server.llm.signs_for import SIGNS_FOR
from mnemon_server.llm.wording import has_own_subject

_LENGTHS = (6, 8, 10, 13, 17, 22, 30)  # words
_MESSAGE_LENGTHS = (3, 8, 15)  # sentences
_LONG_MESSAGE = 800  # characters
_CODE = re.compile(r"`[^`]+`")
_WORD = re.compile(r"[\w']+")
_GRAMMAR = {
    "I": r"i|i'm|i'll|i've|i'd|im|ive|me|my|ich|mir|mich|mein\w*|yo|mi",
    "you": r"you|your|u|ya|du|dir|dein\w*|tú|te|tu",
    "we": r"we|we're|we'll|our|us|wir|uns|unser\w*|nos|nosotros|nuestr\w+",
    "ed": r"\w{3,}ed",
    "modal": r"will|'ll|going to|gonna|would|could|should|can|might|may",
    "this": r"this|these|that|those|it|its",
}
_PATTERNS = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _GRAMMAR.items()}


def signs_in(text: str) -> list[tuple[Sign, str]]:
    """The signs of a sentence, each with the words that show it."""
    found = [(sign, sign.pattern.search(text)) for sign in (*SIGNS_FOR, *SIGNS_AGAINST)]
    return [(sign, match[0].strip()) for sign, match in found if match is not None]


def features(sentence: Sentence, text: str, signs: list[tuple[Sign, str]]) -> dict[str, float]:
    """Name -> value, none of them 0. `text` is the sentence without what leads into it."""
    return {
        name: value
        for part in (
            {f"sign {sign.name}": 1.0 for sign, _ in signs},
            _words(text),
            _grammar(text),
            _shape(sentence, text),
            _place(sentence),
        )
        for name, value in part.items()
        if value
    }


def _words(text: str) -> dict[str, float]:
    """Single words and pairs; code and numbers by their kind only."""
    plain = [_word(word) for word in _WORD.findall(_CODE.sub(" CODE ", text))]
    pairs = [f"{one} {other}" for one, other in pairwise(plain)]
    found = dict.fromkeys([*(f"word {word}" for word in plain), *(f"pair {pair}" for pair in pairs)], 1.0)
    if plain:
        found[f"first {plain[0]}"] = 1.0
    if pairs:
        found[f"first {pairs[0]}"] = 1.0
    return found


def _word(word: str) -> str:
    return word if word == "CODE" else "NUMBER" if word[0].isdigit() else word.lower()


def _grammar(text: str) -> dict[str, float]:
    counts = {name: len(pattern.findall(text)) for name, pattern in _PATTERNS.items()}
    return {f"has {name}": float(count > 0) for name, count in counts.items()} | {
        f"has {name} twice": float(count > 1) for name, count in counts.items()
    }


def _shape(sentence: Sentence, text: str) -> dict[str, float]:
    length = len(text.split())
    return {f"over {limit} words": float(length > limit) for limit in _LENGTHS} | {
        "is an item": float(sentence.is_item),
        "has a heading": float(bool(sentence.heading)),
        "names its subject": float(has_own_subject(text)),
        "was led into": float(text != sentence.text),
        "commas": min(3, text.count(",")) / 3,
        "code": float(min(3, text.count("`") // 2)),
        "has a number": float(any(character.isdigit() for character in text)),
        "begins large": float(text[:1].isupper()),
        "ends with a stop": float(sentence.text.endswith(".")),
        "has brackets": float("(" in text),
        "has a colon": float(":" in text),
        "has a semicolon": float(";" in text),
        "has a dash": float(any(dash in text for dash in (" - ", "–", "—"))),
    }


def _place(sentence: Sentence) -> dict[str, float]:
    """A message of several sentences mostly opens with what is wanted now; one of a single sentence says nothing so."""
    is_one_of_many = sentence.count > 1
    return {f"message over {limit}": float(sentence.count > limit) for limit in _MESSAGE_LENGTHS} | {
        "opens the message": float(is_one_of_many and sentence.place == 0),
        "second of the message": float(is_one_of_many and sentence.place == 1),
        "ends the message": float(is_one_of_many and sentence.place == sentence.count - 1),
        "long message": float(sentence.length > _LONG_MESSAGE),
    }
