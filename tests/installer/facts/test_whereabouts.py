"""Which region is nearest, by the time zone of the machine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mnemon_installer.facts.fly import FlyRegion
from mnemon_installer.facts.whereabouts import Zone, nearest, time_zone
from mnemon_installer.world.real import RealWorld

REGIONS = (
    FlyRegion("ams", "Amsterdam", False, 52.37, 4.90),
    FlyRegion("iad", "Ashburn", False, 39.02, -77.54),
    FlyRegion("syd", "Sydney", False, -33.87, 151.20),
    FlyRegion("nrt", "Tokyo", False, 35.62, 139.78),
    FlyRegion("waw", "Warsaw", True, 52.17, 20.97),
)


def set_to(zone: str) -> RealWorld:
    return RealWorld({"TZ": zone}, Path("/"), sys.platform)


@pytest.mark.skipif(not Path("/usr/share/zoneinfo/zone1970.tab").exists(), reason="no table of time zones here")
@pytest.mark.parametrize(
    ("zone", "region"),
    [
        ("Europe/Warsaw", "ams"),  # nearer to one that has to be paid for
        ("America/New_York", "iad"),
        ("Pacific/Auckland", "syd"),
        (":Asia/Tokyo", "nrt"),
        ("America/Argentina/Buenos_Aires", "iad"),
    ],
)
def test_the_nearest_region_follows_from_the_time_zone(zone: str, region: str) -> None:
    found = time_zone(set_to(zone))
    assert found is not None and found.name == zone.lstrip(":")
    chosen = nearest(found, REGIONS)
    assert chosen is not None and chosen.code == region


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "CET-1CEST", "../../etc/passwd", "Mars/Olympus"])
def test_a_zone_that_is_no_place_suggests_nothing(zone: str) -> None:
    assert time_zone(set_to(zone)) is None


def test_across_the_date_line_is_near() -> None:
    chosen = nearest(Zone("Pacific/Fiji", -18.1, -179.9), REGIONS)
    assert chosen is not None and chosen.code == "syd"
    assert nearest(Zone("Pacific/Fiji", -18.1, -179.9), ()) is None
