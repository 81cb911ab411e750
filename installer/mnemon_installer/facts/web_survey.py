"""Looking at Fly before anything is decided: who is logged in, what is there of the app, where one could be made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from mnemon_installer.facts.deployment import Storage, first_line, known_storage
from mnemon_installer.facts.fly import (
    FlyApp,
    FlyRegion,
    FlyVolume,
    app_url,
    find_app,
    machines,
    organizations,
    regions,
    secret_names,
    volumes,
    who_am_i,
)
from mnemon_installer.facts.fly_trouble import FlyTrouble
from mnemon_installer.facts.whereabouts import Zone, nearest, time_zone
from mnemon_installer.world import World
from mnemon_server.settings import Settings

APP_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class WebFacts:
    """What is there. `orgs` (slug to name), `regions` and `zone` are looked up only for an app that has no volume yet:
    a volume stays where it is. `storage` and `endpoint` say what is known of the backups' store. `is_joined`: this
    machine's vault is there, and another machine has deployed it; `deployed` is then the environment it was given."""

    settings: Settings
    program: str
    account: str
    name: str
    url: str
    app: FlyApp | None
    volumes: tuple[FlyVolume, ...]
    orgs: Mapping[str, str] = field(default_factory=dict)
    regions: tuple[FlyRegion, ...] = ()
    zone: Zone | None = None
    storage: Storage | None = None
    endpoint: str = ""
    deployed: Mapping[str, str] = field(default_factory=dict)
    is_joined: bool = False

    @property
    def is_new(self) -> bool:
        """Nothing of it costs anything yet."""
        return not self.volumes

    @property
    def suggested_region(self) -> FlyRegion | None:
        """The nearest one; None where this machine's time zone says nothing of a place."""
        return nearest(self.zone, self.regions) if self.zone is not None else None

    def region_named(self, code: str) -> FlyRegion:
        """The region of that code.

        Raises:
            FlyTrouble: Fly has none that is called so.
        """
        found = next((each for each in self.regions if each.code == code), None)
        if found is None:
            known = ", ".join(each.code for each in self.regions if not each.is_paid)
            raise FlyTrouble(f"Fly has no region {code!r}", f"--region with one of {known}")
        return found


def look_at_fly(world: World, settings: Settings, program: str, name: str) -> WebFacts:
    """What Fly has of the app `name`.

    Raises:
        FlyPrerequisite, FlyTrouble: Fly cannot be asked.
    """
    account = who_am_i(world, program)
    app = find_app(world, program, name)
    found = volumes(world, program, name) if app is not None else ()
    seen = WebFacts(
        settings=settings,
        program=program,
        account=account,
        name=name,
        url=app_url(world.environment, name),
        app=app,
        volumes=found,
        storage=known_storage(world, settings, name),
        endpoint=str(settings.value("s3_endpoint")) or world.environment.get("AWS_ENDPOINT_URL_S3", ""),
    )
    if settings.remote == seen.url and not first_line(world, settings.folder / "deploy" / name / "token"):
        return _joined(world, seen)
    if found:
        return seen
    orgs = organizations(world, program) if app is None else {app.org: app.org}
    return replace(seen, orgs=orgs, regions=regions(world, program), zone=time_zone(world))


def _joined(world: World, seen: WebFacts) -> WebFacts:
    """What another machine has decided, by what the app was given.

    Raises:
        FlyTrouble: there is nothing of ours to see there.
    """
    given = next((each.environment for each in machines(world, seen.program, seen.name)), {}) if seen.app else {}
    bucket = given.get("MNEMON_S3_BUCKET", "")
    if not bucket:
        account = f"the account {seen.account}" if seen.account else "this account at Fly"
        raise FlyTrouble(
            f"the vault is at {seen.url}, and {account} has no app {seen.name} with a mnemon in it",
            "fly auth login, with the account that has it; or upgrade from the machine that made it",
        )
    storage: Storage = "aws" if "AWS_ROLE_ARN" in given else "s3"
    if storage == "s3" and "BUCKET_NAME" in secret_names(world, seen.program, seen.name):
        storage = "tigris"
    endpoint = given.get("AWS_ENDPOINT_URL_S3", "")
    return replace(seen, storage=storage, endpoint=endpoint, deployed=given, is_joined=True)


def known_apps(world: World, settings: Settings) -> tuple[str, ...]:
    """The apps that this machine has deployed; of them only the one that has the vault, when it is on the web."""
    deploy = settings.folder / "deploy"
    folders = sorted(deploy.iterdir()) if deploy.is_dir() else []
    names = tuple(each.name for each in folders if _is_one(each))
    if not settings.remote:
        return names
    return tuple(name for name in names if app_url(world.environment, name) == settings.remote)


def app_at(world: World, url: str) -> str:
    """The app that answers at `url`, by its address; empty where that names none."""
    template = re.escape(app_url(world.environment, "{app}")).replace(re.escape("{app}"), "([a-z0-9-]+)")
    found = re.fullmatch(template, url.rstrip("/"))
    return found[1] if found and found.re.groups else ""


def _is_one(folder: Path) -> bool:
    return APP_NAME.fullmatch(folder.name) is not None and (folder / "fly.toml").is_file()
