"""Compare a memory with those that speak of the same: what it is connected to, and what it may replace."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import apsw

from mnemon_server.actions.by_meaning import Meaning, by_meaning
from mnemon_server.actions.context import ActionContext
from mnemon_server.llm import CONTRADICTION, HEURISTICS, SAME, UPDATE, Stated, Verdict
from mnemon_server.memory import Memory
from mnemon_server.recall import likeness
from mnemon_server.recall.subjects import QUICK, THOROUGH, Effort, Subjects, sharers, subjects_of
from mnemon_server.vault import memories, origins, relations, verdicts
from mnemon_server.vault.relations import Edge
from mnemon_server.vault.verdicts import BY_MEANING, BY_WORDS, Judged

Compare = Callable[[Stated, Stated], Verdict]
CONFLICTS = (UPDATE, CONTRADICTION)
_JUST_NOW = 2**63 - 1  # later than any clock has it
# Two memories speak of the same from this share of common words (overlap coefficient), or where they are near by their
# vectors (by_meaning.py); the rules decide from there.
LEAST_SHARED = 0.2
_SESSION_WEIGHT = 0.5
_MENTION_WEIGHT = 0.9
_LEAST_ENTITY = 0.35
_MOST_ENTITY, _MOST_SIMILAR = 8, 8
_SHOWN_WORDS = 3
# Bare `#42` is a pull request more often than a memory.
_MENTION = re.compile(r"\bmemor(?:y|ies)\s+#?(\d{1,9})\b|\bmemory://(\d{1,9})\b", re.IGNORECASE)
# What is wanted, and how things are: a finding does not contradict a preference. A decision speaks of both.
_WANTED = frozenset({"preference", "antipattern", "decision"})
_FOUND = frozenset({"observation", "research", "project", "note", "decision"})


@dataclass(frozen=True)
class Pair:
    """Two live memories that speak of the same, the one that was said later first."""

    newer: Memory
    older: Memory

    def other(self, memory: Memory) -> Memory:
        """The one that is not this memory."""
        return self.older if self.newer.id == memory.id else self.newer


@dataclass(frozen=True)
class Neighbourhood:
    """What is around one memory: `by_words` has the ids that share its telling words, `meaning` what its vector says
    (nothing while it has none), `found` the live memories themselves.

    `said_at` is when the memory said what it says. `is_newer` has those with which it was judged before: whether this
    one was said later. That outlives a corrected title or a return from the archive, which move `updated_at`.
    """

    memory: Memory
    said_at: int
    is_newer: Mapping[int, bool]
    subjects: Subjects
    by_words: tuple[int, ...]
    meaning: Meaning
    found: Mapping[int, Memory]
    stems: Mapping[int, Mapping[str, str]]

    def is_later_than(self, other: Memory) -> bool:
        """Whether the memory was said after that other one."""
        by_time = (self.said_at, self.memory.id) > (other.updated_at, other.id)
        return self.is_newer.get(other.id, by_time)

    @property
    def found_by(self) -> str:
        """By meaning, too, where it has a vector and no other memory has one."""
        return BY_MEANING if self.meaning.has_vector else BY_WORDS


def neighbourhood(
    context: ActionContext,
    connection: apsw.Connection,
    memory: Memory,
    effort: Effort = THOROUGH,
    said_at: int | None = None,
) -> Neighbourhood:
    """By words, and by meaning when the memory has a vector of the vault's model. Writes nothing. `said_at` where that
    is not when it was updated."""
    judged = verdicts.verdicts_of(connection, memory.id)
    subjects = subjects_of(connection, context.vault.frequencies, memory, effort)
    by_words = sharers(connection, subjects, memory.id, effort)
    if effort.by_meaning:  # what was said of a pair before is looked at again, however many are nearer by now
        by_words += [key for key in _in_conflict(judged, memory.id) if key not in by_words]
    meaning = by_meaning(connection, memory, by_words) if effort.by_meaning else Meaning()
    found = memories.find_many_live(connection, {*by_words, *meaning.near})
    found = {key: other for key, other in found.items() if other.type != "handoff"}
    stems = {key: likeness.stems(connection, f"{found[key].title} {found[key].content}") for key in found}
    by_words = [key for key in by_words if key in found]
    is_newer = {each.other(memory.id): each.newer == memory.id for each in judged}
    moment = memory.updated_at if said_at is None else said_at
    return Neighbourhood(memory, moment, is_newer, subjects, tuple(by_words), meaning, found, stems)


def pairs(connection: apsw.Connection, around: Neighbourhood) -> list[Pair]:
    """Those worth a judge's look: of kinds that can contradict each other, on one topic, and not of two projects."""
    if around.memory.type == "handoff":
        return []
    own = likeness.telling(likeness.stems(connection, f"{around.memory.title} {around.memory.content}"))
    ranked = [*around.by_words, *(key for key in around.meaning.near if key not in around.by_words)]
    near = [
        key
        for key in ranked
        if key in around.found
        and are_comparable(around.memory.type, around.found[key].type)
        and _is_one_topic(own, around, key)
    ]
    homes = origins.origins(connection, [around.memory.id, *near])
    return [_ordered(around, around.found[key]) for key in near if _share_a_home(homes, around, key)]


def are_comparable(one: str, other: str) -> bool:
    """Whether memories of these two types can replace or contradict each other."""
    return any(one in group and other in group for group in (_WANTED, _FOUND))


def judge_pair(compare: Compare, pair: Pair) -> Verdict:
    return compare(stated(pair.newer), stated(pair.older))


def judge_by_rules(around: Neighbourhood, pair: Pair) -> Verdict:
    """By the judge of pairs that is always there, without the tables by which heuristics read transcripts."""
    from mnemon_server.llm.comparing import compare

    nearness = around.meaning.nearness.get(pair.other(around.memory).id)
    return compare(stated(pair.newer), stated(pair.older), nearness)


def stated(memory: Memory) -> Stated:
    return Stated(memory.title, memory.content, memory.type, memory.updated_at)


def examine_on_save(context: ActionContext, connection: apsw.Connection, memory: Memory, now: int) -> list[Judged]:
    """The cheap look at a memory that was just saved, in its transaction: by words, by the rules alone. What it says
    was said after everything else, whatever a clock may have called the others.

    Returns:
        The verdicts by which this memory and an older one cannot both stand.
    """
    # Only when there is something to compare: the rules' tables cost a command more than the save.
    around = neighbourhood(context, connection, memory, QUICK, _JUST_NOW)
    found = pairs(connection, around)
    judged = [as_judged(pair, judge_by_rules(around, pair), now) for pair in found]
    keep(connection, around, judged, now)
    return [each for each in judged if each.relation in CONFLICTS and each.newer == memory.id]


def keep(connection: apsw.Connection, around: Neighbourhood, judged: Sequence[Judged], now: int) -> None:
    """Store the edges and the verdicts. That two memories have nothing to do with each other is kept only where it
    overrules an earlier verdict, or what those who ask by words alone would say. The rules overrule nobody else."""
    relations.put_made(connection, around.memory.id, edges(connection, around), now)
    memory_id = around.memory.id
    known = {each.other(memory_id): each.judge for each in verdicts.verdicts_of(connection, memory_id)}
    for each in judged:
        by_whom = known.get(each.other(memory_id))
        if each.judge == HEURISTICS and by_whom not in (None, HEURISTICS):
            continue
        if each.relation in (SAME, *CONFLICTS) or by_whom is not None or _is_far(each):
            verdicts.put_verdict(connection, each)
    verdicts.mark_examined(connection, around.memory.id, around.found_by)


def _is_far(judged: Judged) -> bool:
    from mnemon_server.llm.comparing import FAR

    return judged.reason == FAR


def as_judged(pair: Pair, verdict: Verdict, now: int) -> Judged:
    return Judged(pair.newer.id, pair.older.id, verdict.relation, verdict.reason, verdict.sureness, verdict.judge, now)


def edges(connection: apsw.Connection, around: Neighbourhood) -> list[Edge]:
    """What the memory is connected to, by its session, by name, by shared words, by meaning."""
    memory, made = around.memory, list[Edge]()
    beside = memories.session_neighbours(connection, memory)
    made += [Edge(near.id, "session", _SESSION_WEIGHT, "saved side by side in one session") for near in beside if near]
    for number in _mentioned(memory):
        if number != memory.id and memories.find_live(connection, number) is not None:
            made.append(Edge(number, "mentions", _MENTION_WEIGHT, f"names memory {number}"))
    made += sorted(_by_entity(around), key=lambda edge: -edge.weight)[:_MOST_ENTITY]
    near = [
        (key, cosine)
        for key, cosine in around.meaning.near.items()
        if key in around.found and around.meaning.is_near_enough[key]
    ]
    made += [Edge(key, "similar", round(cosine, 4), f"cosine {cosine:.2f}") for key, cosine in near[:_MOST_SIMILAR]]
    return made


def _by_entity(around: Neighbourhood) -> list[Edge]:
    made = []
    for key in around.by_words:
        shared = around.subjects.shared_with(around.stems[key])
        weight = around.subjects.weight(shared)
        if weight >= _LEAST_ENTITY and (len(shared) >= 2 or any(subject.is_name for subject in shared)):
            named = ", ".join(f"`{subject.token}`" for subject in shared[:_SHOWN_WORDS])
            made.append(Edge(key, "entity", round(weight, 4), f"both speak of {named}"))
    return made


def _mentioned(memory: Memory) -> set[int]:
    return {int(one or other) for one, other in _MENTION.findall(memory.content)}


def _in_conflict(kept: Sequence[Judged], memory_id: int) -> list[int]:
    """With whom, as the rules have it."""
    return [each.other(memory_id) for each in kept if each.relation in CONFLICTS and each.judge == HEURISTICS]


def _is_one_topic(own: set[str], around: Neighbourhood, key: int) -> bool:
    if around.meaning.is_near_enough.get(key, False):
        return True
    return likeness.contained_words(own, likeness.telling(dict(around.stems[key]))) >= LEAST_SHARED


def _share_a_home(homes: Mapping[int, str], around: Neighbourhood, key: int) -> bool:
    """What two projects do differently stands in both; what somebody likes is so in every project."""
    known = {homes[each] for each in (around.memory.id, key) if each in homes}
    return len(known) < 2 or around.memory.type == around.found[key].type == "preference"


def _ordered(around: Neighbourhood, other: Memory) -> Pair:
    return Pair(around.memory, other) if around.is_later_than(other) else Pair(other, around.memory)
