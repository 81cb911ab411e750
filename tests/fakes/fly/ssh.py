"""`fly ssh console -C`, `fly ssh sftp get`: into a machine that runs; neither wakes one."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

from tests.fakes.fly import boot
from tests.fakes.fly import machine as machines
from tests.fakes.fly.call import Call
from tests.fakes.fly.fly_toml import mounts_of
from tests.fakes.fly.state import Json, app_of
from tests.fakes.fly.trouble import Trouble


def console(call: Call) -> None:
    """No shell: what `-C` says is split into words and run with the environment of the machine."""
    name, app, machine = _running(call)
    command = call.flags.text("command")
    if not command:
        raise Trouble("the stand-in has no terminal: give it a command with -C")
    home, volume = call.state.machine(machine["id"]) / "root", machines.volume_of(call.state, machine)
    words = [boot.on_volume(word, _destination(app), volume) for word in shlex.split(command)]
    environment = boot.environment_of(name, app, machine, volume, home)
    done = subprocess.run(
        boot.command_of(words, 0, 0), env=environment, cwd=home, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise Trouble(f"ssh shell: Process exited with status {done.returncode}")


def get(call: Call) -> None:
    remote = call.arguments[0]
    local = Path(call.arguments[1] if len(call.arguments) > 1 else Path(remote).name)
    if local.exists():
        raise Trouble(f"file {local} is already there. `fly ssh` doesn't override existing files for safety.")
    _, app, machine = _running(call)
    home, volume = call.state.machine(machine["id"]) / "root", machines.volume_of(call.state, machine)
    moved = Path(boot.on_volume(remote, _destination(app), volume))
    source = moved if str(moved) != remote else home / remote.lstrip("/")
    if not source.exists():
        raise Trouble(f"get: remote path {remote}: file does not exist")
    if source.is_dir() and not call.flags.is_on("recursive"):
        raise Trouble(f"remote path {remote} is a directory. Use -R/--recursive flag to download directories")
    if source.is_dir():
        shutil.copytree(source, local)
    else:
        shutil.copyfile(source, local)
    call.say(f"{local.stat().st_size} bytes written to {local}")


def _running(call: Call) -> tuple[str, Json, Json]:
    name = call.app_name()
    app = app_of(call.state.read(), name)
    wish = call.flags.text("machine")
    for machine in app["machines"].values():
        if machines.status_of(machine) == "running" and wish in ("", machine["id"]):
            return name, app, machine
    raise Trouble(f"app {name} has no started VMs.\nIt may be unhealthy or not have been deployed yet.")


def _destination(app: Json) -> str:
    return next((str(mount["destination"]) for mount in mounts_of(app["config"])), "")
