"""Puts the stand-in on a PATH, and lets tests look into it and turn its screws.

`python -m tests.fakes.fly.install FOLDER` makes one for somebody without a Fly account.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.fakes.fly import faults, process
from tests.fakes.fly import machine as machines
from tests.fakes.fly.proxies import ROOT
from tests.fakes.fly.state import Json, State

REGIONS = ("iad", "ams", "arn", "fra", "lhr", "nrt", "ord", "sin", "sjc", "syd")


def install(
    folder: Path,
    state: Path,
    *,
    user: str | None = "dev@example.test",
    payment: bool = True,
    foreign_apps: Sequence[str] = ("taken-name",),
    regions: Sequence[str] = REGIONS,
    paid_regions: Sequence[str] = ("bom",),
    paid_plan: bool = False,
    orgs: Mapping[str, str] | None = None,
    raw_slugs: Mapping[str, str] | None = None,
    version: str = "",
    app_port: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> Path:
    """Writes the executable `fly` into `folder` and a new world into `state`; returns the program.

    The first app that is created gets `app_port`, or one that is chosen now: `app_url` knows it at once. `orgs` are
    slugs and names; `raw_slugs` what tokens call them. `environment` is set for every call: FAKEFLY_S3_ENDPOINT,
    FAKEFLY_IDLE_STOP, AWS_* of the role.
    """
    for one in (folder, state, state / "volumes", state / "machines", state / "proxies"):
        one.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.mkfifo(state / "hanging")
    (state / "calls.jsonl").touch()
    State(state).write(
        {
            "user": {"email": user} if user else None,
            "orgs": dict(orgs or {"personal": "Dev"}),
            "raw_slugs": dict(raw_slugs if raw_slugs is not None else {"personal": "dev-of-the-tests"}),
            "payment": payment,
            "paid_plan": paid_plan,
            "foreign_apps": list(foreign_apps),
            "regions": list(regions),
            "paid_regions": list(paid_regions),
            "version": version,
            "reserved_ports": [app_port or process.free_port()],
            "ports": {},
            "apps": {},
            "images": {},
            "buckets": {},
            "faults": [],
        }
    )
    program = folder / "fly"
    program.write_text(_script({**(environment or {}), "FAKEFLY_STATE": str(state), "PYTHONPATH": str(ROOT)}))
    program.chmod(0o700)
    return program


def read_state(state: Path) -> Json:
    return State(state).read()


def calls(state: Path) -> list[Json]:
    """Every call in the order of their beginnings: argv, stdin_sha256, and exit: None for one that has not ended."""
    found = dict[str, Json]()
    for line in (state / "calls.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        found.setdefault(entry.pop("call"), {"exit": None}).update(entry)
    return list(found.values())


def app_url(state: Path, app: str) -> str:
    """Also before the first app is created: that one gets the port that was promised."""
    data = State(state).read()
    return f"http://127.0.0.1:{data['ports'].get(app) or data['reserved_ports'][0]}"


def add_fault(state: Path, cmd: str, nth: int, mode: str, stderr: str = "", exit: int = 1) -> None:
    """The n-th call from now on of a command that begins with these words goes wrong, in one of `faults.MODES`."""
    assert mode in faults.MODES, mode
    with State(state).change() as data:
        data["faults"].append({"cmd": cmd, "nth": nth, "mode": mode, "stderr": stderr, "exit": exit, "seen": 0})


def forget_faults(state: Path) -> None:
    """Those that were added, whether they have come to pass or not."""
    with State(state).change() as data:
        data["faults"] = []


def wait_for_hang(state: Path, patience: float = 60.0) -> int:
    """Returns the process id of a call as soon as it hangs."""
    pipe = os.open(state / "hanging", os.O_RDONLY | os.O_NONBLOCK)
    try:
        waiting = select.poll()
        waiting.register(pipe, select.POLLIN)
        assert waiting.poll(patience * 1_000), "no call of fly hangs"
        return int(json.loads(os.read(pipe, 1_000))["pid"])
    finally:
        os.close(pipe)


def sleep_app(state: Path, app: str) -> None:
    """What the platform does with idle machines: its signal, and they are stopped."""
    for machine in read_state(state)["apps"][app]["machines"].values():
        if machines.status_of(machine) == "running":
            machines.stop(State(state), app, machine["id"])


def crash_app(state: Path, app: str) -> None:
    """Its machines are gone from one moment to the next, as when memory runs out."""
    for machine in read_state(state)["apps"][app]["machines"].values():
        process.end(machine)


def stop_everything(state: Path) -> None:
    """Ends every process of this world, and lets none begin: a call that comes too late is refused."""
    if not (state / "state.json").exists():
        return
    with State(state).change() as data:
        data["closed"] = True
    hung = (state / "hung").read_text(encoding="utf-8").splitlines() if (state / "hung").exists() else []
    for folder in (*state.glob("proxies/*"), *state.glob("machines/*")):
        process.end(process.noted(folder))
    for line in hung:
        process.end(json.loads(line))


def _script(environment: Mapping[str, str]) -> str:
    exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in sorted(environment.items()))
    program = f'exec {shlex.quote(sys.executable)} -P -m tests.fakes.fly "$@"\n'
    return f"#!/bin/sh\nunset PYTHONDONTWRITEBYTECODE\n{exports}{program}"


def _for_a_person(place: Path, s3_port: int) -> list[str]:
    """The lines for a shell in which `mnemon upgrade web` meets the stand-in, a store on this machine, and a vault of
    its own in place of the user's."""
    store = f"http://127.0.0.1:{s3_port}"
    if not (place / "world").exists():
        install(place / "bin", place / "world", environment={"FAKEFLY_S3_ENDPOINT": store})
    variables = {
        "MNEMON_VAULT_DIR": str(place / "vault"),
        "MNEMON_FLY_BIN": str(place / "bin" / "fly"),
        "MNEMON_FLY_URL_TEMPLATE": app_url(place / "world", ""),
        "AWS_ENDPOINT_URL_S3": store,
        "AWS_ACCESS_KEY_ID": "offline",
        "AWS_SECRET_ACCESS_KEY": "offline-secret",
        "AWS_REGION": "us-east-1",
    }
    path = f"export PATH={shlex.quote(str(place / 'bin'))}:$PATH"
    return [path, *(f"export {name}={shlex.quote(value)}" for name, value in variables.items())]


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.fly.install", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the stand-in lives, and the vault that goes to it")
    parser.add_argument("--s3-port", type=int, default=5005, help="of `python -m tests.s3 PORT`")
    parser.add_argument("--stop", action="store_true", help="end its machines in place of making it")
    given = parser.parse_args()
    place = given.folder.absolute()
    if given.stop:
        stop_everything(place / "world")
        return
    print("\n".join(_for_a_person(place, given.s3_port)))


if __name__ == "__main__":
    _main()
