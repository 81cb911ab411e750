"""The resident server of a vault from outside: how it is, starting it, and stopping it."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mnemon_server.client.resident_processes import is_running, resident_pids
from mnemon_server.client.resident_told import Guest, ResidentOff, ResidentState, ResidentTrouble, Stopped
from mnemon_server.resident import place
from mnemon_server.resident.connecting import NoResident
from mnemon_server.resident.frames import ANSWER
from mnemon_server.resident.hold import try_lock
from mnemon_server.resident.identity import identity, should_replace
from mnemon_server.resident.launch import ask_to_leave, reach
from mnemon_server.resident.line import Line, Lost, Unfit, open_line
from mnemon_server.settings import Settings

STATE_SECONDS = 2.0  # for one that is there to say how it is
START_SECONDS = 10.0
STOP_SECONDS = 15.0  # it sees its clients off for ten
_SIGNAL_SECONDS = 1.0  # from being told by a signal to being ended by one
_PAUSE, _LONGEST_PAUSE = 0.02, 0.2
Json = dict[str, Any]  # Any: JSON


def off_because(settings: Settings, environment: Mapping[str, str] = os.environ) -> str:
    """Why there shall be no resident; empty where there may be one."""
    if place.is_off(dict(environment)):
        return f"{place.OFF} is {environment[place.OFF]}"
    return "" if settings.value("resident_minutes") else "resident_minutes is 0"


def require_wanted(settings: Settings) -> None:
    """
    Raises:
        ResidentOff: there shall be none.
    """
    if why := off_because(settings):
        way_back = f"unset {place.OFF}" if why.startswith(place.OFF) else "mnemon config set resident_minutes 15"
        raise ResidentOff(f"no shared server is wanted here: {why}", way_back)


def resident_state(settings: Settings, seconds: float = STATE_SECONDS) -> ResidentState | None:
    """How the vault's resident is; None when there is none. None is started for that.

    One that begins or ends just now gets `seconds` to have done so, and the same to answer.
    """
    folder, end = str(settings.folder), time.monotonic() + seconds
    while True:
        try:
            line = open_line(folder, "state", max(0.1, end - time.monotonic()))
        except Unfit as unfit:
            if unfit.answer.get("refused") != "leaving":
                return _unusable(unfit.answer, str(unfit))
            trouble: NoResident = unfit
        except NoResident as none:
            if not _is_held(folder):
                return None
            trouble = none
        else:
            return _state_on(line, max(0.1, end - time.monotonic()))
        if time.monotonic() > end:
            pids = resident_pids(settings.folder)
            return ResidentState(pids[0] if pids else None, problem=f"it cannot be reached ({trouble})")
        time.sleep(_PAUSE)


def start_resident(settings: Settings, seconds: float = START_SECONDS) -> ResidentState:
    """How the vault's resident is, which is started when there is none, and replaced when it is of an older program.

    Raises:
        ResidentOff: there shall be none.
        ResidentTrouble: there can be none, or there is one that does not answer.
    """
    require_wanted(settings)
    folder, end = str(settings.folder), time.monotonic() + seconds
    try:
        line = reach(folder, "state", seconds)
        if should_replace(identity(), line.resident):
            line.close()
            ask_to_leave(folder)
            line = reach(folder, "state", max(0.1, end - time.monotonic()))
    except NoResident as none:
        log = place.log_path(folder)
        raise ResidentTrouble(f"the shared server cannot be used: {none}", f"its log is {log}") from None
    state = _state_on(line, max(0.1, end - time.monotonic()))
    if state.problem:
        raise ResidentTrouble(f"the shared server cannot be used: {state.problem}", "mnemon resident restart")
    return state


def is_resident_there(settings: Settings) -> bool:
    """Whether there is one, were it only finishing what it has to: until then it has the vault open."""
    return resident_state(settings) is not None or bool(resident_pids(settings.folder))


def stop_resident(settings: Settings, seconds: float = STOP_SECONDS) -> Stopped | None:
    """Ask the vault's resident to leave, and wait until it has, and one that is on its way out too; what is there after
    `seconds` is ended, first by the signal that asks for it. None when there was none.

    Raises:
        ResidentTrouble: it is there still.
    """
    folder = settings.folder
    before = resident_state(settings, min(seconds, STATE_SECONDS))
    pids = set(resident_pids(folder))
    if before is None and not pids:
        return None
    before = before or ResidentState(None)
    if before.pid is not None:
        pids.add(before.pid)
    if before.version:  # it listens, whatever else is wrong with it
        ask_to_leave(str(folder))
    elif before.problem:  # it does not
        seconds = min(seconds, _SIGNAL_SECONDS)
    has_left = _waited(lambda: _has_gone(folder, pids), time.monotonic() + seconds)
    if not has_left:
        _end(folder, pids)
    after = resident_state(settings)
    return Stopped(before.pid, before.clients, not has_left, after.pid if after is not None else None)


def _end(folder: Path, pids: Collection[int]) -> None:
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        for pid in pids:
            if is_running(pid, folder):  # whatever else has that number by now is nobody to be ended
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
        if _waited(lambda: _has_gone(folder, pids), time.monotonic() + (_SIGNAL_SECONDS if pids else 0)):
            return
    numbers = " ".join(str(pid) for pid in sorted(pids))
    hint = f"kill -9 {numbers}" if place.has_sockets() else f"taskkill /F /PID {numbers}"
    raise ResidentTrouble(f"the shared server does not end: process {numbers or 'unknown'}", hint if numbers else "")


def _has_gone(folder: Path, pids: Collection[int]) -> bool:
    """Its lock alone tells where processes cannot be looked at; elsewhere a successor may have that by now."""
    if place.has_sockets() and pids:
        return not any(is_running(pid, folder) for pid in pids)
    return not _is_held(str(folder))


def _waited(is_so: Callable[[], bool], end: float) -> bool:
    pause = _PAUSE
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
    return True


def _state_on(line: Line, seconds: float) -> ResidentState:
    """What the other end says of itself, as far as it does; hangs up."""
    greeting = line.resident
    try:
        line.patience(seconds)
        kind, payload = line.receive()
        told = json.loads(payload)
        if kind != ANSWER or not isinstance(told, dict):
            raise ValueError("it is no answer")
        return _state_of({**greeting, **told})
    except (Lost, ValueError, KeyError, TypeError, AttributeError) as trouble:
        return _unusable(greeting, f"it takes connections, and does not say how it is ({trouble})")
    finally:
        line.close()


def _state_of(told: Json) -> ResidentState:
    model = told["model"]
    idle, limit = float(told["idle_seconds"]), float(told["idle_limit_seconds"])
    return ResidentState(
        pid=int(told["pid"]),
        version=str(told["version"]),
        is_outdated=should_replace(identity(), told),
        uptime_seconds=max(0.0, time.time() - float(told["started"])),
        idle_seconds=idle,
        leaves_in_seconds=max(0.0, limit - idle),
        clients=tuple(Guest(int(each["pid"]), str(each["name"])) for each in told["clients"]),
        commands=int(told["calls"]),
        hooks=int(told["hooks"]),
        memory_bytes=None if told["memory_bytes"] is None else int(told["memory_bytes"]),
        model=None if model is None else str(model["name"]),
        is_model_loaded=model is not None and bool(model["loaded"]),
        pending=None if told["pending"] is None else int(told["pending"]),
    )


def _unusable(greeting: Json, problem: str) -> ResidentState:
    pid = greeting.get("pid")
    return ResidentState(
        pid if isinstance(pid, int) else None,
        version=str(greeting.get("version") or ""),
        problem=problem,
        is_outdated=should_replace(identity(), greeting),
    )


def _is_held(folder: str) -> bool:
    """Whether a resident has its lock, or is being started. Looked at only while nobody can start one: whoever comes
    just when we have the lock would take us for a resident."""
    starting = _locked(place.starting_path(folder))
    if starting is None:
        return True
    lock = _locked(place.lock_path(folder))
    for each in (lock, starting):
        if each is not None and each >= 0:
            os.close(each)
    return lock is None


def _locked(path: str) -> int | None:
    """A lock of ours on it, -1 where there is no such file; None when somebody else has it."""
    try:
        opened = try_lock(path) if Path(path).exists() else None
    except OSError:
        return -1
    if opened is None:
        return -1
    return opened if opened >= 0 else None
