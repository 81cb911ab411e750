"""Compare what has not been compared yet: memories that were imported, or that have a vector by now."""

from __future__ import annotations

import random
import time
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.examining import (
    CONFLICTS,
    Pair,
    as_judged,
    judge_by_rules,
    judge_pair,
    keep,
    neighbourhood,
    pairs,
    stated,
)
from mnemon_server.llm import HEURISTICS, Judge
from mnemon_server.vault import memories, verdicts
from mnemon_server.vault.verdicts import Judged

_STRETCH = 50
# A model takes seconds for a pair, so it is asked about the likeliest ones of what was said lately alone.
_ASKED_OF = 3
_LATELY = 86_400_000  # milliseconds


def run(context: ActionContext, seconds: float = 2.0) -> dict[str, Any]:
    """As much as can be done in `seconds`; called again, the next ones.

    With a model, its second opinion on what the rules found follows, and takes the place of theirs.

    Returns:
        `{"examined": int, "left": int}`, memories
    """
    end, done, last = time.monotonic() + seconds, 0, 0
    judge = context.judges.judge()
    while time.monotonic() < end:
        with context.vault.read() as connection:
            waiting = verdicts.unexamined(connection, last, _STRETCH)
        if not waiting:
            break
        # Several servers of one vault do not all begin with the same one.
        for memory_id in random.sample(waiting, len(waiting)):
            if time.monotonic() >= end:
                break
            _examine(context, judge, memory_id)
            done += 1
        last = waiting[-1]
    with context.vault.read() as connection:
        left = verdicts.count_unexamined(connection)
    if not left and judge.name != HEURISTICS:
        _second_opinions(context, judge, end)
    return {"examined": done, "left": left}


def _examine(context: ActionContext, judge: Judge, memory_id: int) -> None:
    with context.vault.read() as connection:
        memory = memories.find_live(connection, memory_id)
        if memory is None:
            return
        around = neighbourhood(context, connection, memory)
        found = pairs(connection, around)
    now = context.clock()
    judged = [as_judged(pair, judge_by_rules(around, pair), now) for pair in found]
    if judge.name != HEURISTICS and now - memory.updated_at < _LATELY:
        asked = [pair for pair in found if around.meaning.is_near_enough.get(pair.other(memory).id, False)][:_ASKED_OF]
        judged += [as_judged(pair, judge_pair(judge.compare, pair), now) for pair in asked]
    with context.vault.write() as connection:
        # Whoever changed or forgot it meanwhile has left it to be compared anew. One that was read is the same still.
        still = memories.find_many_live(connection, (memory_id, *around.found))
        if memory_id in still and stated(still[memory_id]) == stated(memory):
            same = {key for key, other in around.found.items() if key in still and stated(still[key]) == stated(other)}
            keep(connection, around, [each for each in judged if each.other(memory_id) in same], now)


def _second_opinions(context: ActionContext, judge: Judge, end: float) -> None:
    while time.monotonic() < end:
        with context.vault.read() as connection:
            by_rules = verdicts.open_verdicts(connection, CONFLICTS, 1, HEURISTICS)
            found = memories.find_many_live(connection, [key for each in by_rules for key in (each.newer, each.older)])
        if not by_rules:
            return
        pair = Pair(found[by_rules[0].newer], found[by_rules[0].older])
        verdict = judge_pair(judge.compare, pair)
        if verdict.judge == HEURISTICS:
            return  # the model could not say; it will be asked another time
        _put(context, pair, as_judged(pair, verdict, context.clock()))


def _put(context: ActionContext, pair: Pair, judged: Judged) -> None:
    with context.vault.write() as connection:
        still = memories.find_many_live(connection, (pair.newer.id, pair.older.id))
        if all(each.id in still and stated(still[each.id]) == stated(each) for each in (pair.newer, pair.older)):
            verdicts.put_verdict(connection, judged)
