"""What Fly has of ours: the account, an app, its volumes, machines and secrets. Only looks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mnemon_installer.argv import fly as argv
from mnemon_installer.facts.fly_trouble import FlyMissing, FlyTrouble, named
from mnemon_installer.world import World

PATIENCE = 60.0  # seconds for a question to Fly
_TEMPLATE = "https://{app}.fly.dev"


@dataclass(frozen=True)
class FlyApp:
    """`org` is its organization's slug, `raw_org` the one that tokens of its machines name."""

    name: str
    org: str
    status: str
    is_deployed: bool


@dataclass(frozen=True)
class FlyVolume:
    id: str
    name: str
    region: str
    machine: str  # its id; empty where it is attached to none


@dataclass(frozen=True)
class FlyMachine:
    """`environment` is what its fly.toml gave it; secrets are not in it."""

    id: str
    state: str
    region: str
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FlyRegion:
    """`latitude` and `longitude` in degrees; `is_paid`: only for organizations with a plan."""

    code: str
    name: str
    is_paid: bool
    latitude: float
    longitude: float


def find_fly(world: World) -> str | None:
    """The program: `MNEMON_FLY_BIN`, or `fly` or `flyctl` on the path."""
    chosen = world.environment.get("MNEMON_FLY_BIN", "").strip()
    if chosen:
        return chosen
    path = world.environment.get("PATH", "")
    return shutil.which("fly", path=path) or shutil.which("flyctl", path=path)


def require_fly(world: World) -> str:
    """The program.

    Raises:
        FlyMissing: there is none.
    """
    program = find_fly(world)
    if program is None:
        raise FlyMissing
    return program


def app_url(environment: Mapping[str, str], app: str) -> str:
    """Where an app answers; another address where `MNEMON_FLY_URL_TEMPLATE` says so."""
    template = environment.get("MNEMON_FLY_URL_TEMPLATE", "").strip() or _TEMPLATE
    return template.replace("{app}", app).rstrip("/")


def who_am_i(world: World, program: str) -> str:
    """The address that is logged in.

    Raises:
        FlyPrerequisite: nobody is.
    """
    told = asked(world, argv.whoami(program), "asking who is logged in to Fly")
    return str(told.get("email", "")) if isinstance(told, dict) else ""


def organizations(world: World, program: str) -> dict[str, str]:
    """Slug to name."""
    told = asked(world, argv.list_orgs(program), "listing your organizations at Fly")
    return {str(slug): str(name) for slug, name in told.items()} if isinstance(told, dict) else {}


def regions(world: World, program: str) -> tuple[FlyRegion, ...]:
    """Where an app can be, as Fly lists them."""
    found = _list(asked(world, argv.list_regions(program), "listing Fly's regions"))
    return tuple(
        FlyRegion(
            str(_of(each, "code", "Code")),
            str(_of(each, "name", "Name")),
            bool(_of(each, "requires_paid_plan", "RequiresPaidPlan")),
            float(_of(each, "latitude", "Latitude") or 0),
            float(_of(each, "longitude", "Longitude") or 0),
        )
        for each in found
    )


def find_app(world: World, program: str, app: str) -> FlyApp | None:
    """An app of the user's; None when none of theirs is called that, whoever else's may be."""
    for each in _list(asked(world, argv.list_apps(program), "listing your apps at Fly")):
        if _of(each, "Name") == app:
            org = _of(each, "Organization") or {}
            slug = str(_of(org, "Slug")) if isinstance(org, dict) else ""
            return FlyApp(app, slug, str(_of(each, "Status")), bool(_of(each, "Deployed")))
    return None


def volumes(world: World, program: str, app: str) -> tuple[FlyVolume, ...]:
    """Ours among the app's volumes."""
    found = _list(asked(world, argv.list_volumes(program, app), f"listing the volumes of {app}"))
    return tuple(
        FlyVolume(
            str(each.get("id")),
            str(each.get("name")),
            str(each.get("region")),
            str(each.get("attached_machine_id") or ""),
        )
        for each in found
        if each.get("name") == argv.VOLUME and each.get("state") not in ("destroyed", "pending_destroy")
    )


def machines(world: World, program: str, app: str) -> tuple[FlyMachine, ...]:
    found = _list(asked(world, argv.list_machines(program, app), f"listing the machines of {app}"))
    return tuple(
        FlyMachine(str(each.get("id")), str(each.get("state")), str(each.get("region")), _environment(each))
        for each in found
        if each.get("state") != "destroyed"
    )


def secret_names(world: World, program: str, app: str) -> frozenset[str]:
    """Those that are staged and those that are deployed."""
    found = _list(asked(world, argv.list_secrets(program, app), f"listing the secrets of {app}"))
    return frozenset(str(_of(each, "name", "Name")) for each in found)


def asked(world: World, command: tuple[str, ...], what: str) -> Any:  # Any: JSON
    """The JSON that a command prints which only looks.

    Raises:
        FlyPrerequisite, FlyTrouble: it does not.
    """
    ended = world.run(command, timeout=PATIENCE, changes=False)
    if ended.status != 0:
        raise named(ended.stderr, what)
    try:
        return json.loads(ended.stdout or "null")
    except ValueError:
        raise FlyTrouble(f"{what}: fly prints no JSON", "fly version; perhaps: fly version upgrade") from None


def _environment(machine: Mapping[str, Any]) -> dict[str, str]:  # Any: JSON
    config = machine.get("config")
    found = config.get("env") if isinstance(config, dict) else None
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _list(told: Any) -> list[dict[str, Any]]:  # Any: JSON
    return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []


def _of(told: Mapping[str, Any], *names: str) -> Any:  # Any: JSON
    return next((told[name] for name in names if name in told), "")
