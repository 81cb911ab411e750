"""The objects of Fly's API as flyctl prints them: Go's names for an app, snake_case for machines and volumes."""

from __future__ import annotations

from tests.fakes.fly.machine import status_of
from tests.fakes.fly.state import Json, new_id, new_ulid, now

FLYCTL = "0.3.200"
_NEVER = "0001-01-01T00:00:00Z"  # Go's zero time
_OURS = ("pid", "port", "born", "by")  # what only the stand-in keeps of a machine
_HEX = "0123456789abcdef"


def new_app(name: str, org: str) -> Json:
    """As the state keeps it."""
    return {
        "id": name,
        "org": org,
        "created_at": now(),
        "secrets": {},
        "deployed_secrets": {},
        "config": {},
        "image": {},
        "oidc": {},
        "release": 0,
        "ips": [],
        "volumes": {},
        "machines": {},
    }


def status_of_app(app: Json) -> str:
    if not app["machines"]:
        return "pending"
    return "deployed" if any(status_of(one) != "stopped" for one in app["machines"].values()) else "suspended"


def shown_org(data: Json, slug: str) -> Json:
    return {
        "ID": f"org-{slug}",
        "InternalNumericID": "1234567",
        "Name": data["orgs"][slug],
        "Slug": slug,
        "RawSlug": data["raw_slugs"].get(slug, slug),
        "PaidPlan": data["paid_plan"],
    }


def shown_app(data: Json, name: str) -> Json:
    """fly.App, which has no JSON names: every field is there, most of them empty."""
    app = data["apps"][name]
    zero = dict.fromkeys(("State", "Network", "SharedIPAddress"), "")
    release = {"ID": f"rel-{app['release']}", "Version": app["release"], "Status": "complete", "CreatedAt": now()}
    version = dict.fromkeys(("Registry", "Repository", "Tag", "Version", "Digest"), "")
    org = {**shown_org(data, app["org"]), "RemoteBuilderImage": "", "RemoteBuilderApp": None, "Type": "PERSONAL"}
    return {
        **zero,
        "ID": app["id"],
        "InternalNumericID": 0,
        "Name": name,
        "Status": status_of_app(app),
        "Deployed": bool(app["machines"]),
        "Hostname": f"{name}.fly.dev",
        "AppURL": f"https://{name}.fly.dev" if app["machines"] else "",
        "Version": app["release"],
        "NetworkID": 0,
        "Release": None,
        "Organization": org,
        "Secrets": None,
        "CurrentRelease": release if app["release"] else None,
        **{key: {"Nodes": None} for key in ("Releases", "IPAddresses", "Certificates")},
        **dict.fromkeys(("IPAddress", "PostgresAppRole", "Image", "LimitedAccessTokens", "CurrentLock")),
        "Certificate": {"ID": "", "Hostname": "", "CreatedAt": _NEVER},
        **dict.fromkeys(("ImageUpgradeAvailable", "ImageVersionTrackingEnabled"), False),
        **dict.fromkeys(("ImageDetails", "LatestImageDetails"), version),
        "PlatformVersion": "machines",
    }


def new_volume(name: str, region: str, size: int, retention: int, encrypted: bool = True) -> Json:
    return {
        "id": f"vol_{new_id(17)}",
        "name": name,
        "state": "created",
        "size_gb": size,
        "region": region,
        "zone": new_id(4, _HEX),
        "encrypted": encrypted,
        "attached_machine_id": None,
        "attached_alloc_id": None,
        "created_at": now(),
        "host_dedication_id": "",
        "snapshot_retention": retention,
        "auto_backup_enabled": True,
        "host_status": "ok",
    }


def new_machine(region: str) -> Json:
    return {
        "id": new_id(14, _HEX),
        "name": f"quiet-river-{new_id(4, _HEX)}",
        "state": "created",
        "region": region,
        "image_ref": {},
        "instance_id": new_ulid(),
        "private_ip": f"fdaa:0:{new_id(4, _HEX)}:a7b:{new_id(4, _HEX)}:0:a:2",
        "created_at": now(),
        "updated_at": now(),
        "config": {},
        "events": [],
        "checks": [],
        "host_status": "ok",
        "cordoned": False,
        "pid": 0,
        "port": 0,
        "born": "",
        "by": None,
    }


def shown_machine(machine: Json, checks: list[Json]) -> Json:
    return {**{name: value for name, value in machine.items() if name not in _OURS}, "checks": checks}


def new_ip(kind: str, region: str) -> Json:
    address = "66.241.124.7" if "v4" in kind else f"2a09:8280:1::{new_id(2, _HEX)}:{new_id(4, _HEX)}:0"
    return {
        "ID": f"ip_{new_id(14)}",
        "Address": address,
        "Type": kind,
        "Region": region,
        "CreatedAt": now(),
        "ServiceName": "",
        "Network": None,
    }
