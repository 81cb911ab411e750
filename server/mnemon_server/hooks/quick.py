"""A hook that a client waits for, answered by the resident: a line there and a line back."""

from __future__ import annotations

import json
import os
import signal
import sys
import time

from mnemon_server.hooks.order import QUICK, Order, read_event
from mnemon_server.resident import place
from mnemon_server.resident.connecting import NoResident
from mnemon_server.resident.frames import ANSWER, EVENT
from mnemon_server.resident.launch import make_run_folder, start_detached
from mnemon_server.resident.line import Lost, Unfit, open_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

HARD_END = 3.0  # seconds, whatever comes over the line meanwhile
READING = 2.5  # seconds for a client to say what it wants
PATIENCE = 1.5  # seconds for the resident to answer; then the hook does its own work, by words


def main(arguments: Sequence[str]) -> int:
    """One hook, whatever happens: 0."""
    order = Order(arguments)
    environment = dict(os.environ) | ({"MNEMON_VAULT_DIR": order.vault} if order.vault else {})
    if order.event not in QUICK or place.is_off(environment):
        return _alone(arguments, None)
    folder = place.vault_folder(environment)
    if environment.get("MNEMON_REMOTE_URL") or not os.path.exists(os.path.join(folder, "default.sqlite")):
        return _alone(arguments, None)
    if os.path.lexists(os.path.join(folder, "remote_url")):
        return _alone(arguments, None)
    _give_up_after(READING)
    try:
        data = read_event()
    except BaseException:  # noqa: BLE001  an interrupt: the client wants no answer any more
        return 0
    _give_up_after(HARD_END)
    answer = _asked(folder, environment, order, data)
    _give_up_after(0)
    if answer is None:
        _alone(arguments, data)
        _start_for_the_next(folder, environment)
        return 0
    if answer and sys.stdout is not None:
        try:
            sys.stdout.buffer.write(answer.encode())
            sys.stdout.buffer.flush()
        except OSError:  # the client has gone
            os._exit(0)
    return 0


def _asked(folder: str, environment: dict[str, str], order: Order, data: bytes) -> str | None:
    """The resident's answer; None when there is none in time."""
    end = time.monotonic() + PATIENCE
    more = {"hook": order.event, "client": order.client, "environment": place.passed_on(environment)}
    try:
        line = open_line(folder, "hook", PATIENCE, **more)
        try:
            line.patience(max(0.05, end - time.monotonic()))
            line.send(EVENT, data)
            kind, told = line.receive()
        finally:
            line.close()
        answer = json.loads(told)["answer"] if kind == ANSWER else None
    except Unfit as unfit:
        if unfit.is_outdated:
            _send_away(folder)
        return None
    except (NoResident, Lost, ValueError, KeyError, TypeError):
        return None
    return answer if isinstance(answer, str) else None


def _alone(arguments: Sequence[str], data: bytes | None) -> int:
    from mnemon_server.hooks.door import main as hook

    return hook(arguments, data)


def _send_away(folder: str) -> None:
    """It is of an older program, and goes while we answer by words."""
    try:
        open_line(folder, "leave", 0.2).close()
    except NoResident:
        pass


def _start_for_the_next(folder: str, environment: dict[str, str]) -> None:
    """The next prompt is answered by meaning, too. Nobody waits for it here."""
    from pathlib import Path

    from mnemon_server.errors import MnemonError
    from mnemon_server.settings import load_settings

    try:
        if load_settings(environment, Path.home()).value("resident_minutes"):
            make_run_folder(folder)
            start_detached(folder, wait=False)
    except (OSError, MnemonError, NoResident):
        pass


def _give_up_after(seconds: float) -> None:
    """A client that says nothing keeps no process; 0 takes it back. Where there is no alarm, `door` has another."""
    if not hasattr(signal, "setitimer"):
        return
    signal.signal(signal.SIGALRM, lambda number, frame: os._exit(0))
    signal.setitimer(signal.ITIMER_REAL, seconds)
