"""How memories fade: computed when read, never by a job."""

from __future__ import annotations

from mnemon_server.kinds import kind_named
from mnemon_server.memory import Memory, age_in_days

ACCESS_STRETCH = 0.1
LONGEST_STRETCH = 3.0
# What a hook captured fades until somebody confirms it, whatever its type.
CAPTURE_HALF_LIFE = 30.0  # days


def effective_half_life(memory: Memory) -> float | None:
    """In days: the type's half-life times min(3, 1 + 0.1 x accesses); None for types that never fade.

    A capture that nobody has confirmed has the half-life of 30 days, or its type's when that is shorter.
    """
    base = kind_named(memory.type).half_life
    if memory.captured:
        base = min(base or CAPTURE_HALF_LIFE, CAPTURE_HALF_LIFE)
    if base is None:
        return None
    return base * min(LONGEST_STRETCH, 1.0 + ACCESS_STRETCH * memory.access_count)


def recency(memory: Memory, now: int) -> float:
    """2^(-age / half-life), from 1 (just changed, or never fading) down to 0; `now` in milliseconds."""
    half_life = effective_half_life(memory)
    if half_life is None:
        return 1.0
    return float(2.0 ** (-age_in_days(memory.updated_at, now) / half_life))


def is_past_half_life(memory: Memory, now: int) -> bool:
    half_life = effective_half_life(memory)
    return half_life is not None and age_in_days(memory.updated_at, now) > half_life
