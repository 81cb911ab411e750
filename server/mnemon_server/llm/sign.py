"""A sign: words or a shape in a sentence that say something about what kind of sentence it is."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Sign:
    """`kind` is what a statement is that shows this sign; empty: the sign says nothing of that."""

    name: str
    pattern: re.Pattern[str]
    kind: str = ""


def either(alternatives: str) -> str:
    """The body of a regular expression from alternatives that are separated by `|` or the end of a line."""
    return alternatives.strip().replace("\n", "|")


def words(name: str, alternatives: str, kind: str = "") -> Sign:
    """A sign of regular expressions between word boundaries; they are separated by ` | ` or the end of a line."""
    joined = either(alternatives.replace(" | ", "|"))
    return Sign(name, re.compile(rf"(?<!\w)(?:{joined})(?!\w)", re.IGNORECASE), kind)


# Case tells here: a name, an abbreviation, a number, a path.
CONCRETE = Sign(
    "concrete",
    re.compile(r"`[^`]+`|\b\w+[_./]\w+|\b[a-z]+[A-Z]\w+|\b[A-Z]{2,}\w*\b|\b\d[\d.,]*\b|--\w+|<\w+>|[~&]\w"),
)
_YES = (
    r"ok(?:ay)?|yes|yeah|yep|sure|now|then|and|but|so|good|nice|great|cool|perfect|alright|no|nope|please|pls|just|also"
)
_ORDERS = """
fix|add|rename|write|make|run|check|look|find|show|open|create|update|put|do|move|delete|remove|implement|refactor
review|explain|can (?:you|u)|could (?:you|u)|would you|will you|let'?s|go|give|tell|try|build|figure|start|grep|search
change|replace|convert|commit|push|merge|bump|prep|prepare|set|turn|generate|draft|test|verify|debug|investigate|list|print|read|see|help
scale|apply|revert|flash|split|extract|separate|clean|port|wire|hook|bring|pull|rebase|ship|deploy|release|summari[sz]e|describe
pick|call it|drop|schau|mach|bau|schreib|füg|änder|prüf|zeig|lösch|pass|such|erklär|kannst|könntest|nimm|leg|teste
starte|räum|benenn|mira|haz|hazlo|a[ñn]ade|agrega|cambia|arregla|escribe|busca|revisa|corre|ejecuta|crea|borra|quita|mueve|pon
ens[eé][ñn]ame|explica|puedes|dale|sube|prueba
"""
ORDER = Sign(
    "order",
    re.compile(
        rf"^(?:(?:{_YES}|next|first|ja|gut|dann|und|aber|bitte|s[ií]|vale|bien|pero|y)[,.!]?\s+){{0,6}}"
        rf"(?:{either(_ORDERS)})\b",
        re.IGNORECASE,
    ),
)
# `the build is red, find out why`: what stands before the order is its occasion.
ORDER_WITHIN = Sign(
    "order within",
    re.compile(
        rf"[,;:] (?:(?:please|pls|so|and|then|und|bitte|y|por favor),? ){{0,2}}(?:{either(_ORDERS)})\b|\bfind out\b",
        re.IGNORECASE,
    ),
)
DANGLING = Sign(
    "dangling",
    re.compile(
        r"^(?:it|it'?s|that|that'?s|this|they|they'?re|(?:he|she) (?:is|was|has|said|wants)|those|these|there|both|same"
        r"|which|den|das|dies\w*|sie|er|es|eso|esto|ese|esa|lo|the (?:first|second|latter|former) one)\b",
        re.IGNORECASE,
    ),
)
_DONE = """
i|i'?m|i'?ve|i'?ll|i'?d|let me|let'?s|now|next|done|fixed|applied|added|masked|deleted|published|flashed|understood
noted|shall|should|want|would you|do you|options?|one moment|here|all (?:\\d+ )?tests|your?|plan|remaining|todo|open
follow-up|still open|up next|to finish|what remains|not done|running|updated|changed|created|removed|renamed|moved
implemented|the (?:build|tests?|diff|page|text|ticket|pr|patch|changes?|commits?) (?:is|are|now|has|have|pass|were)
ich|jetzt|als nächstes|fertig|erledigt|umgesetzt|angepasst|soll|möchtest|alles klar|offen|nächster|vorschlag|dein|alle
he|hecho|listo|corregido|subido|siguiente|queda|quieres|de acuerdo|propongo|ahora|voy|pendiente|todo
"""
WORK = Sign("work", re.compile(rf"^(?:{either(_DONE)})\b", re.IGNORECASE))
