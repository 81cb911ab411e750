"""What a hook is told: its command line, and the event on its standard input. Light: every prompt waits for it."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

CLIENTS = ("claude-code", "gemini", "codex")
PATIENT = "--in-foreground"
# A prompt with a pasted file may have a megabyte; what is larger is nobody's prompt.
MOST_BYTES = 32_000_000
# Those that a client waits for, and their modules: the resident answers them.
QUICK = {"surface": "surface", "session-start": "session_start"}


class Order:
    """What the command line asks for, read with patience: an option of a later version is passed over."""

    def __init__(self, arguments: Sequence[str]) -> None:
        words, options = _apart(arguments), {"--client": "", "--vault-dir": ""}
        for name in options:
            if name in words[:-1]:
                place = words.index(name)
                options[name] = words[place + 1]
                del words[place : place + 2]
        self.client = options["--client"] if options["--client"] in CLIENTS else CLIENTS[0]
        self.event = next((word for word in words if not word.startswith("-")), "")
        self.vault = options["--vault-dir"]
        self.in_foreground = PATIENT in words
        self.arguments = tuple(arguments)


def read_event() -> bytes:
    """What the client says; nothing of it is understood yet."""
    if sys.stdin is None or sys.stdin.isatty():
        return b"{}"
    return sys.stdin.buffer.read(MOST_BYTES)


def _apart(arguments: Sequence[str]) -> list[str]:
    """`--client=gemini` as the two words that it is."""
    return [part for word in arguments for part in (word.split("=", 1) if word.startswith("--") else [word])]
