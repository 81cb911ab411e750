"""The wording of a sentence: what leads into it, and whether it names what it is about."""

from __future__ import annotations

import re

from mnemon_server.llm.sign import either

# Words before a comma or a colon that only lead into a sentence, and words that lead into it without one.
_SET_OFF = """
and|but|also|oh|ah|so|well|ok(?:ay)?|yes|yeah|yep|no|nope|nah|sure|right|good|nice|great|hmm+|uh|fyi|btw|ps|by the way
for the record|heads[- ]up|just so you know|one more thing|note(?: that)?|remember|important|leave it
while you(?:'re| are) at it|for (?:future )?reference|und|aber|achso|ach so|übrigens|nee|ja|nein|wobei|gut|also
was mir noch einfällt|zur info|nur damit du(?:'s)? weißt|moin|y|pero|oye|ojo|vale|s[ií]|por cierto|que sepas|importante
lo que s[ií]|adem[aá]s
"""
_JOINED = """
and|but|also|oh and|btw|fyi|and for the record|and also|oh|ok(?:ay)? (?:and|but)|also,? heads[- ]up,?|by the way,?
note that|und|aber|achso und|y|ah y|pero|pues
"""


_LEAD = re.compile(rf"^(?:(?:{either(_SET_OFF)})[!.,:;]+\s+|(?:{either(_JOINED)})\s+)+", re.IGNORECASE)
# `One finding on the way: ...`: the part before the colon says only that something follows.
_ANNOUNCING = """
finding|thing|detail|surprise|caveat|gotcha|note|noticed|worth|careful|result|explanation|knowing|why it \\w+|reason
summary|conclusion|root cause|bug|analyse|fund|aufgefallen|ergebnis|ursache|einfällt|nicht ganz|detalle|encontr[eé]
visto|revisado|problema
"""
_ANNOUNCED = re.compile(rf"^(?=[^:`]{{3,70}}:\s)[^:`]*\b(?:{either(_ANNOUNCING)})\b[^:`]*:\s+", re.IGNORECASE)
_EMPTY_SUBJECT = re.compile(
    r"^(?:it|that|this|they|he|she|these|those|there|one|both|so|then|same|das|es|er|sie|dies\w*|eso|esto|ese|ella?)\b",
    re.IGNORECASE,
)


def trimmed(text: str) -> str:
    """The sentence without what only leads into it."""
    plain = text.strip().strip("*_ ").strip()
    for pattern in (_LEAD, _ANNOUNCED, _LEAD):
        rest = pattern.sub("", plain, count=1).strip()
        if len(rest) >= 20:
            plain = rest
    return plain


def has_own_subject(text: str) -> bool:
    """It does not begin with a word that points at a sentence before it."""
    return _EMPTY_SUBJECT.match(text) is None
