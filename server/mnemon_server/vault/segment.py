"""Text as the word index sees it: normalised, and split where a script has no spaces."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

# Thai, Lao, Tibetan, Myanmar, Khmer; Hiragana, Katakana; Han with its extensions; half-width Katakana.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]+"
)


def segment(text: str) -> str:
    """`text` with every run of an unspaced script turned into its character bigrams and its last character.

    The last character stands alone so that a search for one character, which looks for bigrams that begin
    with it, also finds the end of a run. NUL and lone surrogates become spaces.
    """
    if text.isascii():
        return text.replace("\0", " ")
    clean = text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    return _UNSPACED.sub(_bigrams, unicodedata.normalize("NFKC", clean))


def is_single_unspaced(token: str) -> bool:
    """Whether `token` is one character of a script without spaces."""
    return len(token) == 1 and _UNSPACED.fullmatch(token) is not None


def _bigrams(run: re.Match[str]) -> str:
    # Marks (Thai vowels, say) are separators to the tokenizer, so they may not take part.
    letters = [character for character in run[0] if not unicodedata.category(character).startswith("M")]
    if not letters:
        return " "
    pairs = [first + second for first, second in pairwise(letters)]
    return f" {' '.join([*pairs, letters[-1]])} "
