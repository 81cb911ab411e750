"""How the program comes to each resource: make it, take one that exists into care, or leave it alone and look it up.

Pulumi's state is a cache. What it holds is declared as ever. What it does not hold, although it exists, is adopted:
the machine is new, or the state was lost, or the user brought it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from mnemon_infra.found import Found
from mnemon_infra.inputs import Wanted
from mnemon_infra.trouble import Refused, named_refusal

Way = Literal["create", "import", "look-up"]

# Pulumi's names of the resources in the program; they stand in states, and never change.
BUCKET, ROLE, ROLE_POLICY, PROVIDER = "vault", "machine", "machine-s3", "fly-oidc"
VERSIONING, ENCRYPTION, PRIVACY = "vault-versioning", "vault-encryption", "vault-privacy"
OWNERSHIP, TLS, LIFECYCLE = "vault-ownership", "vault-tls", "vault-lifecycle"
TAGS = {"mnemon": "backups"}  # on what we made; how a bucket of ours is recognised when the state is lost
PARTS = frozenset({VERSIONING, ENCRYPTION, PRIVACY, OWNERSHIP, TLS, LIFECYCLE})


@dataclass(frozen=True)
class Ways:
    """`create` is also what a resource is that Pulumi made or adopted before.

    Attributes:
        bucket: see above.
        parts: which of the bucket's settings are ours to set.
        is_ours: the bucket carries our tag; one that was there before us keeps the tags it has.
        role: `create` or `import`.
        provider_arn: of the identity provider that is looked up; empty where it is made.
    """

    bucket: Way = "create"
    parts: frozenset[str] = PARTS
    is_ours: bool = True
    role: Way = "create"
    provider_arn: str = ""

    @property
    def adopts(self) -> bool:
        return "import" in (self.bucket, self.role)

    @property
    def settled(self) -> Ways:
        """What they are once everything that is adopted is in the state."""
        bucket: Way = "look-up" if self.bucket == "look-up" else "create"
        return replace(self, bucket=bucket, role="create")


def ways_of(wanted: Wanted) -> Ways:
    """What `wanted` says by itself, with nothing known of AWS and nothing in a state."""
    arn = wanted.existing_oidc_provider_arn or ""
    if not wanted.adopt_bucket:
        return Ways(provider_arn=arn)
    if wanted.harden:
        return Ways("import", PARTS - {OWNERSHIP}, is_ours=False, provider_arn=arn)
    return Ways("look-up", frozenset(), is_ours=False, provider_arn=arn)


def decided(wanted: Wanted, found: Found, managed: Collection[str]) -> Ways:
    """The ways for what `found` says of AWS, and the names of resources that Pulumi's state holds.

    Raises:
        Refused: it cannot be had: the bucket is somebody else's, or elsewhere, or gone.
    """
    is_managed = BUCKET in managed
    _check_bucket(wanted, found, is_managed)
    provider = "" if PROVIDER in managed else wanted.existing_oidc_provider_arn or found.provider_arn
    if provider and not found.provider_knows_aws:
        raise Refused(
            f"the identity provider {wanted.issuer} of this AWS account does not know the audience sts.amazonaws.com",
            "aws iam add-client-id-to-open-id-connect-provider --client-id sts.amazonaws.com"
            f" --open-id-connect-provider-arn {provider}",
        )
    role: Way = "import" if found.role_exists and ROLE not in managed else "create"
    is_ours = found.is_made_by_us or not (found.bucket_exists or wanted.adopt_bucket)
    if is_managed or is_ours or wanted.harden:
        is_new = is_managed or not found.bucket_exists
        parts = PARTS if is_ours else _lacking(found) | (PARTS & set(managed))
        return Ways("create" if is_new else "import", parts, is_ours, role, provider)
    return Ways("look-up", frozenset(), False, role, provider)


def _check_bucket(wanted: Wanted, found: Found, is_managed: bool) -> None:
    if found.bucket_exists and found.is_mine is False:
        raise Refused(
            f"the bucket {wanted.bucket} belongs to somebody else, or these credentials may not use it",
            "take another name: --bucket NAME",
            "AccessDenied",
            exit_status=4,
        )
    if found.bucket_exists is False and wanted.adopt_bucket and not is_managed:
        raise named_refusal("NoSuchBucket", wanted.bucket)
    if found.bucket_exists and found.region and found.region != wanted.region:
        raise Refused(
            f"the bucket {wanted.bucket} is in {found.region}, and not in {wanted.region}",
            f"use the region it is in: AWS_REGION={found.region}",
        )


def _lacking(found: Found) -> frozenset[str]:
    """What a bucket that was there before us does not have. A policy or rules of its own would be replaced by ours, and
    who owns objects is a question of what else uses the bucket: those stay."""
    lacks = {
        VERSIONING: found.is_versioned is False,
        ENCRYPTION: found.encryption == "",
        PRIVACY: found.is_public_blocked is False,
        TLS: found.has_policy is False,
        LIFECYCLE: found.has_lifecycle is False,
    }
    return frozenset(part for part, is_lacking in lacks.items() if is_lacking)
