"""Whether two memories speak of the same thing, or of two that only look alike."""

from __future__ import annotations

from collections.abc import Iterator

from mnemon_server.llm.pairs.evidence import Evidence, dice, part, share, stems_of
from mnemon_server.llm.pairs.reading import Line, Memory
from mnemon_server.llm.pairs.stems import SMALL, common, stem

OLDER_YEAR = "older of a year"
_YEAR = 4  # digits
_OPENING = 2  # words; what a sentence is about stands at its front
_LATER = 0.02  # what stands further down is less often the point


def best_lines(n: Memory, o: Memory) -> tuple[Line, Line]:
    """The two sentences that have most in common."""
    best, chosen = -1.0, (n.lines[0], o.lines[0])
    for i, one in enumerate(n.lines):
        for j, other in enumerate(o.lines):
            shared = len(one.stems & other.stems) + 0.5 * len(one.names & other.names)
            score = 2 * shared / (len(one.stems) + len(other.stems) + 2) - _LATER * (i + j)
            if score > best:
                best, chosen = score, (one, other)
    return chosen


def likeness(n: Memory, o: Memory, a: Line, b: Line) -> Iterator[Evidence]:
    """By words: `a` and `b` are the two sentences that have most in common."""
    yield Evidence("line dice", dice(a.stems, b.stems))
    yield Evidence("line share", share(a.stems, b.stems))
    yield Evidence("lines both own", float(bool(a.stems - o.stems and b.stems - n.stems)))
    head, other_head = n.title.stems | a.stems, o.title.stems | b.stems
    shared = len(head & other_head)
    yield Evidence("head share", share(head, other_head))
    for least in (1, 2, 3, 4):
        yield Evidence(f"head shares {least}", float(shared >= least))
    yield Evidence("telling all", min(6, len((n.stems & o.stems) - common())) / 6)
    yield Evidence("telling share", share(head - common(), other_head - common()))
    own, its = head - o.stems - common(), other_head - n.stems - common()
    yield Evidence("telling own both", min(4, len(own), len(its)) / 4)
    yield Evidence("fresh", len(n.stems - o.stems) / (len(n.stems) or 1))
    figures, others = ({v.kind for line in lines for v in line.values} for lines in ((n.title, a), (o.title, *o.lines)))
    yield Evidence("newer figure of no older kind", float(bool(figures - others)))
    yield Evidence("opening known", part(_opening(n.lines[0]), o.stems))


def _opening(line: Line) -> frozenset[str]:
    found = [stem(word) for word in line.words if word not in SMALL and not word[0].isdigit()]
    return frozenset(found[:_OPENING])


def titles(n: Memory, o: Memory) -> Iterator[Evidence]:
    """`Read timeout` and `Write timeout` are two things, `Standup moved` and `Daily standup` are one."""
    one, other = n.title.stems, o.title.stems
    yield Evidence("titles share", share(one, other))
    yield Evidence("title in older", part(one, o.stems))
    yield Evidence("titles both own", float(bool(one & other and one - other and other - one)))
    figures, others = ({word for word in m.title.words if word[0].isdigit()} for m in (n, o))
    yield Evidence("title figures differ", float(bool(figures and others) and not figures & others))
    # What was so in a year that the newer one does not name may well be otherwise by now.
    years = {word for word in o.title.words if len(word) == _YEAR and word.isdecimal() and word[:2] in ("19", "20")}
    yield Evidence(OLDER_YEAR, float(bool(years) and years.isdisjoint(n.words)))
    yield from _parallel(n, o)


def _parallel(n: Memory, o: Memory) -> Iterator[Evidence]:
    """The same frame with another word in it."""
    head, tail = _frame(n.title.words, o.title.words)
    middle, other = n.title.words[head : len(n.title.words) - tail], o.title.words[head : len(o.title.words) - tail]
    own, its = stems_of(middle), stems_of(other)
    if head + tail and own and its and n.title.stems & o.title.stems:
        yield Evidence("parallel titles", float(head + tail >= 2))
        yield Evidence("parallel by one word", float(head + tail == 1 and len(middle) == len(other) == 1))
        yield Evidence("parallel contrast", float(bool(own - o.stems and its - n.stems)))


def _frame(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[int, int]:
    """How many words two titles begin and end with in common."""
    most = min(len(one), len(other))
    head = next((at for at in range(most) if one[at] != other[at]), most)
    tail = next((at for at in range(most - head) if one[-1 - at] != other[-1 - at]), most - head)
    return head, tail


def hints(n: Memory, o: Memory) -> Iterator[Evidence]:
    """What is said of it: another owner is news, the owner beside the price is not."""
    for name in n.hints - o.hints:
        yield Evidence(f"newer only {name}", 1.0)
