"""AWS as the installer knows it: what is wanted of it, what a run of its infrastructure left here, and its refusals."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from mnemon_infra import BadInput, Found, Infra, InfraError, Wanted
from mnemon_infra.adopting import decided
from mnemon_installer.argv import fly as argv
from mnemon_installer.facts.aws_regions import nearest_aws_region
from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.facts.fly import asked, find_app
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError, UsageError

_LONGEST = 63  # characters of a bucket's name


class CloudTrouble(MnemonError):
    """What the infrastructure says cannot be done, in its own words."""

    def __init__(self, trouble: InfraError) -> None:
        super().__init__(trouble.message, trouble.hint)
        self.code = trouble.code
        self.exit_status = trouble.exit_status


@dataclass(frozen=True)
class KeptRole:
    """What the last whole run made or found: written when it had ended, so that one which was broken off is not taken
    for whole because its first half is there. No secret."""

    arn: str
    region: str
    bucket: str
    vault: str
    is_hardened: bool

    def to_text(self) -> str:
        lines = (self.arn, self.region, self.bucket, self.vault, *(["hardened"] if self.is_hardened else []))
        return "".join(f"{line}\n" for line in lines)


def infra_of(wanted: Deployment) -> Infra:
    """What sees to the cloud's part of a deployment."""
    if wanted.storage != "aws":
        from mnemon_infra.nothing import NothingToDo

        return NothingToDo()
    from mnemon_infra.run import PulumiInfra, Setting

    profile = str(wanted.settings.value("s3_profile"))
    environment = {"AWS_PROFILE": profile} if profile else {}
    # The upgrade's own lock sees to it that no other mnemon is at it.
    return PulumiInfra(wanted.settings.folder / "pulumi", Setting(environment=environment, is_alone=True))


def looked(world: World, infra: Infra, deployment: Deployment) -> tuple[Found, Wanted]:
    """What is there, and what is wanted in view of it: a bucket stays where it is, and one that was there before us is
    only looked up.

    Raises:
        CloudTrouble: AWS does not say; or what is wanted cannot be had, whoever makes it.
        UsageError: it is no name that there can be.
    """
    with named_cloud():
        wish = _wish(world, deployment)
        found = infra.look(wish)
        if found.bucket_exists:
            is_theirs = not found.is_made_by_us
            wish = replace(wish, region=found.region or wish.region, adopt_bucket=is_theirs)
        decided(wish, found, managed=())
    return found, wish


def kept_role(world: World, deployment: Deployment) -> KeptRole | None:
    """The note of the last whole run; None where there was none."""
    lines = (world.read(role_path(deployment)) or b"").decode("utf-8", "replace").splitlines()
    if len(lines) < 4:
        return None
    arn, region, bucket, vault, *more = lines
    return KeptRole(arn, region, bucket, vault, is_hardened="hardened" in more)


def role_path(deployment: Deployment) -> Path:
    return deployment.folder / "role_arn"


def with_bucket(deployment: Deployment, infra: Infra) -> Deployment:
    """The same, with a name for the bucket where none is named.

    Raises:
        CloudTrouble: whose AWS account it is cannot be found out.
    """
    settings = deployment.settings
    if settings.bucket or deployment.storage == "s3":
        return deployment
    if deployment.storage == "tigris":
        name = tigris_bucket(deployment.app)
    else:
        with named_cloud():  # the look says whose account it is, whatever it finds
            probe = Wanted(deployment.app, deployment.org, default_bucket(deployment.app, ""), aws_region(deployment))
            name = default_bucket(deployment.app, infra.look(probe).account)
    return replace(deployment, settings=replace(settings, bucket_from_environment=name))


def aws_region(deployment: Deployment) -> str:
    """Where a new bucket is made: where the user's AWS is, or near the app."""
    return deployment.storage_region or nearest_aws_region(deployment.region)


def default_bucket(app: str, account: str) -> str:
    """A name that the same account gets for the same app every time, and hardly anybody else has: names are global."""
    return _named("mnemon-", app, f"-{hashlib.sha256(account.encode()).hexdigest()[:8]}")


def tigris_bucket(app: str) -> str:
    """As `default_bucket`; an app's name is its owner's alone already."""
    return _named("", app, "-vault")


@contextmanager
def named_cloud() -> Iterator[None]:
    """Turn what the infrastructure raises into errors of the installer's."""
    try:
        yield
    except InfraError as trouble:
        raise CloudTrouble(trouble) from None
    except BadInput as trouble:
        raise UsageError(str(trouble), "mnemon upgrade web --help") from None


def _wish(world: World, deployment: Deployment) -> Wanted:
    return Wanted(
        deployment.app,
        _slug_in_tokens(world, deployment),
        deployment.settings.bucket,
        aws_region(deployment),
        harden=deployment.hardens,
        vault=deployment.settings.vault_name,
    )


def _slug_in_tokens(world: World, deployment: Deployment) -> str:
    """The organization's, as its machines' tokens name it; before there is an app nobody says, and nothing is made."""
    program, app = deployment.program, deployment.app
    if find_app(world, program, app) is None:
        return deployment.org
    told = asked(world, argv.status(program, app), f"asking for the organization of {app}")
    org = told.get("Organization") if isinstance(told, dict) else None
    return str((isinstance(org, dict) and org.get("RawSlug")) or deployment.org)


def _named(before: str, app: str, after: str) -> str:
    """A long app's name is cut, and a hash tells it from others that begin so."""
    room = _LONGEST - len(before) - len(after)
    if len(app) <= room:
        return f"{before}{app}{after}"
    return f"{before}{app[: room - 7]}-{hashlib.sha256(app.encode()).hexdigest()[:6]}{after}"
