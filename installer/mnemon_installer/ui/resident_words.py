"""What is said of the server that this machine's clients share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mnemon_installer.facts.resident import counted, megabytes, names_of, span, trouble_with
from mnemon_installer.ui.console import tidy
from mnemon_server.client.resident_told import Guest, ResidentState, Stopped
from mnemon_server.resident.place import log_path
from mnemon_server.settings import Settings

Json = dict[str, Any]  # Any: JSON


def result(settings: Settings, state: ResidentState | None, off: str) -> Json:
    """As `--json` prints it. `off`: why there shall be none, if so."""
    told: Json = {"running": state is not None, "off": off, "remote": settings.remote or None}
    told["log"] = log_path(str(settings.folder))
    if state is None:
        return told
    is_known = not state.problem
    return told | {
        "problem": trouble_with(state),
        "pid": state.pid,
        "version": state.version,
        "uptime_seconds": round(state.uptime_seconds) if is_known else None,
        "idle_seconds": round(state.idle_seconds) if is_known else None,
        "leaves_in_seconds": round(state.leaves_in_seconds) if is_known else None,
        "clients": _clients(state.clients),
        "commands": state.commands,
        "hooks": state.hooks,
        "memory_bytes": state.memory_bytes,
        "model": {"name": state.model, "loaded": state.is_model_loaded} if state.model is not None else None,
        "pending": state.pending,
    }


def shown(told: Json) -> Iterator[str]:
    """For people, a line for each thing."""
    if not told["running"]:
        yield f"switched off: {told['off']}" if told["off"] else "none runs; it starts by itself"
        return
    if told["off"]:
        yield f"switched off for this command ({told['off']}), but one runs:"
    if told["problem"]:
        yield f"problem    {tidy(told['problem'])} (mnemon resident restart)"
    if told["uptime_seconds"] is None:
        return
    yield f"server     process {told['pid']}, version {told['version']}, for {span(told['uptime_seconds'])}"
    yield f"clients    {_named(told) or 'none'}"
    if told["memory_bytes"] is not None:
        yield f"memory     {megabytes(told['memory_bytes'])}"
    if told["model"] is not None:
        yield f"model      {told['model']['name']}, {'loaded' if told['model']['loaded'] else 'not loaded'}"
    if told["pending"] is not None:
        yield f"vectors    {told['pending']:,} memories wait for one"
    idle, left = span(told["idle_seconds"]), span(told["leaves_in_seconds"])
    yield f"idle       nobody has asked for {idle}; it leaves after {left} more, and starts by itself"
    if told["remote"]:
        yield f"vault      {told['remote']}; clients reach it through this server"
    yield f"log        {tidy(told['log'])}"


def in_short(told: Json) -> str:
    """In one line."""
    if not told["running"]:
        return f"switched off ({told['off']})" if told["off"] else "not running; starts by itself"
    if told["problem"]:
        return f"{tidy(told['problem'])} (mnemon resident restart)"
    memory = f", {megabytes(told['memory_bytes'])}" if told["memory_bytes"] is not None else ""
    return f"process {told['pid']}, {counted(len(told['clients']))}{memory} (mnemon resident)"


def stop_result(stopped: Stopped | None, off: str) -> Json:
    if stopped is None:
        return {"stopped": False, "off": off}
    return {
        "stopped": True,
        "off": off,
        "pid": stopped.pid,
        "killed": stopped.was_killed,
        "clients": _clients(stopped.clients),
        "started_since": stopped.successor,
    }


def stopped(told: Json) -> Iterator[str]:
    if not told["stopped"]:
        yield f"none runs; it is switched off: {told['off']}" if told["off"] else "none runs"
        return
    who = f"process {told['pid']}" if told["pid"] is not None else "it did not say which process it is"
    yield f"the shared server has {'been ended, as it did not leave' if told['killed'] else 'left'} ({who})"
    if told["started_since"] is not None:
        yield f"a client that runs has started another one since (process {told['started_since']})"
    elif told["clients"] and not told["off"]:
        yield f"the next call of a client that runs starts another one: {_named(told)}"


def _clients(clients: tuple[Guest, ...]) -> list[Json]:
    return [{"pid": client.pid, "name": client.name} for client in clients]


def _named(told: Json) -> str:
    return names_of([Guest(client["pid"], client["name"]) for client in told["clients"]])
