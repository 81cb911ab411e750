"""What there is to know about the user, in a page: stated facts, preferences, decisions, what to avoid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.memory import Memory, as_rfc3339, snippet
from mnemon_server.vault import facts, memories
from mnemon_server.vault.memories import Filters

_MOST_PER_SECTION = 200
_LINE_LENGTH = 240
_CHARACTERS_PER_TOKEN = 4  # of English text; other scripts use more tokens, so their profile is shorter


@dataclass(frozen=True)
class Line:
    """One line of the profile and where it comes from: a memory id, or None for a stated fact."""

    id: int | None
    title: str
    text: str
    day: str


def run(context: ActionContext, tokens: int | None = None) -> dict[str, Any]:
    """The profile within a budget, by default the setting `profile_tokens`.

    Sections take turns, so that no long one crowds out another; within a section pinned, confident and
    recent memories come first.

    Returns:
        `{"sections": [{"name", "lines": [{"id", "title", "text", "day"}]}], "left_out": int, "tokens": int}`
    """
    budget = (tokens or int(context.settings.value("profile_tokens"))) * _CHARACTERS_PER_TOKEN
    with context.vault.read() as connection:
        stated = [
            Line(None, fact.title, snippet(fact.content, _LINE_LENGTH), as_rfc3339(fact.updated_at)[:10])
            for fact in facts.facts(connection)
        ]
        sections = [("Stated facts", stated)]
        for name, kind in (("Preferences", "preference"), ("Decisions", "decision"), ("To avoid", "antipattern")):
            page = memories.page_of_live(connection, Filters(type=kind), _MOST_PER_SECTION)
            sections.append((name, [_line(memory) for memory in sorted(page, key=_rank)]))
    chosen, used = _take_turns([lines for _, lines in sections], budget)
    return {
        "sections": [
            {"name": name, "lines": [vars(line) for line in lines]}
            for (name, _), lines in zip(sections, chosen, strict=True)
            if lines
        ],
        "left_out": sum(len(lines) for _, lines in sections) - sum(len(lines) for lines in chosen),
        "tokens": used // _CHARACTERS_PER_TOKEN,
    }


def _take_turns(sections: Sequence[Sequence[Line]], budget: int) -> tuple[list[list[Line]], int]:
    chosen: list[list[Line]] = [[] for _ in sections]
    used = 0
    for rank in range(max(map(len, sections), default=0)):
        for section, lines in zip(chosen, sections, strict=True):
            if rank >= len(lines):
                continue
            cost = len(lines[rank].title) + len(lines[rank].text) + 20
            if used + cost > budget:
                return chosen, used
            section.append(lines[rank])
            used += cost
    return chosen, used


def _rank(memory: Memory) -> tuple[bool, float, int]:
    return (not memory.pinned, -memory.confidence, -memory.updated_at)


def _line(memory: Memory) -> Line:
    return Line(memory.id, memory.title, snippet(memory.content, _LINE_LENGTH), as_rfc3339(memory.updated_at)[:10])
