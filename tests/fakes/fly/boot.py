"""What a machine starts, and in which environment: moved from a container with a volume to this computer. Pure."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.fakes.fly.fly_toml import mounts_of
from tests.fakes.fly.state import Json

_EVERYWHERE = ("0.0.0.0", "::", "[::]")
# Loopback by a name that no program takes for it: one that listens everywhere on Fly is as careful here as there.
_LOOPBACK = "127.1"
_HERE = {"mnemon": (sys.executable, "-m", "mnemon_installer.cli"), "python": (sys.executable,)}


def command_of(words: list[str], internal_port: int, port: int) -> list[str]:
    """The program by the name it has here, on loopback, at a port of its own."""
    values = dict.fromkeys(_EVERYWHERE, _LOOPBACK) | {str(internal_port): str(port)}
    moved = []
    for word in words:
        name, equals, value = word.partition("=") if word.startswith("--") else ("", "", word)
        moved.append(name + equals + values.get(value, value))
    program = Path(moved[0]).name
    return [*_HERE.get(program, (moved[0],)), *moved[1:]]


def is_reachable(words: list[str]) -> bool:
    """Whether the platform would reach it, which listens for the address of the machine and not for loopback."""
    return any(word.rpartition("=")[2] in _EVERYWHERE for word in words)


def environment_of(name: str, app: Json, machine: Json, volume: Path | None, home: Path) -> dict[str, str]:
    """The image's, fly.toml's, the secrets and the platform's own, in this order; paths on the volume moved to it."""
    config, image = app["config"], app["image"]
    destination = next((mount["destination"] for mount in mounts_of(config)), "")
    given = {key: str(value) for key, value in config.get("env", {}).items()}
    secrets = {key: secret["value"] for key, secret in app["deployed_secrets"].items()}
    named = image["environment"] | given | secrets
    moved = {key: on_volume(value, destination, volume) for key, value in named.items()}
    inside = {key for key in image["environment"] if key not in given and key not in secrets}
    return {
        **app["oidc"],
        **{key: value for key, value in moved.items() if key not in inside or _is_here(value)},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "HOME": str(home),
        "MNEMON_RESIDENT": "off",
        "AWS_EC2_METADATA_DISABLED": "true",  # there is none on a Fly machine either, and asking takes seconds
        "FLY_APP_NAME": name,
        "FLY_REGION": machine["region"],
        "FLY_MACHINE_ID": machine["id"],
        "FLY_ALLOC_ID": machine["id"],
        "FLY_MACHINE_VERSION": machine["instance_id"],
        "FLY_PROCESS_GROUP": "app",
        "FLY_PRIVATE_IP": machine["private_ip"],
        "PRIMARY_REGION": config.get("primary_region", machine["region"]),
    }


def identity_of(config: Json, environment: Mapping[str, str]) -> dict[str, str]:
    """AWS_* of whoever deploys, where the app takes a role: it stands for the one that Fly's tokens give."""
    if "AWS_ROLE_ARN" not in config.get("env", {}):
        return {}
    return {name: value for name, value in environment.items() if name.startswith("AWS_")}


def on_volume(value: str, destination: str, volume: Path | None) -> str:
    """A path below the mount, as the path it has on this computer."""
    if volume is None or not destination or not f"{value}/".startswith(f"{destination}/"):
        return value
    return str(volume) + value[len(destination) :]


def _is_here(value: str) -> bool:
    """A path that an image has baked in is left out where this computer has no such file."""
    return not value.startswith("/") or Path(value).exists()
