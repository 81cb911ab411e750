"""What a reading of a transcript yields."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Turn:
    """One text by one speaker.

    Attributes:
        role: `user` or `assistant`.
        text: as typed or written, without what the client added.
    """

    role: str
    text: str


@dataclass(frozen=True)
class Reading:
    """One stretch of a transcript.

    Attributes:
        turns: what was said, in order.
        edited: files that tools wrote or edited, as the tool call names them, each once, in order.
        position: the bytes read, up to the end of the last complete line; where the next reading begins.
    """

    turns: tuple[Turn, ...]
    edited: tuple[str, ...]
    position: int
