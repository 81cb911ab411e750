"""`fly volumes create`, `list`, `destroy`. Names are not unique: a second volume of a name is one more, and billed."""

from __future__ import annotations

import shutil

from tests.fakes.fly.call import Call
from tests.fakes.fly.shapes import new_volume
from tests.fakes.fly.state import Json, State, app_of
from tests.fakes.fly.trouble import Trouble, not_interactive


def create(call: Call) -> None:
    (name,) = call.arguments
    count = call.flags.number("count", 1)
    app = call.app_name()
    with call.state.change() as data:
        volumes = app_of(data, app)["volumes"].values()
        if not call.flags.is_on("yes") and count == 1 and all(one["name"] != name for one in volumes):
            raise not_interactive("yes flag")
        region, size = call.region(data), call.flags.number("size", 1)
        retention = call.flags.number("snapshot-retention", 5)
        if size < 1 or not 1 <= retention <= 60:
            raise Trouble(
                "failed to create volume: invalid_argument: unable to satisfy the requested size or retention"
            )
        made = [new_volume(name, region, size, retention, not call.flags.is_on("no-encryption")) for _ in range(count)]
        for volume in made:
            add(call.state, data["apps"][app], volume)
    for volume in made:  # one object each, not a list
        call.show_or_say(volume, _text(volume))


def add(state: State, app: Json, volume: Json) -> None:
    """The caller holds the lock."""
    state.volume(volume["id"]).mkdir(parents=True)
    app["volumes"][volume["id"]] = volume


def list_volumes(call: Call) -> None:
    found = list(call.app()["volumes"].values())
    rows = "\n".join(f"{one['id']}\t{one['state']}\t{one['name']}\t{one['region']}" for one in found)
    call.show_or_say(found or None, rows)  # Go has two kinds of nothing, and `null` is the one callers forget


def destroy(call: Call) -> None:
    if not call.arguments:
        raise Trouble("volume ID or app required")
    if not call.flags.is_on("yes"):
        raise not_interactive("yes flag")
    for volume_id in call.arguments:
        with call.state.change() as data:
            app = next((app for app in data["apps"].values() if volume_id in app["volumes"]), None)
            if app is None:
                raise Trouble(f"failed destroying volume: volume {volume_id} not found")
            volume = app["volumes"][volume_id]
            if volume["attached_machine_id"]:
                holder = volume["attached_machine_id"]
                raise Trouble(
                    f"failed destroying volume: volume {volume_id} is currently bound to machine: {holder} "
                    "(failed_precondition)"
                )
            shutil.rmtree(call.state.volume(volume_id))
            del app["volumes"][volume_id]
        call.say(f"Destroyed volume ID: {volume_id} name: {volume['name']}")


def _text(volume: Json) -> str:
    names = {"ID": "id", "Name": "name", "Region": "region", "Zone": "zone", "Size GB": "size_gb"}
    return "\n".join(f"{shown:>12}: {volume[name]}" for shown, name in names.items())
