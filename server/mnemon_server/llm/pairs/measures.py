"""The words that numbers, months, units and people are counted in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from mnemon_server.llm.pairs.stems import stem

_WRITTEN = """
one ein eine un une uno una um uma
two zwei deux dos dois duas due twice
three drei trois tres três tre
four vier quatre cuatro quatro quattro
five fünf cinq cinco cinque
six sechs seis sei
seven sieben sept siete sete sette
eight acht huit ocho oito otto
nine neun neuf nueve nove
ten zehn dix diez dez dieci
eleven elf onze once undici
twelve zwölf douze doce doze dodici
thirteen
fourteen vierzehn quatorze catorce
fifteen fünfzehn quinze quince quindici
sixteen
"""
_TENS = {"eighteen": 18, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
         "ninety": 90, "hundred": 100, "half": 0.5, "dozen": 12, "zwanzig": 20, "dreißig": 30, "vingt": 20,
         "trente": 30, "veinte": 20, "treinta": 30, "vinte": 20, "trinta": 30, "venti": 20, "trenta": 30}  # fmt: skip
_MONTHS = """
january januar janvier enero janeiro gennaio jan
february februar février febrero fevereiro febbraio feb
march märz mars marzo março mar
april avril abril aprile apr
may mai mayo maio maggio
june juni juin junio junho giugno jun
july juli juillet julio julho luglio jul
august août agosto aug
september septembre septiembre setembro settembre sep sept
october oktober octobre octubre outubro ottobre oct
november novembre noviembre novembro nov
december dezember décembre diciembre dezembro dicembre dec
"""
# By stem: what a unit measures, and how many of the smallest unit it is.
_UNITS = """
span 0.001 ms millisecond
span 1 s sec second sekund segund
span 60 min minut
span 3600 h hour stund hor heur or
span 86400 day tag jour di giorn night
span 604800 week woch seman semain settiman
span 2592000 month monat mois mes
span 31536000 year jahr an ann
bytes 1 byte
bytes 1000 kb
bytes 1024 kib
bytes 1000000 mb
bytes 1048576 mib
bytes 1000000000 gb
bytes 1073741824 gib
bytes 1000000000000 tb
money 1 eur euro euros € usd $ dollar chf £
money 0.01 cent
percent 1 % percent prozent
"""
_ARTICLES = frozenset("one ein eine un une uno una um uma sei dix".split())  # and other small words
_PEOPLE = "people persons person members employees developers engineers colleagues leute personen personas personnes"


@cache
def written() -> Mapping[str, float]:
    """Number words -> what they stand for."""
    lines = _WRITTEN.strip().split("\n")
    small = {word: float(number) for number, line in enumerate(lines, 1) for word in line.split()}
    return {word: number for word, number in small.items() if word not in _ARTICLES} | _TENS


@cache
def months() -> Mapping[str, int]:
    lines = _MONTHS.strip().split("\n")
    return {word: number for number, line in enumerate(lines, 1) for word in line.split()}


@cache
def units() -> Mapping[str, tuple[str, float]]:
    """Word -> what it measures, and how many of the smallest unit."""
    found = {}
    for line in _UNITS.strip().split("\n"):
        kind, scale, *words = line.split()
        found.update({word: (kind, float(scale)) for word in words})
    return found


@cache
def people() -> frozenset[str]:
    """Who is counted as people, by stem."""
    return frozenset(stem(word) for word in _PEOPLE.split())
