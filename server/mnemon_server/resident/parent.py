"""Leaving with the client that started us."""

from __future__ import annotations

import os
import sys
import threading

CHECK = 2.0  # seconds


def leave_with_parent(parent: int) -> None:
    """A client that was killed may leave its end of our input open in a sibling; then only its death tells."""
    if sys.platform == "win32":
        return  # no re-parenting there: a dead parent's id may belong to anybody by now

    def watch() -> None:
        pause = threading.Event()
        while os.getppid() == parent:
            pause.wait(CHECK)
        os._exit(0)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
