"""Numbers, versions, dates and times in a sentence, with what they are said of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile, zip_longest
from typing import NamedTuple

from mnemon_server.llm.pairs.measures import months, people, units, written
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


_VALUE = (
    r"(?P<iso>\d{4}-\d\d-\d\d)|(?P<time>\d{1,2}:\d\d)|v?(?P<version>\d{1,4}(?:\.\d{1,6}){2,3}|(?<=v)\d{1,4})"
    r"|v?(?P<number>\d{1,12}(?:[.,]\d{1,9}){0,3})(?P<unit>[A-Za-z%€$]{1,3})?"
)
_ONE = frozenset({"one", "single"})  # a number where something is counted: `one approval`, and not `one of them`
_MEASURED = frozenset({"span", "bytes", "money", "percent"})
_ON = frozenset({"on", "version", "release"})  # `on 6.2`
_BETWEEN = frozenset({"de", "of", "to"})  # `18 de junio`
_SHORT_UNITS = frozenset({"ms", "s"})  # behind a figure no small words
# Between two figures with one unit: `from 48 down to 17 minutes`.
_STEPS = frozenset("to down up auf a à ad al alle au para and und et y e or oder ou bis".split())


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
    found = units().get(unit, units().get(stem(unit)))
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
    kind, scale = units().get(unit, ("count", 1.0))
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
    kind, scale = units().get(unit, units().get(after, ("", 1.0)))
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
