"""How a resident is, for status and doctor."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from mnemon_server.errors import MnemonError
from mnemon_server.serve.resident.presence import Presence
from mnemon_server.serve.resident.rooms import Rooms


def state_of(presence: Presence, rooms: Rooms) -> dict[str, Any]:  # Any: JSON
    """`{"clients": [{"pid", "name"}], "calls", "hooks": connections, "memory_bytes",
    "model": {"name", "loaded"} | None, "pending": memories without a vector | None}`."""
    found: dict[str, Any] = {  # Any: JSON
        "clients": [{"pid": caller.pid, "name": caller.name} for caller in presence.callers if caller.purpose == "mcp"],
        "calls": presence.count("calls"),
        "hooks": presence.count("hook"),
        "memory_bytes": memory_bytes(),
        "model": None,
        "pending": None,
    }
    vault = rooms.newest()
    if vault is not None:
        with suppress(MnemonError):
            name = vault.models.state().name
            found["model"] = {"name": name, "loaded": vault.models.loaded() is not None}
            if vault.settings.vault_path.exists():
                found["pending"] = vault.perform("status", {}, "resident")["pending"]
    return found


def memory_bytes() -> int | None:
    """What this process has in memory now; None where that cannot be told cheaply."""
    if sys.platform != "linux":
        return None
    with suppress(OSError, ValueError):
        import resource

        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()
    return None
