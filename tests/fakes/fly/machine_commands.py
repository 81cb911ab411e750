"""`fly machine list`, `stop`, `start`, `destroy`; `fly scale count`, `show`."""

from __future__ import annotations

from tests.fakes.fly import machine as machines
from tests.fakes.fly.call import Call
from tests.fakes.fly.fly_toml import SIGNALS
from tests.fakes.fly.health import checks_of
from tests.fakes.fly.shapes import shown_machine
from tests.fakes.fly.state import Json, app_of
from tests.fakes.fly.trouble import Trouble, not_interactive


def seen(call: Call, prefix: str = "") -> tuple[str, Json, list[Json]]:
    """The app's name, the state, and its machines as they are at this moment."""
    name = call.app_name()
    with call.state.change() as data:
        machines.settle(data)
        app = app_of(data, name, prefix)
    shown = [shown_machine(one, checks_of(app, one)) for _, one in sorted(app["machines"].items())]
    return name, data, shown


def list_machines(call: Call) -> None:
    _, _, shown = seen(call)
    call.show_or_say(shown, "\n".join(f"{one['id']}\t{one['state']}\t{one['region']}" for one in shown))


def stop(call: Call) -> None:
    name, by = call.app_name(), call.flags.text("signal").upper()
    if by not in ("", *SIGNALS):
        raise Trouble(f"could not stop machine: invalid signal {by}")
    for machine_id in _asked_for(call, name):
        call.say(f"Sending kill signal to machine {machine_id}...")
        machines.stop(call.state, name, machine_id, by=by, within=float(call.flags.number("timeout", 0)))
        call.say(f"{machine_id} has been successfully stopped")


def start(call: Call) -> None:
    name = call.app_name()
    for machine_id in _asked_for(call, name):
        machines.start(call.state, name, machine_id)
        call.say(f"{machine_id} has been started")


def destroy(call: Call) -> None:
    name = call.app_name()
    for machine_id in _asked_for(call, name):
        with call.state.change() as data:
            machines.settle(data)
            app = app_of(data, name)
            machine = app["machines"][machine_id]
            if machine["state"] != "stopped" and not call.flags.is_on("force"):
                raise Trouble(f"machine {machine_id} currently started, either stop first or use --force flag")
            was = machine["state"]
            call.say(f"machine {machine_id} was found and is currently in {was} state, attempting to destroy...")
            machines.destroy(call.state, app, machine)
        call.say(f"{machine_id} has been destroyed")


def scale_count(call: Call) -> None:
    """Only downwards: the volumes of those that go stay."""
    name, wish = call.app_name(), call.arguments[0]
    if not wish.isdigit():
        raise Trouble(f"invalid process count: {wish}")
    if not call.flags.is_on("yes"):
        raise not_interactive("--yes flag")
    with call.state.change() as data:
        app = app_of(data, name)
        surplus = sorted(app["machines"])[int(wish) :]
        if len(app["machines"]) < int(wish):
            raise Trouble("the stand-in only scales down")
        for machine_id in surplus:
            machines.destroy(call.state, app, app["machines"][machine_id])
    call.say(f"App '{name}' is going to be scaled according to this plan:\n{-len(surplus):+} machines for group 'app'")


def scale_show(call: Call) -> None:
    _, _, shown = seen(call)
    guest = shown[0]["config"]["guest"] if shown else {"cpu_kind": "", "cpus": 0, "memory_mb": 0}
    regions = dict[str, int]()
    for machine in shown:
        regions[machine["region"]] = regions.get(machine["region"], 0) + 1
    size = {"CPUKind": guest["cpu_kind"], "CPUs": guest["cpus"], "Memory": guest["memory_mb"]}
    group = {"Process": "app", "Count": len(shown), **size, "Regions": regions}
    call.show_or_say([group] if shown else [], f"app\t{len(shown)}\t{size}")


def _asked_for(call: Call, name: str) -> tuple[str, ...]:
    app = app_of(call.state.read(), name)
    if not call.arguments:
        raise not_interactive("a machine ID")
    for machine_id in call.arguments:
        if machine_id not in app["machines"]:
            raise Trouble(f"could not get machine {machine_id}: machine not found")
    return call.arguments
