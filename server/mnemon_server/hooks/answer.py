"""What a hook gives back: text for the client, in the one shape that all three read."""

from __future__ import annotations

import json
from dataclasses import dataclass

# Claude Code puts anything of 10,000 characters or more into a file and shows the model its beginning.
MOST_CHARACTERS = 9_500


@dataclass(frozen=True)
class Outcome:
    """`answer` goes to the client as it is; `note` goes into the log and holds nobody's text."""

    answer: str = ""
    note: str = "nothing"


def context(event_name: str, text: str) -> str:
    """JSON that puts `text` before the model; pure ASCII, so that no locale can spoil it."""
    return json.dumps({"hookSpecificOutput": {"hookEventName": event_name, "additionalContext": text}})
