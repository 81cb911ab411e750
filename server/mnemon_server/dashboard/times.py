"""Moments as somebody in front of the page has them: their time zone, their words for an age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import streamlit as st


def zone() -> tzinfo:
    """The browser's time zone; UTC while it is not known."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError, OSError):
        return UTC


def offset_minutes() -> int:
    """How far that zone is ahead of UTC now."""
    shift = datetime.now(zone()).utcoffset() or timedelta()
    return int(shift.total_seconds() // 60)


def local(moment: str) -> datetime:
    """An RFC 3339 time as the browser's clock had it."""
    return datetime.fromisoformat(moment).astimezone(zone())


def shown(moment: str) -> str:
    """Such as `26 Nov 2026, 14:05`."""
    if not moment:
        return "never"
    there = local(moment)
    return f"{there.day} {there:%b %Y, %H:%M}"


def age(days: float) -> str:
    """Such as `today`, `5 days`, `3 months`."""
    if days < 1:
        return "today"
    for size, name in ((365.25, "year"), (30.44, "month"), (7.0, "week"), (1.0, "day")):
        if days >= size * (2 if name != "day" else 1) or name == "day":
            count = int(days // size)
            return f"{count} {name}" + ("s" if count != 1 else "")
    return "today"


def days_since(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds() / 86_400
