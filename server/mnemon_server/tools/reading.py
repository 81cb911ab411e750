"""Resources: one memory, the profile, the most recent ones, as Markdown."""

from __future__ import annotations

from mnemon_server.errors import UnknownMemory
from mnemon_server.tools import render
from mnemon_server.tools.surface import Perform

TEMPLATE = "memory://{id}"
FIXED: tuple[tuple[str, str, str], ...] = (
    ("memory://profile", "profile", "What is known about the user."),
    ("memory://recent", "recent", "The twenty newest memories."),
)


def read(perform: Perform, address: str) -> str:
    """The text behind a `memory://` address; reading one memory counts as an access.

    Raises:
        UnknownMemory: no such resource, or no live memory with this id.
    """
    name = address.removeprefix("memory://")
    if name == "profile":
        return render.profile(render.inert(perform("profile", {})))
    if name == "recent":
        return render.timeline(render.inert(perform("timeline", {"limit": 20})))
    if address.startswith("memory://") and name.isascii() and name.isdigit() and len(name) < 19:
        return render.get(render.inert(perform("get", {"id": int(name)})))
    raise UnknownMemory(f"there is no resource {address!r}", f"{TEMPLATE}, memory://profile or memory://recent")
