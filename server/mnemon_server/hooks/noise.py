"""Prompts that nothing in a vault bears on: greetings, confirmations, commands of the client, a word or two."""

from __future__ import annotations

import re

_SHORTEST = 12  # characters
_FEWEST_WORDS = 3
# Longer than this a prompt carries pasted text; what is wanted stands at its beginning or its end.
_LONG = 4_000
_HEAD, _TAIL = 2_500, 1_400
_COMMAND = re.compile(r"[/!#@]\S*")
_PHRASES = """
yes, yeah, yep, yup, no, nope, ok, okay, k, sure, fine, great, good, nice, cool, perfect, thanks, thank you, thx, ty,
please, pls, right, correct, exactly, done, stop, wait, continue, go, go on, go ahead, go for it, proceed, do it,
do that, next, again, try again, retry, keep going, sounds good, looks good, lgtm, ship it, carry on, that's it,
that's fine, that's right, that's good, that's all, hi, hello, hey, morning, good morning, good evening, good afternoon,
bye, how are you, what do you think, nevermind, never mind, got it, i see, hm, hmm, ah, oh, wow, lol, haha,
ja, nein, nee, doch, danke, danke dir, danke schön, bitte, gut, super, prima, passt, genau, weiter, mach das,
mach weiter, los, hallo, moin, guten morgen, guten tag, alles klar, klar, stimmt, richtig, fertig, nochmal,
sí, si, vale, gracias, bueno, bien, perfecto, claro, sigue, adelante, continúa, continua, hazlo, hola, buenos días,
buenas, listo, eso es, de acuerdo, otra vez, oui, non, merci, d'accord, bonjour
"""
_LONGEST_FIRST = sorted((each.strip() for each in _PHRASES.split(",")), key=len, reverse=True)
_SAID = re.compile(rf"\b(?:{'|'.join(map(re.escape, _LONGEST_FIRST))})\b", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,.;:!?…()'\"*_-]+|\band\b|\bund\b|\by\b")
_FENCED = re.compile(r"^(```|~~~).*?^\1[`~]*\s*$", re.DOTALL | re.MULTILINE)


def essence(prompt: str) -> str:
    """The part of a prompt that is worth searching for; empty when there is none.

    Code blocks go where there is prose around them, and of a long prompt the middle.
    """
    text = prompt.strip()
    if _is_command(text):
        return ""
    if len(text) > _LONG:
        text = f"{text[:_HEAD]}\n{text[-_TAIL:]}"
    if "```" in text or "~~~" in text:
        prose = _FENCED.sub(" ", text).strip()
        text = prose if len(prose) >= _SHORTEST else text
    return "" if _is_small_talk(text) else text


def _is_command(text: str) -> bool:
    """`/clear`, `!ls`, `#note`: for the client itself. A path is a prompt."""
    first = text.split(maxsplit=1)[0] if text else ""
    return _COMMAND.fullmatch(first) is not None and first.count("/") < 2 and not first.startswith("@")


def _is_small_talk(text: str) -> bool:
    if len(text) < _SHORTEST and text.isascii():
        return True
    rest = _SAID.sub(" ", text) if len(text) < 80 else text
    words = [word for word in _BETWEEN.split(rest) if len(word) > 1 or not word.isascii()]
    # A script without spaces writes a whole question as one word.
    return len(words) < _FEWEST_WORDS and sum(map(len, words)) < 2 * _SHORTEST and not _is_unspaced(rest)


def _is_unspaced(text: str) -> bool:
    return sum(ord(character) > 0x2E80 for character in text) >= 5
