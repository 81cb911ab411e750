"""What a client tells a hook, whichever client it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LONGEST_NAME = 200


@dataclass(frozen=True)
class HookEvent:
    """One call of a hook. A text that the client did not send is empty.

    Attributes:
        client: `claude-code`, `gemini` or `codex`.
        name: the event as the client calls it, such as `UserPromptSubmit`.
        session: the client's id of the session.
        transcript: the client's own record of the session, there or not.
        folder: where the session works.
        prompt: what the user typed.
        reply: the last words of the model.
        source: why a session starts: `startup`, `resume`, `clear`, `compact`.
    """

    client: str
    name: str = ""
    session: str = ""
    transcript: Path | None = None
    folder: str = ""
    prompt: str = ""
    reply: str = ""
    source: str = ""

    @property
    def actor(self) -> str:
        """The name under which what a hook saves is recorded."""
        return f"{self.client}-hook"


def parse_event(data: bytes, client: str) -> HookEvent:
    """The event in a client's JSON.

    Raises:
        ValueError: not UTF-8, not JSON, nested too deeply, or no object.
    """
    try:
        payload = json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(payload, dict):
        raise ValueError("not an object")
    transcript = _text(payload, "transcript_path")
    return HookEvent(
        client=client,
        name=_text(payload, "hook_event_name")[:_LONGEST_NAME],
        session=_text(payload, "session_id")[:_LONGEST_NAME],
        transcript=Path(transcript) if transcript and "\0" not in transcript else None,
        folder=_text(payload, "cwd"),
        prompt=_text(payload, "prompt"),
        reply=_text(payload, "last_assistant_message") or _text(payload, "prompt_response"),
        source=_text(payload, "source")[:_LONGEST_NAME],
    )


def _text(payload: dict[str, Any], name: str) -> str:  # Any: JSON from the client
    """A text that can be stored and searched for; anything else counts as not sent."""
    value = payload.get(name)
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
