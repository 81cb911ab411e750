"""From candidates to lines: what says the same becomes one, what is out of date gives way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mnemon_server.actions.profiling.candidate import Candidate
from mnemon_server.actions.profiling.comparing import Compared, Pair


@dataclass(frozen=True)
class Line:
    """One thing to say: `shown` has the best wording of it, `also` are the others that say it, by their keys.

    `replaces` are ids of memories that can no longer stand beside it.
    """

    shown: Candidate
    also: tuple[Candidate, ...] = ()
    replaces: tuple[int, ...] = ()

    @property
    def all(self) -> tuple[Candidate, ...]:
        return (self.shown, *self.also)

    @property
    def sources(self) -> tuple[int, ...]:
        """Ids of the memories that say it; a stated fact has none."""
        return tuple(each.key for each in self.all if not each.is_stated)

    @property
    def section(self) -> str:
        return self.shown.section

    @property
    def first(self) -> int:
        return min(each.first for each in self.all)

    @property
    def said(self) -> int:
        """When it was said last; a stated fact was said when it was stated."""
        return self.shown.said if self.shown.is_stated else max(each.said for each in self.all)

    @property
    def pinned(self) -> bool:
        return any(each.pinned for each in self.all)

    @property
    def heard(self) -> bool:
        return all(each.heard for each in self.all)

    @property
    def weight(self) -> tuple[bool, bool, bool]:
        """Of two lines that cannot both stand the one with the greater, whenever it was said: the user's own word, then
        what is pinned, then what somebody confirmed."""
        return self.shown.is_stated, self.pinned, not self.heard

    @property
    def standing(self) -> tuple[tuple[bool, bool, bool], int, int]:
        """Where that is not told by a pair."""
        return self.weight, self.said, max(each.key for each in self.all)


def settle(candidates: Sequence[Candidate], compared: Compared) -> list[Line]:
    """The lines that stand. Nothing is changed in the vault: a line is only not told."""
    lines = _merged(candidates, compared)
    winners = dict[int, list[int]]()  # by places in `lines`
    place = {each.key: number for number, line in enumerate(lines) for each in line.all}
    for pair in compared.conflicts:
        one, other = place[pair.newer.key], place[pair.older.key]
        if one == other or (lines[one].shown.is_stated and lines[other].shown.is_stated):
            continue
        winner, loser = (one, other) if _stands(pair, lines[one], lines[other]) else (other, one)
        winners.setdefault(loser, []).append(winner)
    _open_rings(winners, lines)
    replaced: dict[int, list[int]] = {}
    for loser in winners:
        replaced.setdefault(_last_winner(loser, winners, lines), []).extend(lines[loser].sources)
    return [
        Line(line.shown, line.also, tuple(sorted(replaced.get(number, ()))))
        for number, line in enumerate(lines)
        if number not in winners
    ]


def _stands(pair: Pair, newer: Line, older: Line) -> bool:
    """Whether the line of the pair's newer one is what is told. A correction and the archive move dates: where these
    have the pair the other way round, the pair is right."""
    if pair.newer.said < pair.older.said and newer.weight == older.weight:
        return True
    return newer.standing > older.standing


def _open_rings(winners: dict[int, list[int]], lines: Sequence[Line]) -> None:
    """Where each of some lines has to give way to the next, the one with the greatest standing stays."""
    for number in sorted(winners):
        walked = [number]
        while walked[-1] in winners:
            following = _winner(walked[-1], winners, lines)
            if following in walked:
                del winners[max(walked[walked.index(following) :], key=lambda each: lines[each].standing)]
                break
            walked.append(following)


def _last_winner(number: int, winners: Mapping[int, Sequence[int]], lines: Sequence[Line]) -> int:
    """What took the place of what took its place. It ends, because there are no rings."""
    while number in winners:
        number = _winner(number, winners, lines)
    return number


def _winner(number: int, winners: Mapping[int, Sequence[int]], lines: Sequence[Line]) -> int:
    return max(winners[number], key=lambda each: lines[each].standing)


def _merged(candidates: Sequence[Candidate], compared: Compared) -> list[Line]:
    """One line for all that say the same, but never for two that cannot both stand."""
    groups = {each.key: [each] for each in candidates}
    apart = {frozenset((pair.newer.key, pair.older.key)) for pair in compared.conflicts}
    for pair in compared.same:
        one, other = groups[pair.newer.key], groups[pair.older.key]
        is_apart = any(frozenset((left.key, right.key)) in apart for left in one for right in other)
        are_stated = any(each.is_stated for each in one) and any(each.is_stated for each in other)
        if one is other or is_apart or are_stated:
            continue
        one.extend(other)
        for each in other:
            groups[each.key] = one
    unique = {id(group): group for group in groups.values()}
    return [_line(group) for group in unique.values()]


def _line(group: Sequence[Candidate]) -> Line:
    shown = min(group, key=_by_wording)
    return Line(shown, tuple(sorted((each for each in group if each is not shown), key=lambda each: each.key)))


def _by_wording(each: Candidate) -> tuple[bool, bool, bool, float, bool, int, int]:
    return (
        not each.is_stated,
        not each.pinned,
        each.heard,
        -each.confidence,
        not each.by_hand,
        -each.said,
        -each.key,
    )
