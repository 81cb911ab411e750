"""Prompts for what anybody could know or write; what the vault holds is then seldom what is wanted."""

from __future__ import annotations

import re

_CONSIDERED = 400  # characters: what is wanted stands at the beginning

_ENGLISH = r"""
how (?:do|can|would|should|to) (?:i|you|we|one)?
how (?:many|much) (?:\w+ ){1,2}(?:do|does|has|have|are|is|should|can|will)
how to \w+
what (?:is|are) (?:\w+ ){1,3}(?:in|of) (?!our|the|this)\w+
what (?:does|do) (?:\w+ ){1,6}(?:mean|stand for)
which (?:\w+ ){1,3}(?:do|does) (?!our|the|this|we|i)\w+
explain (?!our|the|this|why|how we|what we)\w+
suggest an? \w+
help me (?:name|choose|word|phrase|write)
write (?:me )?an? (?:small|short|simple|little|tiny|regex|bash|shell|git|python|sql|haiku)
(?:write|draft) (?:me )?(?:an?|some|the) (?:\w+ ){0,2}(?:agenda|speech|slogan|tagline|headline|text for)
how (?:many|much|long|old|far|tall|big|often) (?:do|does|is|are|should|can|will)
what(?:'s|s| is| are) (?:a|an|the (?:diff|difference|meaning|best|name|capital|right|usual)|\w+ in (?:simple|plain))
what (?:does|do) \w+ (?:mean|stand for|do)
what (?:can i do|options)
who (?:is|was|are|invented|wrote|made|founded)
which \w+ (?:command|tool|library|font|option|do|does|should|scheme)
(?:explain|describe) (?:to me|me|the (?:difference|concept|idea)|what|how|why)
(?:explain|describe) \w+ (?:to me|like|in (?:simple|short|plain))
(?:difference|diff) between
come up with
names? for
draw me
translate
make my (?:english|german|text)
(?:write|draft|compose) (?:me )?(?:a|an|some|the)? ?(?:\w+ ){0,2}(?:e?-?mail|letter|invitation|tweet|poem|joke)
(?:write|draft|compose) (?:me )?(?:a|an|some|the)? ?(?:\w+ ){0,2}(?:reply|bio|announcement|ad|post|mail|cover letter)
(?:write|give) (?:me )?(?:a|an) (?:short|polite|friendly|nice|quick|funny)
subject line
release notes
(?:summari[sz]e|shorten|rephrase|reword|proofread|polish) (?:this|the|my|it|these)
recommend
"""
_GERMAN = r"""
wie (?:kann|stelle|mache|geht|bekomme|funktioniert|heißt|sagt) (?:ich|man)?
wie viele?
was (?:bedeutet|ist|heißt|sind|macht)
wer (?:ist|war|hat)
welche[rsn]? \w+ (?:passt|ist|sind|braucht|nimmt|eignet)
erklär\w*
übersetz\w*
unterschied zwischen
(?:schreib|verfass|formulier)\w*(?: sie)?(?: mir)?(?: bitte)? (?:eine|ein|einen) \w+
empfiehl\w*
"""
_SPANISH = r"""
c[oó]mo (?:se|puedo|hago|actualizo|funciona)
cu[aá]nt[oa]s?
qu[eé] (?:es|son|significa|diferencia)
qui[eé]n (?:es|fue|invent[oó])
expl[ií]ca(?:me)?
trad[uú]ce(?:me)?
recom[ie]+nda\w*
resume(?:me)?
(?:escribe|redacta|red[aá]cta)(?:me)? (?:una?|el|la) \w+
diferencia entre
"""
_ALTERNATIVES = "|".join(line for line in (_ENGLISH + _GERMAN + _SPANISH).split("\n") if line)
_GENERAL = re.compile(rf"(?<!\w)(?:{_ALTERNATIVES})(?!\w)", re.IGNORECASE)

# Whoever says `we` or `our` asks about what is theirs.
_OWN = re.compile(r"\b(?:we|our|ours|wir|unser\w*|nosotros|nuestr\w+)\b", re.IGNORECASE)


def is_general(prompt: str) -> bool:
    """Whether a prompt asks for knowledge or for a text, rather than for work on something of one's own."""
    beginning = prompt[:_CONSIDERED]
    return _GENERAL.search(beginning) is not None and _OWN.search(beginning) is None
