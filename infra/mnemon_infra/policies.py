"""Who may do what at AWS, as the JSON documents that AWS reads."""

from __future__ import annotations

from typing import Any

from mnemon_infra.inputs import Wanted

Policy = dict[str, Any]  # Any: JSON
AUDIENCE = "sts.amazonaws.com"


def trust_policy(provider_arn: str, wanted: Wanted) -> Policy:
    """Who may take the role: the machines of one app of one organization at Fly, by the tokens that Fly gives them.
    A token's subject is `organization:app:machine`."""
    return _policy(
        {
            "Effect": "Allow",
            "Principal": {"Federated": provider_arn},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {f"{wanted.issuer}:aud": AUDIENCE},
                "StringLike": {f"{wanted.issuer}:sub": f"{wanted.org_slug}:{wanted.app}:*"},
            },
        }
    )


def machine_policy(wanted: Wanted) -> Policy:
    """What a server may do: read, write and tag the backups of its own vault. It can delete nothing, and not see what
    else the bucket holds.

    `ListBucket` is also what makes S3 answer 404 for an object that is not there, and not 403: for that it compares
    the object's key with the condition.
    """
    bucket = bucket_arn(wanted.bucket)
    return _policy(
        {
            "Sid": "Backups",
            "Effect": "Allow",
            "Action": [
                "s3:GetObject",
                "s3:GetObjectVersion",
                "s3:PutObject",
                "s3:PutObjectTagging",
                "s3:AbortMultipartUpload",
            ],
            "Resource": f"{bucket}/{wanted.prefix}*",
        },
        {
            "Sid": "List",
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:ListBucketVersions"],
            "Resource": bucket,
            "Condition": {"StringLike": {"s3:prefix": [f"{wanted.prefix}*"]}},
        },
    )


def tls_only_policy(bucket: str) -> Policy:
    """Nobody talks to the bucket in the clear, whatever else allows them to."""
    arn = bucket_arn(bucket)
    return _policy(
        {
            "Sid": "OnlyTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )


def user_policy(wanted: Wanted, account: str = "*") -> Policy:
    """All the rights that the user's own credentials need, for `mnemon upgrade web` and for every sync command.

    Args:
        wanted: what is to be made.
        account: the AWS account's number, where it is known.
    """
    bucket = bucket_arn(wanted.bucket)
    return _policy(
        {
            "Sid": "Bucket",
            "Effect": "Allow",
            "Action": [*_BUCKET_READ, *_BUCKET_WRITE],
            "Resource": bucket,
        },
        {
            "Sid": "Backups",
            "Effect": "Allow",
            "Action": [
                "s3:GetObject",
                "s3:GetObjectVersion",
                "s3:PutObject",
                "s3:PutObjectTagging",
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",  # `sync prune`
            ],
            "Resource": f"{bucket}/{wanted.prefix}*",
        },
        {
            "Sid": "Role",
            "Effect": "Allow",
            "Action": list(_ROLE),
            "Resource": f"arn:aws:iam::{account}:role/{wanted.role_name}",
        },
        {
            "Sid": "Provider",
            "Effect": "Allow",
            "Action": list(_PROVIDER),
            "Resource": f"arn:aws:iam::{account}:oidc-provider/{wanted.issuer}",
        },
        {"Sid": "Look", "Effect": "Allow", "Action": ["iam:ListOpenIDConnectProviders"], "Resource": "*"},
    )


def bucket_arn(bucket: str) -> str:
    return f"arn:aws:s3:::{bucket}"


def _policy(*statements: dict[str, Any]) -> Policy:  # Any: JSON
    return {"Version": "2012-10-17", "Statement": list(statements)}


# What Pulumi's provider reads of a bucket before and after it changes it, and what we look at ourselves.
_BUCKET_READ = (
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketCORS",
    "s3:GetBucketLocation",
    "s3:GetBucketLogging",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
)
_BUCKET_WRITE = (
    "s3:CreateBucket",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
)
_ROLE = (
    "iam:CreateRole",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
    "iam:ListRoleTags",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
)
_PROVIDER = (
    "iam:CreateOpenIDConnectProvider",
    "iam:GetOpenIDConnectProvider",
    "iam:TagOpenIDConnectProvider",
)
