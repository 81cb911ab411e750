"""Commands that ask or add something small: `version`, `platform regions`, `config validate`, `ips`."""

from __future__ import annotations

from tests.fakes.fly import fly_toml
from tests.fakes.fly.call import Call
from tests.fakes.fly.shapes import FLYCTL, new_ip
from tests.fakes.fly.state import app_of
from tests.fakes.fly.trouble import Trouble, not_interactive

_PLACES = {
    "ams": ("Amsterdam, Netherlands", 52.37, 4.90),
    "arn": ("Stockholm, Sweden", 59.65, 17.94),
    "fra": ("Frankfurt, Germany", 50.11, 8.68),
    "iad": ("Ashburn, Virginia (US)", 39.02, -77.54),
    "lhr": ("London, United Kingdom", 51.52, -0.63),
    "nrt": ("Tokyo, Japan", 35.62, 139.78),
    "ord": ("Chicago, Illinois (US)", 41.89, -87.64),
    "sin": ("Singapore, Singapore", 1.30, 103.79),
    "sjc": ("San Jose, California (US)", 37.35, -121.90),
    "syd": ("Sydney, Australia", -33.87, 151.20),
}


def version(call: Call) -> None:
    built = {"Commit": "0" * 40, "BranchName": "master", "BuildDate": "2026-08-01T00:00:00Z"}
    place = {"OS": "linux", "Architecture": "amd64", "Environment": "production"}
    shown = call.state.read()["version"] or FLYCTL
    call.show_or_say({"Name": "fly", "Version": shown, **built, **place}, f"fly v{shown} linux/amd64 Commit: 0000000")


def regions(call: Call) -> None:
    data = call.state.read()
    found = [
        {
            "code": code,
            "name": _PLACES.get(code, (code, 0.0, 0.0))[0],
            "latitude": _PLACES.get(code, (code, 0.0, 0.0))[1],
            "longitude": _PLACES.get(code, (code, 0.0, 0.0))[2],
            "gateway_available": True,
            "requires_paid_plan": code in data["paid_regions"],
        }
        for code in (*data["regions"], *data["paid_regions"])
    ]
    found.sort(key=lambda region: str(region["name"]))
    call.show_or_say(found, "\n".join(f"{region['name']}\t{region['code']}" for region in found))


def validate(call: Call) -> None:
    path = call.config_path
    if path is None:
        raise Trouble("App config file not found")
    call.say(f"Validating {path}")
    unknown, wrong = fly_toml.problems(fly_toml.read(path))
    if call.flags.is_on("strict") and unknown:
        call.say("Strict validation found the following unrecognised sections or keys:")
        call.say("\n".join(f"  - {key}" for key in unknown))
    call.say("\n".join(f"✘ {problem}" for problem in wrong)) if wrong else None
    if wrong or (unknown and call.flags.is_on("strict")):
        raise Trouble("App configuration is not valid")
    call.say("✓ Configuration is valid")


def list_ips(call: Call) -> None:
    found = call.app()["ips"]
    call.show_or_say(found, "\n".join(f"{one['Type']}\t{one['Address']}\t{one['Region']}" for one in found))


def allocate_v4(call: Call) -> None:
    is_shared = call.flags.is_on("shared")
    if not is_shared and not call.flags.is_on("yes"):
        raise not_interactive("yes flag")
    _allocate(call, "shared_v4" if is_shared else "v4")


def allocate_v6(call: Call) -> None:
    _allocate(call, "private_v6" if call.flags.is_on("private") else "v6")


def _allocate(call: Call, kind: str) -> None:
    name = call.app_name()
    with call.state.change() as data:
        address = new_ip(kind, call.flags.text("region", "global"))
        app_of(data, name)["ips"].append(address)
    call.say(f"{address['Type']}\t{address['Address']}\t{address['Region']}")
