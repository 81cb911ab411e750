"""The keys of a bucket at Tigris: what `fly storage create` prints once, and where this machine has them."""

from __future__ import annotations

import re
from pathlib import Path

from mnemon_installer.argv import fly as argv
from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.facts.fly import PATIENCE
from mnemon_installer.facts.fly_trouble import named
from mnemon_installer.world import World
from mnemon_server.settings import Settings
from mnemon_server.sync.keys import NAME, StoreKeys, parsed_keys

# As Fly names them among an app's secrets, in the order of StoreKeys.
SECRETS = ("BUCKET_NAME", "AWS_ENDPOINT_URL_S3", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_LINE = re.compile(r"^\s*([A-Z][A-Z0-9_]*)\s*[:=]\s*(\S+)\s*$", re.MULTILINE)


def keys_path(settings: Settings) -> Path:
    """Where syncs look for them."""
    return settings.folder / NAME


def created_path(deployment: Deployment) -> Path:
    """What `fly storage create` prints goes here, and stays until the keys are kept."""
    return deployment.folder / "storage_created"


def known_keys(world: World, settings: Settings) -> StoreKeys | None:
    """Those that are kept, whichever bucket's; None where there are none.

    Raises:
        NoCredentials: the file is not what was written there.
    """
    path = keys_path(settings)
    content = world.read(path)
    return parsed_keys(content, path) if content is not None else None


def keys_in_flight(world: World, deployment: Deployment) -> StoreKeys | None:
    """Those that a run has got and not kept yet; None where there are none, or not all of them."""
    content = world.read(created_path(deployment))
    return printed_keys(content.decode("utf-8", "replace")) if content is not None else None


def printed_keys(text: str) -> StoreKeys | None:
    """What `fly storage create` prints; None where a part is missing, as when it was broken off."""
    # A last line without its end may have been cut within a value. Older ones say no region, and there is only one.
    found = {"AWS_REGION": "auto", **dict(_LINE.findall(text[: text.rfind("\n") + 1]))}
    values = [found.get(name, "") for name in SECRETS]
    return StoreKeys(*values) if all(values) else None


def secrets_of(keys: StoreKeys) -> dict[str, str]:
    """As an app has them."""
    values = (keys.bucket, keys.endpoint, keys.region, keys.key_id, keys.secret)
    return dict(zip(SECRETS, values, strict=True))


def tigris_buckets(world: World, program: str, org: str) -> frozenset[str]:
    """The buckets of an organization; `fly storage list` knows no JSON.

    Raises:
        FlyPrerequisite, FlyTrouble: it cannot be asked.
    """
    ended = world.run(argv.list_storage(program, org), timeout=PATIENCE, changes=False)
    if ended.status != 0:
        raise named(ended.stderr, "listing your buckets at Fly")
    return frozenset(line.split()[0] for line in ended.stdout.splitlines()[1:] if line.strip())
