"""The shared server of a vault: what is wrong with it, if anything, and how it is in a few words."""

from __future__ import annotations

from collections.abc import Sequence

from mnemon_server import __version__
from mnemon_server.client.resident_told import Guest, ResidentState

MOST_MEMORY = 1_500_000_000  # bytes; the largest model that is offered needs a third of it


def trouble_with(state: ResidentState) -> str:
    """Why it should be started anew; empty where all is well."""
    who = "the shared server" + (f" (process {state.pid})" if state.pid is not None else "")
    if state.problem:
        return f"{who} is of no use: {state.problem}"
    if state.is_outdated:
        return f"{who} is of version {state.version}, installed before this program, which is {__version__}"
    if state.memory_bytes is not None and state.memory_bytes > MOST_MEMORY:
        return f"{who} has taken {megabytes(state.memory_bytes)} of memory"
    return ""


def described(state: ResidentState) -> str:
    """`version 0.8.0, process 4711, for 12 min, 2 clients, 180 MB, its model loaded`."""
    parts = [
        f"version {state.version}",
        f"process {state.pid}",
        f"for {span(state.uptime_seconds)}",
        counted(len(state.clients)),
    ]
    if state.memory_bytes is not None:
        parts.append(megabytes(state.memory_bytes))
    if state.model is not None:
        parts.append("its model loaded" if state.is_model_loaded else "its model not loaded")
    return ", ".join(parts)


def names_of(clients: Sequence[Guest]) -> str:
    """What they call themselves, each once; those that have not said it yet by their process."""
    return ", ".join(dict.fromkeys(client.name or f"process {client.pid}" for client in clients))


def counted(clients: int) -> str:
    return f"{clients} client{'s' * (clients != 1)}"


def span(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h`, `2 days`: as exact as anybody cares."""
    for size, name in ((172_800, "days"), (7_200, "h"), (120, "min")):
        if seconds >= size:
            return f"{seconds / {'days': 86_400, 'h': 3_600, 'min': 60}[name]:.0f} {name}"
    return f"{seconds:.0f} s"


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"
