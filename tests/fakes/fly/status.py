"""`fly status`, `checks list`, `logs`: how an app is, and what it says."""

from __future__ import annotations

import json
import signal

from tests.fakes.fly.call import Call
from tests.fakes.fly.machine_commands import seen
from tests.fakes.fly.shapes import shown_org, status_of_app
from tests.fakes.fly.state import now


def status(call: Call) -> None:
    name, data, shown = seen(call, "failed to get app: ")
    app = data["apps"][name]
    told = {
        "ID": app["id"],
        "Name": name,
        "Deployed": bool(app["machines"]),
        "Status": status_of_app(app),
        "Hostname": f"{name}.fly.dev",
        "Version": app["release"],
        "AppURL": f"https://{name}.fly.dev" if app["machines"] else "",
        "Organization": shown_org(data, app["org"]),
        "PlatformVersion": "machines",
        "Machines": shown,
    }
    rows = "\n".join(f"{one['id']}\t{one['region']}\t{one['state']}" for one in shown)
    call.show_or_say(told, f"App\n  Name     = {name}\n  Hostname = {name}.fly.dev\n\nMachines\n{rows}")


def checks(call: Call) -> None:
    _, _, shown = seen(call)
    found = {one["id"]: one["checks"] for one in shown}
    rows = [f"{check['name']}\t{check['status']}\t{one}" for one, checks in found.items() for check in checks]
    call.show_or_say(found, "\n".join(rows))


def logs(call: Call) -> None:
    """Every line as an object of its own, over several lines; without `--no-tail` it goes on for ever."""
    _, _, shown = seen(call)
    wish = call.flags.text("machine") or call.flags.text("instance")
    for machine in (one for one in shown if wish in ("", one["id"])):
        path = call.state.machine(machine["id"]) / "log"
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            place = {"instance": machine["id"], "region": machine["region"]}
            entry = {"level": "info", **place, "message": line, "timestamp": now(), "meta": {"instance": machine["id"]}}
            if call.flags.is_on("json"):
                call.say(json.dumps(entry, indent=4))
            else:
                call.say(f"{entry['timestamp']} app[{machine['id']}] {machine['region']} [info]{line}")
    while not call.flags.is_on("no-tail"):
        signal.pause()
