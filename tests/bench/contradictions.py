"""How well the rules tell what a newer memory does to an older one: on each half of the labelled pairs, and on the
pairs that the vaults of invented teams put before a judge, with vectors and without.

Only totals are told: some are not to be looked at.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from tests.bench.measure import Bench, Figure
from tests.bench.vaults import Shelf
from tests.contradictions import histories
from tests.contradictions.histories import BESIDE, Told
from tests.contradictions.pairs import HALVES, Labelled, load_pairs
from tests.contradictions.scoring import CONFLICTS, Score, confusion, said_of, score

from mnemon_server.llm import SAME, Stated
from mnemon_server.llm.comparing import compare
from mnemon_server.llm.pairs import reading

PRECISION, RECALL, ALARMS = 0.80, 0.55, 0.05
MILLISECONDS = 0.3
_LONG = reading.MOST_CHARACTERS
_VAULTS = (("open", histories.OPEN), ("held out", histories.HELD_OUT))


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """Shares of what is missed, in percent, so that smaller is better as everywhere; the note has the figure itself."""
    for name, chosen in _VAULTS:
        by_words = [each for one in chosen for each in histories.said_of(one, histories.candidates(one, None))]
        by_vectors = [each for one in chosen for each in histories.said_of(one, histories.kept_candidates(one))]
        yield from _of_vaults(f"vaults, {name}", by_vectors)
        yield from _of_vaults(f"vaults without vectors, {name}", by_words)
    for half in HALVES:
        pairs = load_pairs(half)
        said = said_of(pairs, compare)
        yield from _shares(half, score(said))
        yield Figure(
            f"contradictions {half}: another class than labelled",
            100 * (1 - score(said).exact / len(said)),
            "%",
            note=", ".join(
                f"{label[:6]}->{verdict[:6]} {count}" for (label, verdict), count in confusion(said).items()
            ),
        )
        for language in sorted({pair.language for pair in pairs} - {"en"}):
            total = score(said_of([pair for pair in pairs if pair.language == language], compare))
            note = f"alarms {total.alarms} of {total.others}"
            yield Figure(f"contradictions {half}: missed, {language}", 100 * (1 - total.recall), "%", note=note)
        yield Figure(f"contradictions {half}: CPU for a pair", _milliseconds(pairs), "ms", MILLISECONDS)
    long = [_longer(pair) for pair in load_pairs("practice")]
    yield Figure(f"contradictions: CPU for a pair of {_LONG:,} characters each", _milliseconds(long), "ms")


def _of_vaults(name: str, told: Sequence[Told]) -> Iterator[Figure]:
    """`beside` are the pairs that an author wrote so that they look like a conflict."""
    yield from _shares(name, score((each.relation, each.verdict) for each in told))
    for kind, chosen in (
        ("marked as compatible", [each for each in told if each.mark in (BESIDE, SAME)]),
        ("not marked", [each for each in told if not each.mark]),
    ):
        alarms = sum(each.verdict in CONFLICTS for each in chosen)
        share = 100 * alarms / (len(chosen) or 1)
        note = f"{alarms} of {len(chosen)}"
        yield Figure(f"contradictions {name}: false alarms, {kind}", share, "%", 100 * ALARMS, note)


def _shares(half: str, total: Score) -> Iterator[Figure]:
    for name, share, target, note in (
        ("called a conflict, is none", 1 - total.precision, 1 - PRECISION, f"precision {total.precision:.3f}"),
        ("conflicts missed", 1 - total.recall, 1 - RECALL, f"recall {total.recall:.3f} of {total.wanted}"),
        ("false alarms", total.alarm_share, ALARMS, f"{total.alarms} of {total.others} pairs that are none"),
    ):
        yield Figure(f"contradictions {half}: {name}", 100 * share, "%", round(100 * target, 1), note)


def _milliseconds(pairs: tuple[Labelled, ...] | list[Labelled]) -> float:
    """CPU of a pair, none of its memories read before."""
    compare(pairs[0].newer, pairs[0].older)
    reading.forget()
    before = time.thread_time()
    for pair in pairs:
        compare(pair.newer, pair.older)
    return 1000 * (time.thread_time() - before) / len(pairs)


def _longer(pair: Labelled) -> Labelled:
    newer, older = (
        Stated(each.title, f"{each.content} " * (_LONG // len(each.content) + 1), each.type, each.at)
        for each in (pair.newer, pair.older)
    )
    return Labelled(pair.id, pair.relation, pair.language, pair.is_hard, newer, older)
