"""The proxy of each app as a process: at which port, started, ended."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.fakes.fly import process
from tests.fakes.fly.state import Json, State
from tests.fakes.fly.trouble import Trouble

ROOT = Path(__file__).parents[3]  # where the package `tests` is
_PATIENCE = 30.0  # seconds


def take_port(data: Json) -> int:
    """The one that was promised, for the first app; for others any."""
    return int(data["reserved_ports"].pop(0)) if data["reserved_ports"] else process.free_port()


def ensure(state: State, name: str, environment: Mapping[str, str]) -> None:
    """Returns when it takes connections."""
    with state.change() as data:
        port = int(data["ports"][name])
        if data.get("closed"):
            raise Trouble("the test of this stand-in is over")
        folder = state.proxy(name)
        known = process.noted(folder)
        if known is None:
            folder.mkdir(parents=True, exist_ok=True)
            wanted = {key: value for key, value in environment.items() if key.startswith("FAKEFLY_")}
            argv = (sys.executable, "-P", "-m", "tests.fakes.fly.proxy", str(state.folder), name, str(port))
            known = process.spawn(argv, {**wanted, "PYTHONPATH": str(ROOT), "PATH": os.defpath}, folder, folder)
    until = time.monotonic() + _PATIENCE
    while not process.is_accepting(port):
        if not process.is_alive(known) or time.monotonic() > until:
            raise Trouble(f"the stand-in's proxy does not listen at {port}: {(folder / 'log').read_text()}")
        time.sleep(0.01)


def end(state: State, name: str) -> None:
    process.end(process.noted(state.proxy(name)))
    shutil.rmtree(state.proxy(name), ignore_errors=True)
