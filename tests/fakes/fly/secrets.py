"""`fly secrets import`, `set`, `unset`, `list`, `deploy`: kept, and only seen by machines that start after a deploy."""

from __future__ import annotations

import hashlib

from tests.fakes.fly import machine as machines
from tests.fakes.fly import rollout
from tests.fakes.fly.call import Call
from tests.fakes.fly.secrets_parser import parse_secrets
from tests.fakes.fly.state import Json, app_of, now
from tests.fakes.fly.trouble import Trouble

_STAGED = (
    "Secrets have been staged, but not set on VMs. "
    "Deploy or update machines in this app for the secrets to take effect."
)
_LARGEST = 64 * 1024  # bytes that `set NAME=-` reads


def import_secrets(call: Call) -> None:
    name = call.app_name()
    app_of(call.state.read(), name)
    set_all(call, name, parse_secrets(call.stdin))


def set_secrets(call: Call) -> None:
    name = call.app_name()
    found = dict[str, str]()
    for word in call.arguments:
        key, is_pair, value = word.partition("=")
        if not is_pair:
            raise Trouble(f"could not parse secrets: '{word}': must be in the format NAME=VALUE")
        if value == "-" and not call.stdin:
            raise Trouble(f"secret `{key}` expects standard input but none provided")
        found[key] = call.stdin[:_LARGEST].decode() if value == "-" else value
    set_all(call, name, found)


def set_all(call: Call, name: str, values: dict[str, str]) -> None:
    if not values:
        raise Trouble("requires at least one SECRET=VALUE pair")
    with call.state.change() as data:
        kept = app_of(data, name)["secrets"]
        for key, value in values.items():
            digest = hashlib.sha256(value.encode()).hexdigest()[:16]
            kept[key] = {"value": value, "digest": digest, "updated_at": now()}
    take_effect(call, name)


def unset(call: Call) -> None:
    name = call.app_name()
    with call.state.change() as data:
        for key in call.arguments:
            app_of(data, name)["secrets"].pop(key, None)
    take_effect(call, name)


def list_secrets(call: Call) -> None:
    app = call.app()
    shown = [
        {"name": name, "digest": secret["digest"], "status": _status(app, name)}
        for name, secret in sorted(app["secrets"].items())
    ]
    call.show_or_say(shown, "\n".join("\t".join(one.values()) for one in shown))


def deploy(call: Call) -> None:
    name = call.app_name()
    if not app_of(call.state.read(), name)["machines"]:
        raise Trouble("no machines available to deploy")
    take_effect(call, name)


def take_effect(call: Call, name: str) -> None:
    """At once in machines that run, by the configuration that is deployed; `--stage` leaves it to the next deploy."""
    app = app_of(call.state.read(), name)
    if call.flags.is_on("stage"):
        call.say(_STAGED)
    elif not app["machines"]:
        call.say("Secrets are staged for the first deployment")
    else:
        with call.state.change() as data:
            machines.settle(data)
            data["apps"][name]["deployed_secrets"] = data["apps"][name]["secrets"]
            data["apps"][name]["release"] += 1
        rollout.replace_all(call, name, is_restart=True)


def _status(app: Json, name: str) -> str:
    seen = app["deployed_secrets"].get(name, {})
    return "Deployed" if seen.get("digest") == app["secrets"][name]["digest"] else "Staged"
