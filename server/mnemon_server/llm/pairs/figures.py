"""Figures in which two memories differ."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from mnemon_server.llm.pairs.evidence import Evidence, cut, dice, part, quoted, stems_of
from mnemon_server.llm.pairs.measures import months
from mnemon_server.llm.pairs.reading import Line, Memory
from mnemon_server.llm.pairs.stems import stem
from mnemon_server.llm.pairs.values import Value

_MEASURES = frozenset({"date", "time", "span", "bytes", "money", "percent"})
_SIZED = frozenset({"span", "bytes", "money"})
_MOST_TIMES = 10_000  # from a quarter of an hour to a month it is 2,880
# Small words that make two cases of one: the figure with the cache on, and with it off.
_POLES = (
    ("on", "off"),
    ("off", "on"),
    ("with", "without"),
    ("without", "with"),
    ("before", "after"),
    ("after", "before"),
)
_FROM = frozenset("from von de da dal dalle du des del".split())
_TO = frozenset("to auf a à al alle au ad para".split())
_SAYS = 2  # words around a figure that say what it is of
_LEFT = 6  # words before a figure that may say what it is of


def values(n: Memory, o: Memory) -> Iterator[Evidence]:
    """Figures of one kind that stand for the same; one that both memories give differs from nothing."""
    new, old = ({(v.kind, v.amount) for line in (m.title, *m.lines) for v in line.values} for m in (n, o))
    yield Evidence("newer figure", float(bool(new - old)))
    for one in n.lines:
        for other in o.lines if one.values else ():
            for v in one.values:
                for w in other.values:
                    is_fresh = (v.kind, v.amount) not in old and (w.kind, w.amount) not in new
                    if is_fresh and _are_comparable(v, w) and not _is_another_case(one, other):
                        yield from _difference(n, o, one, other, v, w)


def _difference(n: Memory, o: Memory, one: Line, other: Line, v: Value, w: Value) -> Iterator[Evidence]:
    figures = stems_of((*v.shown.split(), *w.shown.split()))  # the unit is no word that they share
    mine, theirs = one.stems - figures, other.stems - figures
    near = dice(mine, theirs)
    reason = f"{_shown(one, v)} instead of {_shown(other, w)}{_of(n, o, one, other, v)}"
    # Of several differences the one between the sentences nearest to each other is told.
    yield Evidence("value differs", 1.0, reason)
    yield Evidence(f"value {v.kind}", 1.0)
    yield Evidence("value x near", near + 0.01, reason)
    left = min(_left(one, v, other), _left(other, w, one))
    yield Evidence("value x left", left, reason)
    # All that leads up to both figures is the same, or the newer memory says all else that the older sentence says.
    in_place = left == 1 or (len(theirs) >= _SAYS and theirs <= n.stems) or _open_alike(one, v, other, w)
    yield Evidence("value in its place", float(in_place and _is_named_alike(v, w)))
    yield Evidence("value named", float(v.before == w.before != ""))
    yield Evidence("value same unit", float(v.unit == w.unit != ""))


def _is_another_case(one: Line, other: Line) -> bool:
    return any(x in one.words and y in other.words and x not in other.words for x, y in _POLES)


def _are_comparable(v: Value, w: Value) -> bool:
    if v.kind in _MEASURES or w.kind in _MEASURES:
        return v.kind == w.kind and _is_of_one_size(v, w)
    return (
        _is_another_version(v, w)
        or bool(v.units & w.units)
        or v.unit == w.unit != ""
        or v.before == w.before != ""
        or v.kind == w.kind == "version"
    )


def _is_of_one_size(v: Value, w: Value) -> bool:
    """95 ms and an hour are of two things; nothing is of any size."""
    small, large = sorted((v.amount[0], w.amount[0]))
    return v.kind not in _SIZED or small == 0 or large <= _MOST_TIMES * small


def _is_another_version(v: Value, w: Value) -> bool:
    """`v1.31.9` and `1.29`: one of them is written like a version, the other like a decimal fraction of nothing."""
    if v.kind == w.kind or v.units or w.units:
        return False
    one, other = (x.shown.lstrip("v").split(".") for x in (v, w))
    shorter = min(len(one), len(other))
    return shorter > 1 and one[:shorter] != other[:shorter]


def _is_named_alike(v: Value, w: Value) -> bool:
    """By its unit, by the word before it, or by what it measures."""
    return v.unit == w.unit != "" or v.before == w.before != "" or v.kind == w.kind != "count"


def _open_alike(one: Line, v: Value, other: Line, w: Value) -> bool:
    """`Two approvals are needed`, `One approval is enough`."""
    return v.unit == w.unit != "" and not (stems_of(one.words[: v.place]) or stems_of(other.words[: w.place]))


def _left(line: Line, value: Value, other: Line) -> float:
    return part(stems_of(line.words[max(0, value.place - _LEFT) : value.place]), other.stems)


def _of(n: Memory, o: Memory, one: Line, other: Line, v: Value) -> str:
    """What the two figures are of: the word nearest to the newer one that both memories have."""
    shared = (one.stems | n.title.stems) & (other.stems | o.title.stems)
    figure = v.shown.split()
    near = sorted((at for at, word in enumerate(one.words) if word not in figure), key=lambda at: abs(at - v.place))
    told = next((one.spelled[at] for at in near if stem(one.words[at]) in shared), None)
    told = told or next((word for word in n.title.spelled if stem(word.lower()) in shared), None)
    return "" if told is None else f" for {quoted(told)}"


def _shown(line: Line, value: Value) -> str:
    """As it was written."""
    start = max(0, value.place - 1)
    return cut(" ".join(line.spelled[line.words.index(word, start)] for word in value.shown.split()))


def lefts(n: Memory, o: Memory) -> Iterator[Evidence]:
    """`from 15 to 17`, by whatever verb, where the older memory says 15 and not 17."""
    said = {(v.kind, v.amount) for line in (o.title, *o.lines) for v in line.values}
    for line in (n.title, *n.lines):
        for v, w in pairwise(line.values):
            is_step = v.kind == w.kind and _word_before(line, v) in _FROM and _word_before(line, w) in _TO
            if is_step and (v.kind, v.amount) in said and (w.kind, w.amount) not in said:
                told = f"says from {quoted(_shown(line, v))} to {quoted(_shown(line, w))}, and the older one the former"
                yield Evidence("figure left", 1.0, told)


def _word_before(line: Line, value: Value) -> str:
    at = value.place - 1
    if at > 0 and line.words[at] in months():
        at -= 1
    return line.words[at] if at >= 0 else ""
