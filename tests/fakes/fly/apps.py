"""`fly apps list`, `create`, `destroy`."""

from __future__ import annotations

import re
import shutil

from tests.fakes.fly import machine as machines
from tests.fakes.fly import proxies
from tests.fakes.fly.call import Call
from tests.fakes.fly.shapes import new_app, shown_app
from tests.fakes.fly.state import app_of, new_id
from tests.fakes.fly.trouble import Trouble, not_interactive

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_UNIQUE = (
    "App names are unique across all of Fly.io, and this name may be held by an app in an organization "
    "you cannot see. Choose another name."
)


def list_apps(call: Call) -> None:
    with call.state.change() as data:
        machines.settle(data)
    wish = call.flags.text("org")
    shown = [shown_app(data, name) for name, app in sorted(data["apps"].items()) if wish in ("", app["org"])]
    names = "\n".join(f"{app['Name']}\t{app['Organization']['Slug']}\t{app['Status']}" for app in shown)
    call.show_or_say(shown, names)


def create(call: Call) -> None:
    named, flag = next(iter(call.arguments), ""), call.flags.text("name")
    if named and flag and named != flag:
        raise Trouble(f"two app names specified {named} and {flag}, only one may be specified")
    name = named or flag or (f"quiet-river-{new_id(4)}" if call.flags.is_on("generate-name") else "")
    if not name:
        raise not_interactive("name argument or flag")
    with call.state.change() as data:
        org = call.org(data)
        if not _NAME.fullmatch(name):
            raise Trouble("Validation failed: Name may only contain numbers, lowercase letters and dashes")
        if name in data["apps"] or name in data["foreign_apps"]:
            raise Trouble("Validation failed: Name has already been taken", _UNIQUE)
        data["apps"][name] = new_app(name, org)
        if name not in data["ports"]:
            data["ports"][name] = proxies.take_port(data)
        shown = shown_app(data, name)
    call.show_or_say(shown, f"New app created: {name}")


def destroy(call: Call) -> None:
    """With it go its machines, its volumes and their snapshots. Its address stays the same for another of its name."""
    (name,) = call.arguments
    if not call.flags.is_on("yes"):
        raise not_interactive("yes flag")
    with call.state.change() as data:
        app = app_of(data, name)
        proxies.end(call.state, name)
        for machine in list(app["machines"].values()):
            machines.destroy(call.state, app, machine)
        for volume in app["volumes"]:
            shutil.rmtree(call.state.volume(volume), ignore_errors=True)
        del data["apps"][name]
    call.say(f"Destroyed app {name}")
