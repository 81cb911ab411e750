"""Roughly where this machine is, by its time zone: nobody is asked over a network for that."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.facts.fly import FlyRegion
from mnemon_installer.world import World

_ZONES = Path("/usr/share/zoneinfo")
_TABLES = ("zone1970.tab", "zone.tab")
_POINT = re.compile(r"([+-]\d{4,6})([+-]\d{5,7})")  # ISO 6709: degrees, minutes and perhaps seconds, unseparated


@dataclass(frozen=True)
class Zone:
    """`name` as in `Europe/Berlin`; the place that it is named after, in degrees."""

    name: str
    latitude: float
    longitude: float


def time_zone(world: World) -> Zone | None:
    """The time zone that this machine is set to; None for one that says nothing of a place, as UTC does."""
    name = world.environment.get("TZ", "").strip().removeprefix(":") or _set_zone()
    for table in _TABLES:
        for line in (world.read(_ZONES / table) or b"").decode("utf-8", "replace").splitlines():
            columns = line.split("\t")
            if len(columns) > 2 and columns[2] == name and (point := _POINT.fullmatch(columns[1])):
                return Zone(name, _degrees(point[1], 2), _degrees(point[2], 3))
    return None


def nearest(zone: Zone, regions: Iterable[FlyRegion]) -> FlyRegion | None:
    """The region closest to the zone's place, among those that no plan must be paid for."""
    free = [each for each in regions if not each.is_paid]
    return min(free, key=lambda region: _distance(zone, region), default=None)


def _set_zone() -> str:
    """What the system's clock is shown in: a link into the table of zones, on Linux and macOS."""
    try:
        target = os.path.realpath("/etc/localtime")
    except OSError:
        return ""
    return target.partition("zoneinfo/")[2]


def _degrees(written: str, whole: int) -> float:
    """`whole` is how many digits the degrees have."""
    digits = written[1:]
    minutes, seconds = digits[whole : whole + 2], digits[whole + 2 :]
    size = int(digits[:whole]) + int(minutes) / 60 + int(seconds or 0) / 3600
    return -size if written[0] == "-" else size


def _distance(zone: Zone, region: FlyRegion) -> float:
    """The angle between two places on the globe, in radians (the haversine formula)."""
    one, other = math.radians(zone.latitude), math.radians(region.latitude)
    apart = math.radians(region.longitude - zone.longitude)
    half = math.sin((other - one) / 2) ** 2 + math.cos(one) * math.cos(other) * math.sin(apart / 2) ** 2
    return 2 * math.asin(math.sqrt(min(1.0, half)))
