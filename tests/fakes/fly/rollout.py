"""A release reaching its machines: new ones made, old ones replaced, each waited for until it is healthy."""

from __future__ import annotations

import re

from tests.fakes.fly import machine as machines
from tests.fakes.fly.call import Call
from tests.fakes.fly.fly_toml import mounts_of
from tests.fakes.fly.health import wait_until_healthy
from tests.fakes.fly.parser import seconds_in
from tests.fakes.fly.shapes import FLYCTL, new_machine
from tests.fakes.fly.state import Json, new_ulid, now

_WAIT = "5m0s"


def create(call: Call, name: str, region: str, volume: Json | None) -> None:
    """One more machine, on that volume."""
    with call.state.change() as data:
        app = data["apps"][name]
        machine = new_machine(region)
        machine["config"]["mounts"] = [_mount(app["config"], volume)] if volume is not None else []
        _configure(app, name, machine)
        app["machines"][machine["id"]] = machine
        if volume is not None:
            app["volumes"][volume["id"]]["attached_machine_id"] = machine["id"]
        call.state.machine(machine["id"]).mkdir(parents=True)
        machines.note(machine, "launch", "created", "user")
        machines.launch(call.state, data, name, machine)
    _wait(call, name, machine["id"])
    call.say(f"✔ Machine {machine['id']} [app] update finished: success")


def replace_all(call: Call, name: str, is_restart: bool = False) -> None:
    """One after the other: the same machines and volumes, another version of each. One that sleeps goes on sleeping,
    so that nobody has seen it healthy."""
    ids = sorted(call.state.read()["apps"][name]["machines"])
    call.say(f"Updating existing machines in '{name}' with rolling strategy\n")
    for machine_id in ids:
        with call.state.change() as data:
            machines.settle(data)
        app = data["apps"][name]
        sleeps = app["machines"][machine_id]["state"] == "stopped" and (is_restart or _wakes_by_itself(app["config"]))
        machines.stop(call.state, name, machine_id, becomes="replacing")
        with call.state.change() as data:
            machine = data["apps"][name]["machines"][machine_id]
            _configure(data["apps"][name], name, machine)
            machines.note(machine, "update", "replaced", "user")
            if sleeps:
                machine["state"] = "stopped"
            else:
                machines.launch(call.state, data, name, machine)
        if not sleeps:
            _wait(call, name, machine_id)
        call.say(f"✔ Machine {machine_id} [app] update succeeded")


def _configure(app: Json, name: str, machine: Json) -> None:
    """What the release makes of a machine; its volume stays."""
    config, image = app["config"], app["image"]
    repository, tag = image["ref"].removeprefix("registry.fly.io/").split(":")
    machine["image_ref"] = {
        "registry": "registry.fly.io",
        "repository": repository,
        "tag": tag,
        "digest": image["digest"],
        "labels": None,
    }
    machine |= {"instance_id": new_ulid(), "updated_at": now()}
    service = config.get("http_service", {})
    machine["config"] = {
        "env": {**config.get("env", {}), "FLY_PROCESS_GROUP": "app", "PRIMARY_REGION": machine["region"]},
        "init": {},
        "stop_config": {
            "signal": config.get("kill_signal", "SIGINT"),
            "timeout": str(config.get("kill_timeout", "5s")),
        },
        "guest": _guest(config),
        "metadata": {
            "fly_flyctl_version": FLYCTL,
            "fly_platform_version": "v2",
            "fly_process_group": "app",
            "fly_release_id": f"rel-{name}-{app['release']}",
            "fly_release_version": str(app["release"]),
        },
        "mounts": machine["config"].get("mounts", []),
        "services": [_service(service)] if service else [],
        "image": image["ref"],
        "restart": {"policy": "on-failure", "max_retries": 10},
    }


def _service(service: Json) -> Json:
    return {
        "protocol": "tcp",
        "internal_port": service["internal_port"],
        "autostop": service.get("auto_stop_machines", False),
        "autostart": service.get("auto_start_machines", True),
        "min_machines_running": service.get("min_machines_running", 0),
        "ports": [
            {"port": 80, "handlers": ["http"], "force_https": service.get("force_https", False)},
            {"port": 443, "handlers": ["http", "tls"]},
        ],
        "checks": [{"type": "http", **check} for check in service.get("checks", [])],
    }


def _guest(config: Json) -> Json:
    vms = config.get("vm", [])
    vm = (vms[0] if isinstance(vms, list) else vms) if vms else {}
    memory = re.match(r"(\d+) ?(g?)", str(vm.get("memory", vm.get("memory_mb", 256))).lower())
    assert memory is not None  # fly_toml has looked at it
    megabytes = int(memory[1]) * (1024 if memory[2] else 1)
    return {"cpu_kind": vm.get("cpu_kind", "shared"), "cpus": vm.get("cpus", 1), "memory_mb": megabytes}


def _mount(config: Json, volume: Json) -> Json:
    (mount,) = mounts_of(config)
    size = {"size_gb": volume["size_gb"], "encrypted": volume["encrypted"]}
    return {"volume": volume["id"], "path": mount["destination"], "name": volume["name"], **size}


def _wakes_by_itself(config: Json) -> bool:
    service = config.get("http_service", {})
    return service.get("auto_stop_machines", "off") not in ("off", False) or bool(service.get("auto_start_machines"))


def _wait(call: Call, name: str, machine_id: str) -> None:
    if call.flags.is_on("detach"):
        return
    wish = call.state.read()["apps"][name]["config"].get("deploy", {}).get("wait_timeout", _WAIT)
    patience = seconds_in(call.flags.text("wait-timeout", str(wish)))
    wait_until_healthy(call.state, name, machine_id, 300.0 if patience is None else patience)
