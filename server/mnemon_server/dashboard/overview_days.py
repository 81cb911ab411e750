"""Counts by day as a chart wants them: no day left out, and no more of them than can be seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

Row = dict[str, Any]  # Any: what a chart is drawn from

MOST_POINTS = 180


def growth(made: Iterable[Mapping[str, Any]], today: date) -> list[Row]:
    """`{"day", "type", "memories"}`: how many of each type there were by the end of a day, from the day before the
    first one up to today; every type has each of the days, or a stacked chart would tear.

    `made` is what the action `overview` tells: days, oldest first. Of a long time only so many days are shown, evenly,
    and the last one always.
    """
    by_day = dict[date, dict[str, int]]()
    for each in made:
        counts = by_day.setdefault(date.fromisoformat(each["day"]), {})
        counts[each["type"]] = counts.get(each["type"], 0) + each["count"]
    if not by_day:
        return []
    kinds = sorted({kind for counts in by_day.values() for kind in counts})
    first = min(by_day) - timedelta(days=1)
    last = max(today, *by_day)
    totals, rows = dict.fromkeys(kinds, 0), list[Row]()
    length = (last - first).days
    step = max(1, -(-length // MOST_POINTS))
    for number in range(length + 1):
        day = first + timedelta(days=number)
        for kind, count in by_day.get(day, {}).items():
            totals[kind] += count
        if (length - number) % step == 0 or not number:
            rows += [{"day": local_midnight(day), "type": kind, "memories": totals[kind]} for kind in kinds]
    return rows


def lately(counts: Mapping[str, int], today: date, days: int) -> list[Row]:
    """`{"day", "tokens"}` of each of the last `days` days up to today, also of those on which nothing was given."""
    shown = [today - timedelta(days=back) for back in reversed(range(days))]
    return [{"day": local_midnight(day), "tokens": counts.get(day.isoformat(), 0)} for day in shown]


def local_midnight(day: date) -> str:
    """A browser takes a bare date for midnight UTC, which is the day before in America."""
    return f"{day.isoformat()}T00:00:00"
