"""What a session starts with: the last handoff of its project, and the profile as it is seen from there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.excerpt import cost, shown_to_a_model
from mnemon_server.actions.handoffs import handoff_key, project_prefix
from mnemon_server.actions.profile import as_page, standing_lines, without
from mnemon_server.actions.profiling.choosing import choose
from mnemon_server.actions.profiling.gathering import gather
from mnemon_server.recall.decay import is_past_half_life
from mnemon_server.vault import memories

_INTRODUCTIONS = 70  # tokens: what is said before the handoff and before the profile


def run(
    context: ActionContext, project: str, session: str = "", tokens: int = 800, exclude: Sequence[str] = ()
) -> dict[str, Any]:
    """The newest handoff of another session on `project` that has not faded, then the profile within what is left of
    `tokens`; nothing that one of `exclude` (uids) has said already.

    Of another project no working fact, nobody, and no decision or lesson is among it, unless somebody pinned the
    decision or the lesson: what was settled there may be wrong here, and a prompt that speaks of it still finds it.
    Preferences hold everywhere, and so do stated facts and what was saved outside of any project.

    Returns:
        `{"memories": [{"id", "uid", "title", "type", "text", "age_days", "source_client", "tokens"}], "profile": as
        the action `profile` returns it, each line with "uids" too, "tokens": int}`; `uids` are all that say the line,
        with their ids, and 0 for a stated fact.
    """
    now = context.clock()
    with context.vault.read() as connection:
        left = memories.find_newest_by_prefix(connection, project_prefix(project), handoff_key(project, session))
        gathered = gather(connection, now, project)
    is_given = project and left is not None and not is_past_half_life(left, now) and left.uid not in exclude
    handoffs = [left] if left is not None and is_given and cost(left) <= tokens else []
    used = sum(map(cost, handoffs))
    fresh = without(standing_lines(gathered), exclude)
    choice = choose(fresh, tokens - used - _INTRODUCTIONS)
    profile = as_page(choice, fresh, gathered.beyond, now)
    told = [line for section in profile["sections"] for line in section["lines"]]
    for line, shown in zip(told, choice.shown, strict=True):
        line["uids"] = {each.uid: max(0, each.key) for each in shown.line.all}
    return {
        "memories": [shown_to_a_model(memory, now) for memory in handoffs],
        "profile": profile,
        "tokens": used + choice.tokens,
    }
