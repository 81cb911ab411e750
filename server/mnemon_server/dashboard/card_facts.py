"""What is known about a memory besides its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from mnemon_server.dashboard.card_line import Brief, made
from mnemon_server.dashboard.plain import inert
from mnemon_server.kinds import kind_named
from mnemon_server.recall.decay import ACCESS_STRETCH, CAPTURE_HALF_LIFE, LONGEST_STRETCH


def draw_facts(memory: Brief, confidence: Sequence[str]) -> None:
    """One line each: a table would not fit a narrow window."""
    st.markdown("  \n".join(f":gray[{label}] {inert(value)}" for label, value in facts(memory, confidence)))


def facts(memory: Brief, confidence: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(what it is called, what it is), in the order in which a person asks."""
    yield "Saved", made(memory["created_at"])
    if memory["updated_at"] != memory["created_at"]:
        yield "Last changed", made(memory["updated_at"])
    yield "By", memory["source_client"] or "unknown"
    yield "Confidence", f"{memory['confidence']:.0%}: {'; '.join(confidence)}"
    yield "Fades", fading(memory)
    yield "Opened", "once" if memory["access_count"] == 1 else f"{memory['access_count']:,} times"
    if memory["captured"]:
        yield "Heard", f"a hook took it from what the {memory['captured']} said; nobody has confirmed it yet"
    yield "Length", f"{len(memory['content']):,} characters"
    for label, name in (("Session", "source_session"), ("Source key", "source_key"), ("Uid", "uid")):
        if memory[name]:
            yield label, memory[name]


def fading(memory: Brief) -> str:
    """How long the memory takes to lose half of its freshness, stretched by every time it was opened."""
    base = kind_named(memory["type"]).half_life
    if memory["captured"]:
        base = min(base or CAPTURE_HALF_LIFE, CAPTURE_HALF_LIFE)
    if base is None:
        return "never, as all memories of its type"
    days = base * min(LONGEST_STRETCH, 1.0 + ACCESS_STRETCH * memory["access_count"])
    kept = ", but is not archived while it is pinned" if memory["pinned"] else ""
    return f"by half in {days:,.0f} days without a change{kept}"
