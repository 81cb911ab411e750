"""Stretches of days as the time line counts them, in the time zone of whoever looks; bars over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

_MOST_DAYS = 92  # of single days in one chart; longer stretches are counted by the week
WEEK = timedelta(days=7)
ONE = timedelta(days=1)


@dataclass(frozen=True)
class Stretch:
    """From one day to another one, both of them in it."""

    first: date
    last: date

    @property
    def step(self) -> timedelta:
        """A day, or a week where there are too many days to tell apart."""
        return ONE if (self.last - self.first).days < _MOST_DAYS else WEEK

    def begins(self, zone: tzinfo) -> datetime:
        return datetime.combine(self.first, time(), zone)

    def ends(self, zone: tzinfo) -> datetime:
        """The midnight after the last day."""
        return datetime.combine(self.last + ONE, time(), zone)

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def everything(first: date, last: date, zone: tzinfo, shift: timedelta) -> Stretch:
    """From the first day to the last one, which were counted on a clock `shift` ahead of Greenwich all the year round:
    where the zone's own clock stood elsewhere then, a memory made around midnight may belong to the day beside."""
    before = ONE if _shift(first, zone) != shift else timedelta()
    after = ONE if _shift(last, zone) != shift else timedelta()
    return Stretch(first - before, last + after)


def _shift(day: date, zone: tzinfo) -> timedelta:
    return datetime.combine(day, time(12), zone).utcoffset() or timedelta()


def start_of(day: date, step: timedelta) -> date:
    """The day itself, or the Monday of its week."""
    return day - timedelta(days=day.weekday()) if step == WEEK else day


def stacked(counts: Mapping[tuple[date, str], int], names: Iterable[str], step: timedelta) -> list[dict[str, object]]:
    """Rows for bars that stand on each other in the order of `names`: `day`, `until`, `name`, `count`, `low`, `high`.

    Times carry no zone: a browser takes them for its own, where a plain date would be midnight in Greenwich.
    """
    rows, heights = list[dict[str, object]](), dict[date, int]()
    for name in names:
        for (day, its_name), count in counts.items():
            if its_name != name:
                continue
            low = heights.get(day, 0)
            heights[day] = low + count
            end = datetime.combine(day, time()) + step * 0.9
            rows.append(
                {
                    "day": datetime.combine(day, time()).isoformat(),
                    "until": end.isoformat(timespec="seconds"),
                    "name": name,
                    "count": count,
                    "low": low,
                    "high": low + count,
                }
            )
    return rows
