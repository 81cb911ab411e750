"""A machine's life: made, started, stopped, found dead, destroyed."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

from tests.fakes.fly import boot, process
from tests.fakes.fly.parser import seconds_in
from tests.fakes.fly.state import Json, State, milliseconds, now
from tests.fakes.fly.trouble import Trouble

_BUSY = ("replacing", "stopping")  # while the command that is at it lives; whoever wants the machine has to wait


def start(state: State, name: str, machine_id: str) -> None:
    """Does nothing when it runs already, or when somebody else is at it."""
    with state.change() as data:
        machine = data["apps"].get(name, {}).get("machines", {}).get(machine_id)
        if machine is not None and status_of(machine) == "stopped":
            launch(state, data, name, machine)


def launch(state: State, data: Json, name: str, machine: Json) -> None:
    """Spawn its process. The caller holds the lock, and the machine has none that runs."""
    if data.get("closed"):
        raise Trouble("the test of this stand-in is over")
    app = data["apps"][name]
    folder, home = state.machine(machine["id"]), state.machine(machine["id"]) / "root"
    process.end(process.noted(folder))  # of a command that did not live to tell of it
    shutil.rmtree(home, ignore_errors=True)  # only the volume outlives a start
    home.mkdir(parents=True)
    words, service = app["image"]["command"], app["config"].get("http_service", {})
    internal_port, port = int(service.get("internal_port", 0)), process.free_port()
    command = boot.command_of(words, internal_port, port)
    environment = boot.environment_of(name, app, machine, volume_of(state, machine), home)
    known = process.spawn(command, environment, folder, home)
    machine |= {**known, "port": port if boot.is_reachable(words) else 0, "state": "started", "updated_at": now()}
    note(machine, "start", "started", "flyd")


def stop(state: State, name: str, machine_id: str, becomes: str = "stopped", by: str = "", within: float = 0.0) -> None:
    """By the signal and the patience of fly.toml, unless told otherwise; then SIGKILL."""
    with state.change() as data:
        machine = data["apps"][name]["machines"][machine_id]
        was_running = process.is_alive(machine)
        machine |= {"state": "stopping" if becomes == "stopped" else becomes, "by": process.this_one()}
    ending = machine["config"]["stop_config"]
    number = signal.Signals[by or ending["signal"]]
    patience = within or min(seconds_in(ending["timeout"]) or 5.0, 300.0)
    is_clean = process.end(machine, number, patience)
    with state.change() as data:
        app = data["apps"].get(name, {})
        machine = app.get("machines", {}).get(machine_id)
        if machine is None:
            return
        machine |= {"pid": 0, "born": "", "port": 0, "state": becomes, "updated_at": now()}
        if was_running:
            note(machine, "exit", becomes, "flyd" if is_clean else "killed")


def status_of(machine: Json) -> str:
    """`running`, `stopped` or `busy`; one whose process is gone has stopped."""
    if machine["state"] in _BUSY and process.is_alive(machine.get("by")):
        return "busy"
    return "running" if process.is_alive(machine) else "stopped"


def settle(data: Json) -> None:
    """Note which machines have ended by themselves, and what became of those that nobody is at any more."""
    for app in data["apps"].values():
        for machine in app["machines"].values():
            status = status_of(machine)
            if status == "running":
                machine["state"] = "started"
            elif status == "stopped" and machine["state"] != "stopped":
                machine |= {"pid": 0, "born": "", "port": 0, "state": "stopped", "updated_at": now()}
                note(machine, "exit", "stopped", "flyd")


def destroy(state: State, app: Json, machine: Json) -> None:
    """The process at once; its volumes are free again. The caller holds the lock."""
    process.end(machine)
    for volume in app["volumes"].values():
        if volume["attached_machine_id"] == machine["id"]:
            volume["attached_machine_id"] = None
    del app["machines"][machine["id"]]
    shutil.rmtree(state.machine(machine["id"]), ignore_errors=True)


def volume_of(state: State, machine: Json) -> Path | None:
    mounts = machine["config"].get("mounts", [])
    return state.volume(mounts[0]["volume"]) if mounts else None


def note(machine: Json, kind: str, status: str, source: str) -> None:
    """Events stand newest first, and only the last ones are kept."""
    event = {"type": kind, "status": status, "source": source, "timestamp": milliseconds()}
    machine["events"] = [event, *machine["events"]][:20]
