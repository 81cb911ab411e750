"""What there is to know about the user, in a page, as a good colleague would have noted it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.profiling.candidate import SECTIONS, STATED, Candidate
from mnemon_server.actions.profiling.choosing import Choice, Shown, choose
from mnemon_server.actions.profiling.comparing import compare_all
from mnemon_server.actions.profiling.gathering import Gathered, gather
from mnemon_server.actions.profiling.settling import Line, settle
from mnemon_server.errors import UsageError
from mnemon_server.memory import as_rfc3339
from mnemon_server.vault.verdicts import Judged

SMALLEST, LARGEST = 100, 20_000  # tokens
_DAY = 86_400_000


def run(context: ActionContext, tokens: int | None = None) -> dict[str, Any]:
    """The profile within a budget of tokens, by default the setting `profile_tokens`; as a model reads it, it is
    never longer.

    What the user stated comes first and always. Then come preferences, decisions, what to avoid, working facts, people
    and projects; see `gathering.gather` for what counts. Lines that say the same are one, with all their sources; of
    two that cannot both stand the one said later stays and names in `replaces` what it stands for, except that a
    stated fact gives way to nothing, what is pinned to nothing that is not, and what somebody confirmed to nothing that
    was only heard. Verdicts that are stored decide, then the rules, where they are sure; no model is asked, so this is
    instant, and it writes nothing.

    Within its section a line keeps its place: pinned ones, then the others by when they were first said, and what is
    only heard behind what somebody confirmed. Which lines fit is another matter: stated facts, then pinned ones, then
    the most certain and the latest of every section by turns. Reading and searching change neither. The
    vault is read every time, since another process may have written; what follows from the same texts is remembered.

    Returns:
        `{"sections": [{"name", "lines": [{"id", "title", "text", "sources", "replaces", "day", "age_days", "pinned",
        "heard"}]}], "left_out": int, "facts_left_out": int, "replaced": int, "tokens": int}`; `id` is the first of the
        sources, None where a stated fact is all, `age_days` counts midnights (UTC) since it was said last, and
        `replaced` the memories that others stand for.

    Raises:
        UsageError: tokens out of range.
    """
    budget = int(context.settings.value("profile_tokens")) if tokens is None else tokens
    if not SMALLEST <= budget <= LARGEST:
        raise UsageError(f"tokens takes a number from {SMALLEST} to {LARGEST:,}, not {budget}")
    now = context.clock()
    with context.vault.read() as connection:
        gathered = gather(connection, now, None)
    lines = standing_lines(gathered)
    choice = choose(lines, budget)
    return as_page(choice, lines, gathered.beyond, now)


def standing_lines(gathered: Gathered) -> Sequence[Line]:
    """All that the profile could say."""
    return _lines(gathered.candidates, gathered.verdicts)


def without(lines: Sequence[Line], seen: Collection[str]) -> list[Line]:
    """The lines that none of these uids has said already."""
    return [line for line in lines if not any(each.uid in seen for each in line.all)]


def as_page(choice: Choice, lines: Sequence[Line], beyond: int, now: int) -> dict[str, Any]:
    """The sections that have something to say, as `run` describes them."""
    shown: Mapping[str, list[Shown]] = {name: [] for name in SECTIONS}
    for each in choice.shown:
        shown[each.line.section].append(each)
    stated = sum(line.section == STATED for line in lines)
    return {
        "sections": [
            {"name": name, "lines": [as_told(each, now) for each in found]} for name, found in shown.items() if found
        ],
        "left_out": len(lines) + beyond - len(choice.shown),
        "facts_left_out": stated - len(shown[STATED]),
        "replaced": sum(len(line.replaces) for line in lines),
        "tokens": choice.tokens,
    }


def as_told(shown: Shown, now: int) -> dict[str, Any]:
    line = shown.line
    return {
        "id": next(iter(line.sources), None),
        "title": shown.title,
        "text": shown.text,
        "sources": list(line.sources),
        "replaces": list(line.replaces),
        "day": as_rfc3339(line.said)[:10],
        "age_days": max(0, now // _DAY - line.said // _DAY),
        "pinned": line.pinned,
        "heard": line.heard,
    }


@lru_cache(maxsize=4)
def _lines(candidates: tuple[Candidate, ...], verdicts: tuple[Judged, ...]) -> tuple[Line, ...]:
    """Follows from its arguments alone, which hold all texts: whoever changes the vault changes them."""
    return tuple(settle(candidates, compare_all(candidates, verdicts)))
