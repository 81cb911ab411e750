"""Gather what a profile may say, and what was said of its pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import apsw

from mnemon_server.actions.examining import CONFLICTS
from mnemon_server.actions.profiling.candidate import PEOPLE, SECTION_OF_TYPE, WORKING, Candidate, of_fact, of_memory
from mnemon_server.kinds import kind_named
from mnemon_server.memory import Memory
from mnemon_server.recall import standing
from mnemon_server.vault import facts, memories, origins, profile_rows
from mnemon_server.vault.verdicts import Judged

# Types that are looked through for how things are, and for people; others only when they are pinned.
_LOOKED_THROUGH = ("observation", "project", "note")
_MOST_OF_A_TYPE = 150
_MOST_LOOKED_THROUGH = 100  # of each of those types
_MOST_PINNED = 200
_DAY = 86_400_000


@dataclass(frozen=True)
class Gathered:
    """`beyond` counts what would have its section by its type but is not among the best of it."""

    candidates: tuple[Candidate, ...]
    verdicts: tuple[Judged, ...]
    beyond: int


def gather(connection: apsw.Connection, now: int, project: str | None) -> Gathered:
    """The candidates of the whole vault, or as they are seen from a project: without what is of another one.

    Preferences, decisions and antipatterns count by their type. Of observations, notes and memories of a project
    those count that tell how things are or who somebody is, have not faded by their type's half-life (however often
    they were read: reading moves nothing here), and are as certain as their type is; a memory of the type `project`
    always tells of a project. What is pinned counts whatever it says. A newer memory by which one of these is out of
    date takes its place, whatever it says. Handoffs never count, nor does what a model concluded before a person
    keeps it.
    """
    by_type = [profile_rows.best_of_type(connection, type, _MOST_OF_A_TYPE) for type in SECTION_OF_TYPE]
    sure = {key for found in by_type for key in found.ids}
    sure.update(profile_rows.pinned_but(connection, (*SECTION_OF_TYPE, "handoff"), _MOST_PINNED))
    perhaps = [key for type in _LOOKED_THROUGH for key in _last_said(connection, type, now) if key not in sure]
    found = memories.find_many_live(connection, [*sure, *perhaps])
    chosen = {key for key in found if key in sure or _is_worth_it(found[key])}
    verdicts = profile_rows.verdicts_about(connection, sorted(chosen))
    found |= memories.find_many_live(connection, {each.newer for each in _outdating(verdicts, chosen)} - found.keys())
    chosen |= {each.newer for each in _outdating(verdicts, chosen) if _may_appear(found.get(each.newer))}
    homes = origins.origins(connection, sorted(chosen))
    candidates = [*map(of_fact, facts.facts(connection)), *_candidates(found, chosen, homes)]
    return Gathered(
        tuple(each for each in candidates if project is None or _is_seen_from(project, each)),
        tuple(each for each in verdicts if each.newer in chosen and each.older in chosen),
        sum(found.count - len(found.ids) for found in by_type),
    )


def _candidates(found: Mapping[int, Memory], chosen: Iterable[int], homes: Mapping[int, str]) -> list[Candidate]:
    return [of_memory(found[key], _section(found[key]), homes.get(key, "")) for key in sorted(chosen)]


def _last_said(connection: apsw.Connection, type: str, now: int) -> list[int]:
    half_life = kind_named(type).half_life
    assert half_life is not None
    # Whole days: within a day nothing leaves the profile.
    since = (now // _DAY - int(half_life)) * _DAY
    return profile_rows.last_said(connection, type, since, _MOST_LOOKED_THROUGH)


def _outdating(verdicts: Iterable[Judged], chosen: set[int]) -> list[Judged]:
    return [each for each in verdicts if each.relation in CONFLICTS and each.older in chosen]


def _may_appear(memory: Memory | None) -> bool:
    return memory is not None and memory.type != "handoff" and memory.captured != "assistant"


def _is_worth_it(memory: Memory) -> bool:
    is_sure = memory.captured is not None or memory.base_confidence >= kind_named(memory.type).confidence
    return is_sure and (
        memory.type == "project"
        or standing.names_a_person(memory.title, memory.content)
        or standing.tells_how_things_are(memory.title, memory.content)
    )


def _section(memory: Memory) -> str:
    if memory.type in SECTION_OF_TYPE:
        return SECTION_OF_TYPE[memory.type]
    is_of_people = memory.type == "project" or standing.names_a_person(memory.title, memory.content)
    return PEOPLE if is_of_people else WORKING


def _is_seen_from(project: str, candidate: Candidate) -> bool:
    """A decision or a lesson of another project that somebody pinned is meant to be seen; a finding of it never is."""
    if candidate.holds_everywhere or candidate.home in ("", project):
        return True
    return candidate.pinned and candidate.type in SECTION_OF_TYPE
