"""What a test wants to go wrong: the n-th call of a command fails, hangs, or kills the program that made it."""

from __future__ import annotations

import json
import os
import signal
import sys

from tests.fakes.fly import process
from tests.fakes.fly.state import Json, State
from tests.fakes.fly.trouble import Trouble

MODES = ("fail", "fail_after", "hang", "kill_parent_before", "kill_parent_after")


class Injected(Trouble):
    """Says on stderr what the test wants it to, and nothing else."""

    def __init__(self, fault: Json) -> None:
        super().__init__("", status=int(fault.get("exit", 1)))
        self.said = str(fault.get("stderr", "")) or "Error: the platform is not having a good day"

    @property
    def text(self) -> str:
        return self.said.rstrip("\n") + "\n"


def due(state: State, command: str) -> Json | None:
    """Counts this call for every fault of its command; the one whose number is reached."""
    with state.change() as data:
        for fault in data["faults"]:
            if f"{command} ".startswith(f"{fault['cmd']} "):
                fault["seen"] = fault.get("seen", 0) + 1
                fault["is_due"] = fault["seen"] == fault["nth"]
            else:
                fault["is_due"] = False
        return next((dict(fault) for fault in data["faults"] if fault["is_due"]), None)


def strike_before(state: State, fault: Json) -> None:
    if fault["mode"] == "fail":
        raise Injected(fault)
    if fault["mode"] == "kill_parent_before":
        _kill_parent()
    if fault["mode"] == "hang":
        _hang(state)


def strike_after(fault: Json) -> None:
    if fault["mode"] == "fail_after":
        raise Injected(fault)
    if fault["mode"] == "kill_parent_after":
        _kill_parent()


def _kill_parent() -> None:
    os.kill(os.getppid(), signal.SIGKILL)
    sys.exit(9)


def _hang(state: State) -> None:
    """Until killed. Whoever reads from the pipe `hanging` gets the number of the process, and knows that it hangs."""
    known = json.dumps(process.this_one())
    with (state.folder / "hung").open("a", encoding="utf-8") as file:
        file.write(known + "\n")
    with (state.folder / "hanging").open("w", encoding="utf-8") as pipe:  # waits for a reader: that hangs as well
        pipe.write(known + "\n")
    while True:
        signal.pause()
