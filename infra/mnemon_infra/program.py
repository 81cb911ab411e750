"""The Pulumi program: a bucket that keeps backups, and a role by which a Fly machine reaches it without a key.

Pulumi is imported when it runs, and not before.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mnemon_infra.adopting import (
    BUCKET,
    ENCRYPTION,
    LIFECYCLE,
    OWNERSHIP,
    PRIVACY,
    PROVIDER,
    ROLE,
    ROLE_POLICY,
    TAGS,
    TLS,
    VERSIONING,
    Ways,
    ways_of,
)
from mnemon_infra.inputs import Wanted, checked_for_aws
from mnemon_infra.policies import AUDIENCE, machine_policy, tls_only_policy, trust_policy

if TYPE_CHECKING:
    import pulumi
    import pulumi_aws as aws

SUPERSEDED = ("mnemon", "superseded")  # the tag that a server puts on snapshots which were replaced 30 days ago
_EXPIRY = 1  # days; see `_rules`
_FORMER_VERSIONS, _KEPT_VERSIONS, _UNFINISHED = 90, 10, 7  # days, pieces, days

# An import fails where the program says something else than AWS has. What may differ is first taken as it is, and
# brought to what the program says by the run after.
_DIFFERING = {
    BUCKET: ("forceDestroy", "objectLockEnabled", "tags"),
    ROLE: ("assumeRolePolicy", "description", "forceDetachPolicies", "maxSessionDuration", "tags"),
}


def program(wanted: Wanted, ways: Ways | None = None) -> Callable[[], None]:
    """The program for what is wanted, as a function that Pulumi runs.

    Exports `bucket`, `region` and `role_arn`.

    Raises:
        BadInput: AWS cannot have it.
    """
    checked_for_aws(wanted)
    chosen = ways or ways_of(wanted)
    return lambda: _declare(wanted, chosen)


def _declare(wanted: Wanted, ways: Ways) -> None:
    import pulumi
    import pulumi_aws as aws

    at_home = aws.Provider("aws", region=wanted.region)
    if ways.bucket != "look-up":
        _declare_bucket(wanted, ways, at_home)
    role = _declare_role(wanted, ways, at_home)
    pulumi.export("bucket", wanted.bucket)
    pulumi.export("region", wanted.region)
    pulumi.export("role_arn", role.arn)


def _declare_bucket(wanted: Wanted, ways: Ways, provider: aws.Provider) -> None:
    """Never destroyed by us, by whatever way: protected in Pulumi, and retained if it leaves the state all the same."""
    import pulumi
    import pulumi_aws as aws

    ignored = set(_DIFFERING[BUCKET]) if ways.bucket == "import" else set()
    bucket = aws.s3.Bucket(
        BUCKET,
        bucket=wanted.bucket,
        force_destroy=False,
        tags=TAGS if ways.is_ours else None,
        opts=pulumi.ResourceOptions(
            provider=provider,
            protect=True,
            retain_on_delete=True,
            import_=wanted.bucket if ways.bucket == "import" else None,
            ignore_changes=sorted(ignored if ways.is_ours else ignored | {"tags"}) or None,
        ),
    )

    def beside(*earlier: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=bucket, provider=provider, retain_on_delete=True, depends_on=[bucket, *earlier]
        )

    if VERSIONING in ways.parts:
        versioned = {"status": "Enabled"}
        aws.s3.BucketVersioning(VERSIONING, bucket=wanted.bucket, versioning_configuration=versioned, opts=beside())
    if ENCRYPTION in ways.parts:
        keys = {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}, "bucket_key_enabled": True}
        aws.s3.BucketServerSideEncryptionConfiguration(ENCRYPTION, bucket=wanted.bucket, rules=[keys], opts=beside())
    if OWNERSHIP in ways.parts:
        owned = {"object_ownership": "BucketOwnerEnforced"}
        aws.s3.BucketOwnershipControls(OWNERSHIP, bucket=wanted.bucket, rule=owned, opts=beside())
    earlier = []
    if PRIVACY in ways.parts:
        private = aws.s3.BucketPublicAccessBlock(
            PRIVACY,
            bucket=wanted.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=beside(),
        )
        earlier = [private]
    if TLS in ways.parts:  # two changes of who may come in, at once, are refused
        tls_only = json.dumps(tls_only_policy(wanted.bucket))
        aws.s3.BucketPolicy(TLS, bucket=wanted.bucket, policy=tls_only, opts=beside(*earlier))
    if LIFECYCLE in ways.parts:
        aws.s3.BucketLifecycleConfiguration(LIFECYCLE, bucket=wanted.bucket, rules=_rules(), opts=beside())


def _rules() -> list[dict[str, Any]]:  # Any: what Pulumi takes in place of its own classes
    """What S3 deletes by itself, under our prefix only.

    A superseded snapshot may go a day after it was made: it was tagged when it had been replaced for 30 days, S3 counts
    from its making, and so any number up to 30 means "with the next round". Of a versioned bucket's object that only
    hides it; a rule of its own deletes it for good. The general one would not: it keeps the ten newest former versions
    of each object, and a snapshot has only the one.
    """
    name, value = SUPERSEDED
    return [
        {
            "id": "mnemon-superseded-snapshots",
            "status": "Enabled",
            "filter": {"and_": {"prefix": "mnemon/", "tags": {name: value}}},
            "expiration": {"days": _EXPIRY},
            "noncurrent_version_expiration": {"noncurrent_days": _FORMER_VERSIONS},
        },
        {
            "id": "mnemon-former-versions",
            "status": "Enabled",
            "filter": {"prefix": "mnemon/"},
            "expiration": {"expired_object_delete_marker": True},
            "noncurrent_version_expiration": {
                "noncurrent_days": _FORMER_VERSIONS,
                "newer_noncurrent_versions": _KEPT_VERSIONS,
            },
            "abort_incomplete_multipart_upload": {"days_after_initiation": _UNFINISHED},
        },
    ]


def _declare_role(wanted: Wanted, ways: Ways, provider: aws.Provider) -> aws.iam.Role:
    import pulumi
    import pulumi_aws as aws

    trusted: Any = ways.provider_arn  # Any: a text, or one that Pulumi will know later
    if not ways.provider_arn:
        trusted = aws.iam.OpenIdConnectProvider(
            PROVIDER,
            url=f"https://{wanted.issuer}",
            client_id_lists=[AUDIENCE],
            opts=pulumi.ResourceOptions(provider=provider, retain_on_delete=True),  # other apps may use it by now
        ).arn
    role = aws.iam.Role(
        ROLE,
        name=wanted.role_name,
        description=f"mnemon on Fly: the app {wanted.app}",
        assume_role_policy=pulumi.Output.from_input(trusted).apply(lambda arn: json.dumps(trust_policy(arn, wanted))),
        max_session_duration=3600,
        tags=TAGS,
        opts=pulumi.ResourceOptions(
            provider=provider,
            import_=wanted.role_name if ways.role == "import" else None,
            ignore_changes=list(_DIFFERING[ROLE]) if ways.role == "import" else None,
        ),
    )
    aws.iam.RolePolicy(
        ROLE_POLICY,
        name="mnemon-backups",
        role=role.id,
        policy=json.dumps(machine_policy(wanted)),
        opts=pulumi.ResourceOptions(provider=provider, parent=role),
    )
    return role
