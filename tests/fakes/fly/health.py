"""Health checks as the platform makes them: from outside, by the address of the machine, until all say 200."""

from __future__ import annotations

import socket
import time
from pathlib import Path

from tests.fakes.fly.parser import seconds_in
from tests.fakes.fly.process import is_alive
from tests.fakes.fly.state import Json, State, now
from tests.fakes.fly.trouble import Trouble

_LOOK_EVERY = 0.05  # seconds; the platform takes the interval of fly.toml, which is longer
_LAST_LINES = 12


def wait_until_healthy(state: State, name: str, machine_id: str, patience: float) -> None:
    """
    Raises:
        Trouble: the process ended, or it was not healthy in time. The machine stays as it is.
    """
    until = time.monotonic() + patience
    while True:
        app = state.read()["apps"].get(name, {})
        machine = app.get("machines", {}).get(machine_id)
        if machine is None:
            raise Trouble(f"error getting machine {machine_id} from api: machine not found")
        if not is_alive(machine):
            log = state.machine(machine_id) / "log"
            raise Trouble(f"smoke checks for {machine_id} failed: the app appears to be crashing\n{_end_of(log)}")
        if all(check["status"] == "passing" for check in checks_of(app, machine)):
            return
        if time.monotonic() > until:
            raise Trouble(
                f"timeout reached waiting for health checks to pass for machine {machine_id}: failed to get VM "
                f"{machine_id}: net/http: request canceled",
                "You can increase the timeout with the --wait-timeout flag",
            )
        time.sleep(_LOOK_EVERY)


def checks_of(app: Json, machine: Json) -> list[Json]:
    """The state of every check at this moment."""
    service = app["config"].get("http_service", {})
    found = []
    for number, check in enumerate(service.get("checks", [])):
        status, output = "warning", "the machine hasn't started"
        if is_alive(machine):
            seconds = seconds_in(str(check.get("timeout", "5s"))) or 5.0
            answer = _ask(machine, service["internal_port"], check, seconds)
            status = "passing" if answer.partition(" ")[0] == "200" else "critical"
            output = answer
        name = f"servicecheck-{number:02}-http-{service['internal_port']}"
        found.append({"name": name, "status": status, "output": output, "updated_at": now()})
    return found


def _ask(machine: Json, internal_port: int, check: Json, patience: float) -> str:
    """The status line of the answer without its version, or what went wrong."""
    host = f"172.19.0.2:{internal_port}"  # what the platform sends: no name of the app
    head = f"{check.get('method', 'GET')} {check.get('path', '/')} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in check.get("headers", {}).items())
    try:
        with socket.create_connection(("127.0.0.1", machine["port"] or 9), patience) as talk:
            talk.sendall(head.encode() + b"\r\n")
            line = talk.makefile("rb").readline(1_000).decode("latin-1")
    except OSError as trouble:
        return f"connect: {trouble.strerror or trouble}"
    return line.partition(" ")[2].strip()


def _end_of(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return "\n".join(lines[-_LAST_LINES:])
