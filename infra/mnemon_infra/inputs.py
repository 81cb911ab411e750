"""What is wanted of a cloud, checked before the cloud is asked."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_APP = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_ORG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
_NEW_BUCKET = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)(?!.*(\.\.|\.-|-\.))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_AWS_REGION = re.compile(r"(?!cn-|us-gov-|us-iso)[a-z]{2}(-[a-z]+)+-\d{1,2}")
_VAULT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LONGEST_ROLE = 64  # characters, says IAM


class BadInput(ValueError):
    """Something wanted cannot be had; the message is one sentence for people."""


@dataclass(frozen=True)
class Wanted:
    """A bucket for the backups of one vault, and a role for the one Fly app that serves it.

    Attributes:
        app: the Fly app.
        org_slug: the slug that stands in the tokens of Fly's machines: `RawSlug` of `fly status --json`. What
            `fly orgs list` calls `personal` has another one there.
        bucket: its name.
        region: where the bucket is, or is to be made.
        adopt_bucket: it was there before us; it is looked up, and never made.
        harden: a bucket that was there before us gets what it lacks of versions, encryption, privacy, TLS, expiry.
        existing_oidc_provider_arn: Fly's identity provider in this AWS account, where the user names one.
        vault: the name under which the bucket has this vault's backups.

    Raises:
        BadInput: one of them is not what its name says.
    """

    app: str
    org_slug: str
    bucket: str
    region: str
    adopt_bucket: bool = False
    harden: bool = False
    existing_oidc_provider_arn: str | None = None
    vault: str = "default"

    def __post_init__(self) -> None:
        _check(_APP, self.app, "a Fly app's name: small letters, digits and dashes")
        _check(_ORG, self.org_slug, "the slug of a Fly organization: small letters, digits and dashes")
        _check(_BUCKET, self.bucket, "a bucket's name: letters, digits, dots and dashes, at least three")
        _check(_REGION, self.region, "a region's name: letters, digits and dashes")
        _check(_VAULT, self.vault, "a vault's name: letters, digits, dots and dashes")
        arn = self.existing_oidc_provider_arn
        if arn is not None and not re.fullmatch(rf"arn:aws:iam::\d{{12}}:oidc-provider/{re.escape(self.issuer)}", arn):
            raise BadInput(f"{arn!r} is not the ARN of an identity provider for {self.issuer}")

    @property
    def issuer(self) -> str:
        """Who signs the tokens of this organization's machines, as IAM names it: without `https://`."""
        return f"oidc.fly.io/{self.org_slug}"

    @property
    def prefix(self) -> str:
        """What every key of this vault begins with."""
        return f"mnemon/{self.vault}/"

    @property
    def role_name(self) -> str:
        """One role per app. IAM's names are shorter than Fly's can be: a long one is cut, and ends with a hash."""
        name = f"mnemon-{self.app}"
        if len(name) <= _LONGEST_ROLE:
            return name
        return f"{name[: _LONGEST_ROLE - 11]}-{hashlib.sha256(self.app.encode()).hexdigest()[:10]}"


def checked_for_aws(wanted: Wanted) -> Wanted:
    """`wanted`, where AWS can have it.

    Raises:
        BadInput: no region of AWS, or one of its partitions apart (China, GovCloud); no name for a new bucket.
    """
    _check(_AWS_REGION, wanted.region, "a region of AWS such as eu-central-1 (China and GovCloud are not supported)")
    if not wanted.adopt_bucket:
        _check(_NEW_BUCKET, wanted.bucket, "a name for a new bucket: 3 to 63 small letters, digits, dots and dashes")
    return wanted


def _check(pattern: re.Pattern[str], text: str, what: str) -> None:
    if not pattern.fullmatch(text):
        raise BadInput(f"{text!r} is not {what}")
