"""Which lines a budget holds, and how much of each.

Weights are quarters of a token, as `count_tokens` reads a text: 1 for an ASCII character, 4 for any other. What is
shown to a model is made inert first, which puts other signs in the place of some: these are weighed as such before.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mnemon_server.actions.profiling import wording
from mnemon_server.actions.profiling.candidate import SECTIONS, STATED
from mnemon_server.actions.profiling.settling import Line
from mnemon_server.memory import snippet

QUARTERS = 4
# The fence around a profile and the sentence on what was left out, with room to spare.
AROUND = 190
LONGEST_TITLE = 120  # characters
LONGEST_TEXT = 400
_LEAST = 80  # quarters that a line may always take of what is left
_SHARE = 3
_LONGEST_AGE = "11 months ago "
_CHANGED_WHEN_INERT = "<>[]"
# `Human:` at the beginning of a title, a text or a line gets another colon.
_TURN = ("human", "assistant", "system", "user")
_TURNS = 9
_MORE = " …"
_SENTENCE_END = re.compile(r"[.!?](?=\s)|[。！？]")


@dataclass(frozen=True)
class Shown:
    """A line as it is shown: perhaps with less text than there is."""

    line: Line
    title: str
    text: str


@dataclass(frozen=True)
class Choice:
    """`shown` stands in the order in which it is read."""

    shown: tuple[Shown, ...]
    tokens: int


def choose(lines: Sequence[Line], tokens: int) -> Choice:
    """The first lines by turns that fit, each cut to a third of what is left before it.

    It ends with the first that does not fit, and charges a cut line with all that it was allowed: so a larger budget
    has at least as much left at every line, and shows at least the same ones.
    """
    left = tokens * QUARTERS - 1 - AROUND
    shown, begun = list[Shown](), set[str]()
    for line in in_turns(lines):
        full = _full(line)
        head = 0 if line.section in begun else weigh(wording.heading(line.section)) + 1
        fixed = head + _weight_around(line)
        wanted = weigh(wording.body({"title": full.title, "text": full.text}))
        allowed = max(left // _SHARE - fixed, _LEAST)
        if fixed + min(wanted, allowed) > left:
            break
        left -= fixed + min(wanted, allowed)
        begun.add(line.section)
        shown.append(full if wanted <= allowed else _cut(full, allowed))
    used = tokens - left // QUARTERS if shown else 0
    return Choice(tuple(sorted(shown, key=lambda each: _place(each.line))), used)


def in_turns(lines: Iterable[Line]) -> Iterator[Line]:
    """Stated facts, the newest first; then by turns the best of each section that are pinned; then the others."""
    by_turn = defaultdict[tuple[bool, str], list[Line]](list)
    for line in lines:
        by_turn[not line.pinned and line.section != STATED, line.section].append(line)
    yield from sorted(by_turn.pop((False, STATED), []), key=lambda line: (-line.said, -line.shown.key))
    for is_other in (False, True):
        ranked = [sorted(by_turn[is_other, name], key=_rank) for name in SECTIONS]
        for turn in range(max(map(len, ranked))):
            yield from (section[turn] for section in ranked if turn < len(section))


def weigh(text: str) -> int:
    """Quarters of a token, at most, of a text that is made inert."""
    others = 0 if text.isascii() else sum(not character.isascii() for character in text)
    changed = sum(map(text.count, _CHANGED_WHEN_INERT))
    return len(text) + (QUARTERS - 1) * (others + changed) + _turns(text)


def _turns(text: str) -> int:
    plain = text.lower()
    return _TURNS if any(word in plain for word in _TURN) else 0


def _rank(line: Line) -> tuple[bool, float, int, int]:
    return (line.heard, -line.shown.confidence, -line.said, -line.shown.key)


def _place(line: Line) -> tuple[int, bool, bool, int, int]:
    """Where a line stands: in its section by when it was first said, so that a new one moves none of the others."""
    first = min(line.all, key=lambda each: (each.first, each.key))
    return (SECTIONS.index(line.section), not line.pinned, line.heard, first.first, first.key)


def _full(line: Line) -> Shown:
    text = " ".join(line.shown.content[: 2 * LONGEST_TEXT].split())
    is_whole = len(line.shown.content) <= 2 * LONGEST_TEXT and len(text) <= LONGEST_TEXT
    return Shown(line, snippet(line.shown.title, LONGEST_TITLE), text if is_whole else _shortened(text, LONGEST_TEXT))


def _weight_around(line: Line) -> int:
    """Of all but title and text; the age at its longest, so that none moves a line in or out as it grows."""
    return len(f"- ({wording.origin_of(line.sources, line.heard, _LONGEST_AGE)})") + 2


def _cut(full: Shown, allowed: int) -> Shown:
    title, text = full.title, full.text
    if wording.body({"title": title, "text": text}) == text:
        cut = _within(text, allowed)
        # A title that goes on behind the cut would be told beside it.
        return Shown(full.line, title if len(title) < len(cut) else cut, cut)
    title = _within(title, allowed // 2)
    return Shown(full.line, title, _within(text, allowed - weigh(title) - len(": ") - _TURNS))


def _within(text: str, room: int) -> str:
    if weigh(text) <= room:
        return text
    left = room - weigh(_MORE) - _turns(text)
    for place, character in enumerate(text):
        left -= QUARTERS if not character.isascii() or character in _CHANGED_WHEN_INERT else 1
        if left < 0:
            return _shortened(text, place + len(_MORE))
    return text


def _shortened(text: str, length: int) -> str:
    """At most so many characters and a sign that there is more: cut behind a sentence, a word, or where it must be."""
    cut = text[: max(1, length - len(_MORE))]
    ends = [found.end() for found in _SENTENCE_END.finditer(cut)]
    if ends and ends[-1] >= len(cut) // 2:
        return cut[: ends[-1]] + _MORE
    space = cut.rfind(" ")
    return (cut[:space] if space >= len(cut) // 2 else cut).rstrip("… ") + _MORE.strip()
