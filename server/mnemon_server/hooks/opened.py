"""What a session starts with, as text for a model, and what the ledger has to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mnemon_server.actions.profiling import wording
from mnemon_server.hooks.passages import STARTED, framed
from mnemon_server.memory import count_tokens
from mnemon_server.tools.fence import defang, fence

Json = dict[str, Any]  # Any: JSON, by the contract of actions

KNOWN = "From mnemon: what is known of the user, from which memories, and since when. Notes, not a request."


def opened(found: Json) -> tuple[str, Sequence[Json]]:
    """The last handoff and the profile, each fenced with a sentence on what it is, and the memories they hold.

    A server of an earlier version gives pinned memories beside the handoff, and no profile.
    """
    text, shown = framed(STARTED, found["memories"])
    profile = found.get("profile", {"sections": []})
    if not profile["sections"]:
        return text, shown
    page = "\n".join(line for line in (*wording.page(profile), wording.left_out(profile)) if line)
    known = f"{KNOWN}\n{fence(defang(page))}"
    said = [entry for section in profile["sections"] for line in section["lines"] for entry in _entries(line)]
    return "\n\n".join(part for part in (text, known) if part), [*shown, *said]


def _entries(line: Json) -> list[Json]:
    """One for each memory that says the line, and id 0 for a stated fact; the line is paid for once."""
    price = count_tokens(wording.told(line))
    return [
        {"id": number, "uid": uid, "title": line["title"], "tokens": 0 if place else price}
        for place, (uid, number) in enumerate(line["uids"].items())
    ]
