"""Choices and opposites in which two memories differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from mnemon_server.llm.pairs.evidence import Evidence, dice, quoted, share
from mnemon_server.llm.pairs.kinds import choices, sides
from mnemon_server.llm.pairs.reading import Line, Memory
from mnemon_server.llm.pairs.stems import stem

_FRAME = 0.2  # of the other words of two sentences
_OVER = frozenset({"over", "before", "above"})  # between what is preferred and what is not
_OPENING = 4  # words that tell what a sentence is about


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
