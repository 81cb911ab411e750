"""Numbers, versions, dates and times in a sentence, with what they are said of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import takewhile, zip_longest
from typing import NamedTuple

from mnemon_server.llm.pairs.stems import SMALL, stem


class Value(NamedTuple):
    """`kind` is the dimension (`date`, `time`, `version`, `span`, `bytes`, `money`, `percent`, `count`), `amount` what
    is compared, `unit` what is counted, `before` the word that names it, `shown` how it was written; `units` are the
    unit and the word behind it (`240 paying tenants`)."""

    kind: str
    amount: tuple[float, ...]
    unit: str
    before: str
    shown: str
    place: int
    units: frozenset[str] = frozenset()


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
_VALUE = (
    r"(?P<iso>\d{4}-\d\d-\d\d)|(?P<time>\d{1,2}:\d\d)|v?(?P<version>\d{1,4}(?:\.\d{1,6}){2,3}|(?<=v)\d{1,4})"
    r"|v?(?P<number>\d{1,12}(?:[.,]\d{1,9}){0,3})(?P<unit>[A-Za-z%€$]{1,3})?"
)
_ARTICLES = frozenset("one ein eine un une uno una um uma sei dix".split())  # and other small words
_ONE = frozenset({"one", "single"})  # a number where something is counted: `one approval`, and not `one of them`
_PEOPLE = "people persons person members employees developers engineers colleagues leute personen personas personnes"
_MEASURED = frozenset({"span", "bytes", "money", "percent"})
_ON = frozenset({"on", "version", "release"})  # `on 6.2`
_BETWEEN = frozenset({"de", "of", "to"})  # `18 de junio`
_SHORT_UNITS = frozenset({"ms", "s"})  # behind a figure no small words
# Between two figures with one unit: `from 48 down to 17 minutes`.
_STEPS = frozenset("to down up auf a à ad al alle au para and und et y e or oder ou bis".split())


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
def _units() -> Mapping[str, tuple[str, float]]:
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


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(_VALUE)


def values_in(words: Sequence[str]) -> list[Value]:
    """The values among the lower-case words of a sentence."""
    found = []
    for place, word in enumerate(words):
        if word[0].isdigit() or (word[0] == "v" and word[1:2].isdigit()):
            value = _figure(words, place)
        else:
            number = 1.0 if word in _ONE and _says(words, place + 1) else _number(word)
            value = None if number is None else _counted(words, place, number)
        if value is not None:
            found.append(value)
    return [_with_unit_of(value, after, words) for value, after in zip_longest(found, found[1:])]


def _with_unit_of(value: Value, after: Value | None, words: Sequence[str]) -> Value:
    """A bare figure before a measured one is measured too, where nothing but a step lies between them."""
    if (
        after is None
        or value.kind != "count"
        or after.kind not in _MEASURED
        or not _STEPS.issuperset(words[value.place + 1 : after.place])
    ):
        return value
    scale = _scale(words, after.place)
    return (
        value if scale is None else value._replace(kind=after.kind, amount=(value.amount[0] * scale,), unit=after.unit)
    )


def _scale(words: Sequence[str], place: int) -> float | None:
    """How many of the smallest unit the unit of the figure at this place is."""
    match = _pattern().fullmatch(words[place])
    inside = match["unit"] if match is not None else None
    unit = inside or (words[place + 1] if place + 1 < len(words) else "")
    found = _units().get(unit, _units().get(stem(unit)))
    return None if found is None else found[1]


def _says(words: Sequence[str], place: int) -> bool:
    return place < len(words) and words[place] not in SMALL and not words[place][0].isdigit()


def _number(word: str) -> float | None:
    """`twelve`, `twenty-five`."""
    table = written()
    if word in table:
        return table[word]
    if "-" not in word:
        return None
    tens, _, ones = word.partition("-")
    return table[tens] + table[ones] if tens in table and ones in table else None


def _figure(words: Sequence[str], place: int) -> Value | None:
    word = words[place]
    match = _pattern().fullmatch(word)
    if match is None:
        return None
    if match["iso"]:
        _, month, day = word.split("-")
        return Value("date", (float(month), float(day)), "", "", word, place)
    if match["time"]:
        hour, minute = word.split(":")
        return Value("time", (float(hour), float(minute)), "", "", word, place)
    before = _before(words, place)
    if match["version"]:
        return Value("version", _parts(match["version"]), "", before, word, place)
    day_of_month = _day(words, place, match["number"])
    if day_of_month is not None:
        return day_of_month
    amount, unit = _amount(match["number"]), match["unit"]
    if not unit:
        return _counted(words, place, amount)
    kind, scale = _units().get(unit, ("count", 1.0))
    return Value(kind, (amount * scale,), unit if kind == "count" else kind, before, word, place)


def _day(words: Sequence[str], place: int, number: str) -> Value | None:
    """`18 june`, `june 18`, `18. Juni`, `18 de junio`."""
    if not number.isdigit() or not 1 <= int(number) <= 31:
        return None
    table = months()
    for offset in (1, 2, -1):
        at = place + offset
        if 0 <= at < len(words) and words[at] in table and (offset != 2 or words[place + 1] in _BETWEEN):
            # As it stands there, `21st` and all: the reason finds it again by its words.
            shown = f"{words[place]} {words[at]}" if offset > 0 else f"{words[at]} {words[place]}"
            return Value("date", (float(table[words[at]]), float(number)), "", "", shown, place)
    return None


def _counted(words: Sequence[str], place: int, amount: float) -> Value:
    """The word behind a number says what is counted, or in what it is measured."""
    is_unit = words[place][0].isdigit() and words[place + 1 : place + 2] and words[place + 1] in _SHORT_UNITS
    after = words[place + 1] if is_unit or _says(words, place + 1) else ""  # `17 or later` is no hour, though `ore` are
    unit = stem(after) if after else ""
    kind, scale = _units().get(unit, _units().get(after, ("", 1.0)))
    if kind:
        return Value(kind, (amount * scale,), kind, _before(words, place), f"{words[place]} {after}", place)
    if place and words[place - 1] in _ON and _is_decimal(words[place]):
        return Value("version", _parts(words[place]), "", _before(words, place), words[place], place)
    counted = tuple(_people(stem(word)) for word in _said(words[place + 1 : place + 3]))
    unit = counted[0] if counted else ""
    return Value("count", (amount,), unit, _before(words, place), words[place], place, frozenset(counted))


def _said(words: Sequence[str]) -> Iterator[str]:
    """Up to the first word that says nothing of a thing."""
    return takewhile(lambda word: word not in SMALL and not word[0].isdigit(), words)


def _people(counted: str) -> str:
    return "people" if counted in people() else counted


def _is_decimal(word: str) -> bool:
    """`6.2`, and neither `6,000.2` nor `v6.2`."""
    whole, dot, rest = word.partition(".")
    return dot == "." and whole.isdecimal() and rest.isdecimal()


def _parts(version: str) -> tuple[float, ...]:
    return tuple(float(part) for part in version.split("."))


def _before(words: Sequence[str], place: int) -> str:
    for at in range(place - 1, max(-1, place - 4), -1):
        if words[at] not in SMALL and not words[at][0].isdigit():
            return stem(words[at])
    return ""


def _amount(number: str) -> float:
    """`6,000` and `6.000` are thousands, `1.4` and `1,4` are not."""
    parts = re.split(r"[.,]", number)
    if len(parts) > 1 and all(len(part) == 3 for part in parts[1:]) and parts[0] != "0":
        return float("".join(parts))
    return float(".".join(parts[:2]))
