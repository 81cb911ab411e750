"""Near neighbours of a memory, and how they stand to it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from mnemon_server.actions.context import ActionContext, unknown_memory
from mnemon_server.actions.examining import Neighbourhood, judge_by_rules, judge_pair, neighbourhood, pairs
from mnemon_server.actions.timeline import brief
from mnemon_server.llm import HEURISTICS, UNRELATED, Verdict
from mnemon_server.memory import Memory
from mnemon_server.vault import memories, verdicts
from mnemon_server.vault.verdicts import Judged

MOST = 10
# A model takes seconds for a pair: what it has not been asked by then, the rules answer.
PATIENCE = 15.0


def run(context: ActionContext, id: int) -> dict[str, Any]:
    """The nearest live memories, each classed `same`, `update`, `contradiction` or `unrelated`, with the reason.

    The one that was said later updates or contradicts the other: `direction` is `newer` when that is the asked one,
    else `older`. What a person has decided on a pair stands; otherwise a model's verdict, where there is one, before
    that of the rules. Writes nothing.

    Returns:
        `{"memory": {...}, "judge": str, "neighbours": [{..., "class", "direction", "reason", "judge", "similarity"}]}`,
        those that cannot both stand first; `similarity` is the cosine, or None where there is no vector.

    Raises:
        UnknownMemory: no live memory has this id.
    """
    with context.vault.read() as connection:
        memory = memories.find_live(connection, id)
        if memory is None:
            raise unknown_memory(context, id)
        around = neighbourhood(context, connection, memory)
        found = pairs(connection, around)
        kept = {each.other(id): each for each in verdicts.verdicts_of(connection, id)}
        missing = [key for key in kept if key not in around.found]
        others = dict(around.found) | memories.find_many_live(connection, missing)
    judge = context.judges.judge()
    end = time.monotonic() + PATIENCE
    judged = {key: _said(kept[key]) for key in kept}
    for pair in found:
        key = pair.other(memory).id
        if key not in judged or (judged[key].judge == HEURISTICS and judge.name != HEURISTICS):
            judged[key] = (
                judge_pair(judge.compare, pair)
                if judge.name != HEURISTICS and time.monotonic() < end
                else judge_by_rules(around, pair)
            )
    return {
        "memory": brief(memory, context.clock()),
        "judge": judge.name,
        "neighbours": _shown(context, memory, others, judged, around),
    }


def _shown(
    context: ActionContext,
    memory: Memory,
    others: Mapping[int, Memory],
    judged: Mapping[int, Verdict],
    around: Neighbourhood,
) -> list[dict[str, Any]]:
    now, shown = context.clock(), []
    nothing = Verdict(UNRELATED, "speaks of something else", 0.0, HEURISTICS)
    order = {"contradiction": 0, "update": 0, "same": 1, "unrelated": 2}
    ranked = [*judged, *(key for key in around.found if key not in judged)]
    for key in sorted(ranked, key=lambda key: order[judged.get(key, nothing).relation])[:MOST]:
        verdict, other = judged.get(key, nothing), others[key]
        cosine = around.meaning.near.get(key)
        shown.append(
            brief(other, now)
            | {
                "class": verdict.relation,
                "direction": "newer" if around.is_later_than(other) else "older",
                "reason": verdict.reason,
                "judge": verdict.judge,
                "similarity": None if cosine is None else round(cosine, 4),
            }
        )
    return shown


def _said(judged: Judged) -> Verdict:
    return Verdict(judged.relation, judged.reason, judged.sureness, judged.judge)
