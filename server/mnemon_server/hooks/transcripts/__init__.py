"""What people and models said in a client's own record of a session."""

from __future__ import annotations

from pathlib import Path

from mnemon_server.hooks.transcripts import claude, codex, gemini
from mnemon_server.hooks.transcripts.lines import read_stretch
from mnemon_server.hooks.transcripts.turn import Reading, Turn
from mnemon_server.hooks.transcripts.typed import typed

__all__ = ["Reading", "Turn", "read_transcript", "spoken"]

_ROOMS = {"claude-code": claude, "gemini": gemini, "codex": codex}


def read_transcript(client: str, path: Path, position: int = 0) -> Reading:
    """What was said in a transcript since the last reading.

    Args:
        client: `claude-code`, `gemini` or `codex`; of any other client nothing is read.
        path: the transcript; one that is missing or cannot be read says nothing.
        position: the `position` of the last reading. A file that has become smaller is read from its beginning;
            of more than 8 MB unread the last 8 MB are read.

    Returns:
        The turns and edited files of this stretch. A line that is still being written waits for the next reading,
        a line that makes no sense is passed over. The same text can come again in a later reading.
    """
    room = _ROOMS.get(client)
    stretch = read_stretch(path, position) if room else None
    if room is None or stretch is None:
        return Reading(turns=(), edited=(), position=position)
    turns, edited = room.read(stretch)
    return Reading(turns=tuple(turns), edited=tuple(dict.fromkeys(filter(None, edited))), position=stretch.position)


def spoken(client: str, prompt: str) -> str:
    """The prompt of a hook's payload without what the client added; empty when no human typed it."""
    room = _ROOMS.get(client)
    return typed(room.asked(prompt) if room else prompt)
