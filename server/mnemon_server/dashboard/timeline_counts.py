"""How many memories were made when, by whatever tells them apart: type, client or session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mnemon_server.dashboard import times
from mnemon_server.dashboard.book import Answer, Book
from mnemon_server.dashboard.card_line import Brief
from mnemon_server.dashboard.charts import scale
from mnemon_server.dashboard.looks import COLOURS
from mnemon_server.dashboard.timeline_stretch import Stretch, start_of

TYPE, CLIENT, SESSION = "type", "client", "session"
_PAGE = 500  # memories of one answer
_MOST_NAMED = 7  # groups with a colour of their own
_OTHERS = "all others"


@dataclass(frozen=True)
class Counts:
    """`by_day` counts (first day of a step, group); `names` are the groups with their colours, as they are stacked."""

    by_day: dict[tuple[date, str], int]
    names: list[str]
    colours: list[str]


def by_type(overview: Answer, stretch: Stretch) -> Counts:
    """From what the vault has counted itself, however many memories there are."""
    found = Counter[tuple[date, str]]()
    for row in overview["made"]:
        day = date.fromisoformat(row["day"])
        if stretch.holds(day):
            found[start_of(day, stretch.step), row["type"]] += row["count"]
    names, colours = scale({kind for _, kind in found})
    return Counts(dict(found), names, colours)


def by_group(vault: Book, stretch: Stretch, by: str) -> Counts:
    """From the memories of the stretch, one by one: the vault keeps no count of these."""
    zone = times.zone()

    def work_out() -> Counts:
        memories = list(within(vault, stretch))
        named = group_names(memories, by)
        largest = [name for name, _ in Counter(named).most_common(_MOST_NAMED)]
        found = Counter[tuple[date, str]]()
        for memory, name in zip(memories, named, strict=True):
            day = start_of(times.local(memory["created_at"]).date(), stretch.step)
            found[day, name if name in largest else _OTHERS] += 1
        names = largest + [_OTHERS] * (len(set(named)) > len(largest))
        return Counts(dict(found), names, [*list(COLOURS.values())[: len(largest)], "#999999"][: len(names)])

    counts: Counts = vault.remember(f"timeline {by} {stretch} {zone}", work_out)
    return counts


def within(vault: Book, stretch: Stretch) -> Iterator[Brief]:
    """The live memories made in a stretch, the newest first."""
    begins, before = stretch.begins(times.zone()), None
    while True:
        page = vault.ask("browse", until=stretch.ends(times.zone()).isoformat(), limit=_PAGE, before=before)
        for memory in page["memories"]:
            if datetime.fromisoformat(memory["created_at"]) < begins:
                return
            yield memory
        before = page["next"]
        if before is None:
            return


def group_names(memories: Sequence[Brief], by: str) -> list[str]:
    """What each of these, the newest first, belongs to, for people."""
    if by == TYPE:
        return [memory["type"] for memory in memories]
    if by == CLIENT:
        return [memory["source_client"] or "unknown client" for memory in memories]
    began = {memory["source_session"]: memory for memory in memories}
    return [_session(began[memory["source_session"]]) for memory in memories]


def _session(first: Brief) -> str:
    """Such as `cursor, 26 Nov 14:05, …9f3a`: nobody knows a session by its number."""
    if not first["source_session"]:
        return "no session"
    there = times.local(first["created_at"])
    at = f"{there.day} {there:%b %H:%M}"
    return f"{first['source_client'] or 'unknown client'}, {at}, …{first['source_session'][-4:]}"
