"""Figures, choices and opposites in which two memories differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import pairwise

from mnemon_server.llm.pairs.evidence import Evidence, cut, dice, part, quoted, share, stems_of
from mnemon_server.llm.pairs.kinds import choices, sides
from mnemon_server.llm.pairs.reading import Line, Memory
from mnemon_server.llm.pairs.stems import stem
from mnemon_server.llm.pairs.values import Value, months

_MEASURES = frozenset({"date", "time", "span", "bytes", "money", "percent"})
_SIZED = frozenset({"span", "bytes", "money"})
_MOST_TIMES = 10_000  # from a quarter of an hour to a month it is 2,880
_FRAME = 0.2  # of the other words of two sentences
# Small words that make two cases of one: the figure with the cache on, and with it off.
_POLES = (
    ("on", "off"),
    ("off", "on"),
    ("with", "without"),
    ("without", "with"),
    ("before", "after"),
    ("after", "before"),
)
_OVER = frozenset({"over", "before", "above"})  # between what is preferred and what is not
_FROM = frozenset("from von de da dal dalle du des del".split())
_TO = frozenset("to auf a à al alle au ad para".split())
_OPENING = 4  # words that tell what a sentence is about
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


def preferred(n: Memory, o: Memory) -> Iterator[Evidence]:
    """`tabs over spaces` here, `spaces over tabs` there."""
    turned = {(after, before) for line in o.lines for before, after, _ in _choices_of(line)}
    for line in n.lines if turned else ():
        for before, after, at in _choices_of(line):
            if (before, after) in turned:
                told = f"{quoted(line.spelled[at - 1])} over {quoted(line.spelled[at + 1])}, not the other way round"
                yield Evidence("preference turned", 1.0, told)


def _choices_of(line: Line) -> Iterator[tuple[str, str, int]]:
    """The stems on either side of a word that prefers one to the other, and where it stands."""
    if not _OVER.isdisjoint(line.words):
        for at in range(1, len(line.words) - 1):
            if line.words[at] in _OVER:
                yield stem(line.words[at - 1]), stem(line.words[at + 1]), at


def settings(n: Memory, o: Memory) -> Iterator[Evidence]:
    """One setting with another value; one that a memory gives twice tells nothing."""
    new, old = dict(n.settings), dict(o.settings)
    if len(new) == len(n.settings) and len(old) == len(o.settings):
        for key in sorted(new.keys() & old.keys()):
            if new[key] != old[key]:
                told = f"{quoted(new[key])} instead of {quoted(old[key])} for {quoted(key)}"
                yield Evidence("setting differs", 1.0, told)


def polarity(n: Memory, o: Memory) -> Iterator[Evidence]:
    """Opposites and denials between two sentences that share a word."""
    denied = {word for line in (n.title, *n.lines) for word in line.denied}
    denied &= {word for line in (o.title, *o.lines) for word in line.denied}
    for one in n.lines:
        if not one.sides and not one.denied and not any(line.denied for line in o.lines):
            continue
        for other in o.lines:
            if one.stems & other.stems:
                near = share(one.stems, other.stems) if min(len(one.stems), len(other.stems)) > 1 else 0.0
                yield from _opposites(n, o, one, other, near)
                yield from _denials(one, other, near, denied)


def _opposites(n: Memory, o: Memory, one: Line, other: Line, near: float) -> Iterator[Evidence]:
    against = [
        (axis, side)
        for axis, side in one.sides
        if (axis, -side) in other.sides
        and (axis, -side) not in one.sides
        and (axis, side) not in other.sides
        and not _is_said_as_well(o, (axis, side), one, other)
        and not _is_said_as_well(n, (axis, -side), other, one)
    ]
    if against:
        axis, side = min(against)
        told = f"says {quoted(one.sides[axis, side])} where the older one says {quoted(other.sides[axis, -side])}"
        yield Evidence("opposite", 1.0, told)
        yield Evidence("opposite x near", near, told)


def _denials(one: Line, other: Line, near: float, by_both: Set[str]) -> Iterator[Evidence]:
    """A sentence that denies what the other memory denies too, somewhere, denies it nothing."""
    newly = frozenset[str]() if one.denied.keys() & by_both else one.denied.keys() & (other.stems - other.denied.keys())
    formerly = (
        frozenset[str]() if other.denied.keys() & by_both else other.denied.keys() & (one.stems - one.denied.keys())
    )
    if one.denied and other.denied and (one.denied.keys() & other.stems or other.denied.keys() & one.stems):
        yield Evidence("both deny", 1.0)
    elif newly or formerly:
        told = (
            f"denies {quoted(one.denied[min(newly)])}, which the older one says"
            if newly
            else f"says {quoted(other.denied[min(formerly)])}, which the older one denies"
        )
        yield Evidence("denies", 1.0, told)
        yield Evidence("denies x near", near, told)


def _is_said_as_well(memory: Memory, side: tuple[str, int], said: Line, against: Line) -> bool:
    """Whether the memory of `against` itself says so of the same thing, in a sentence at least as near to `said`."""
    near = len(said.stems & against.stems)
    return any(
        side in line.sides and len(line.stems & said.stems) >= near
        for line in (memory.title, *memory.lines)
        if line is not against
    )


def kinds(n: Memory, o: Memory, a: Line, b: Line) -> Iterator[Evidence]:
    """Two things of one kind: a choice made otherwise, or the sides by which two things are told apart."""
    mine, theirs = _members(choices(), n.words), _members(choices(), o.words)
    for kind in mine.keys() & theirs.keys():
        new, old = mine[kind] - theirs[kind], theirs[kind] - mine[kind]
        if new and old:
            yield Evidence("choice differs", 1.0, f"{quoted(_first(n, new))} instead of {quoted(_first(o, old))}")
    # What both sentences speak of tells neither memory from the other, though one title names it alone.
    shared = a.stems & b.stems
    yield Evidence("choice differs in titles", _apart(choices(), n.title.words, o.title.words, shared))
    yield Evidence("side differs in titles", _apart(sides(), n.title.words, o.title.words, shared))
    opening, other = n.lines[0].words[:_OPENING], o.lines[0].words[:_OPENING]
    yield Evidence("side differs in openings", _apart(sides(), opening, other, frozenset()))
    new_names, old_names = a.names - o.stems, b.names - n.stems
    if new_names and old_names:
        # One name in the place of another: what stands around them must be the same.
        is_place = dice(a.stems - new_names, b.stems - old_names) >= _FRAME
        told = f"{quoted(_first(n, new_names))} instead of {quoted(_first(o, old_names))}" if is_place else ""
        yield Evidence("names both", 1.0, told)


def _apart(table: Mapping[str, tuple[int, ...]], one: Sequence[str], other: Sequence[str], shared: Set[str]) -> float:
    mine, theirs = (_members(table, (s for s in map(stem, words) if s not in shared)) for words in (one, other))
    return float(any(not mine[kind] & theirs[kind] for kind in mine.keys() & theirs.keys()))


def _members(table: Mapping[str, tuple[int, ...]], stems: Iterable[str]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for word in table.keys() & stems:
        for kind in table[word]:
            found.setdefault(kind, set()).add(word)
    return found


def _first(memory: Memory, stems: Set[str]) -> str:
    """The first word with one of these stems, as it is spelled."""
    return next(
        shown
        for line in (*memory.lines, memory.title)
        for shown, word in zip(line.spelled, line.words, strict=True)
        if stem(word) in stems
    )
