"""The policies, as the values that AWS reads."""

from __future__ import annotations

import fnmatch

import pytest

from mnemon_infra import BadInput, Wanted
from mnemon_infra.inputs import checked_for_aws
from mnemon_infra.policies import machine_policy, tls_only_policy, trust_policy, user_policy

WANTED = Wanted("my-mnemon", "acme", "acme-memories", "eu-central-1", vault="work")
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/oidc.fly.io/acme"


def test_only_machines_of_this_app_of_this_organization_take_the_role() -> None:
    assert trust_policy(PROVIDER, WANTED) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": PROVIDER},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {"oidc.fly.io/acme:aud": "sts.amazonaws.com"},
                    "StringLike": {"oidc.fly.io/acme:sub": "acme:my-mnemon:*"},
                },
            }
        ],
    }


def test_a_machine_reads_and_writes_its_vault_and_nothing_else() -> None:
    assert machine_policy(WANTED) == {
        "Version": "2012-10-17",
        "Statement": [
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
                "Resource": "arn:aws:s3:::acme-memories/mnemon/work/*",
            },
            {
                "Sid": "List",
                "Effect": "Allow",
                "Action": ["s3:ListBucket", "s3:ListBucketVersions"],
                "Resource": "arn:aws:s3:::acme-memories",
                "Condition": {"StringLike": {"s3:prefix": ["mnemon/work/*"]}},
            },
        ],
    }


@pytest.mark.parametrize(
    "action",
    ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutBucketPolicy", "s3:PutLifecycleConfiguration", "iam:PassRole"],
)
def test_a_machine_can_neither_delete_nor_change_the_bucket(action: str) -> None:
    allowed = [action for statement in machine_policy(WANTED)["Statement"] for action in statement["Action"]]
    assert not any(fnmatch.fnmatch(action, pattern) for pattern in allowed)
    assert not any("*" in pattern for pattern in allowed)


def test_nobody_talks_to_the_bucket_in_the_clear() -> None:
    [statement] = tls_only_policy("acme-memories")["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Principal"] == "*"
    assert statement["Resource"] == ["arn:aws:s3:::acme-memories", "arn:aws:s3:::acme-memories/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_user_needs_no_right_on_anything_but_this_bucket_this_role_and_this_provider() -> None:
    statements = user_policy(WANTED, "123456789012")["Statement"]
    resources = {statement["Sid"]: statement["Resource"] for statement in statements}
    assert resources == {
        "Bucket": "arn:aws:s3:::acme-memories",
        "Backups": "arn:aws:s3:::acme-memories/mnemon/work/*",
        "Role": "arn:aws:iam::123456789012:role/mnemon-my-mnemon",
        "Provider": PROVIDER,
        "Look": "*",
    }
    actions = [action for statement in statements for action in statement["Action"]]
    assert not any("*" in action for action in actions)
    assert {"s3:CreateBucket", "iam:CreateRole", "iam:PutRolePolicy", "s3:DeleteObject"} <= set(actions)
    assert not {"s3:DeleteBucket", "iam:DeleteRole", "s3:DeleteObjectVersion"} & set(actions)
    machine = {action for statement in machine_policy(WANTED)["Statement"] for action in statement["Action"]}
    assert machine <= set(actions)  # `sync` does with the user's keys what a server does with its role


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"app": "My-App"}, "'My-App' is not a Fly app's name"),
        ({"app": "a:b"}, "'a:b' is not a Fly app's name"),
        ({"org_slug": "acme:*"}, "'acme:\\*' is not the slug of a Fly organization"),
        ({"bucket": "a/b"}, "'a/b' is not a bucket's name"),
        ({"region": "eu central"}, "'eu central' is not a region's name"),
        ({"vault": "a*"}, "'a\\*' is not a vault's name"),
        ({"existing_oidc_provider_arn": "arn:aws:iam::123456789012:oidc-provider/oidc.fly.io/other"}, "not the ARN of"),
    ],
)
def test_what_could_widen_a_policy_is_refused(changed: dict[str, str], said: str) -> None:
    known = {"app": "my-mnemon", "org_slug": "acme", "bucket": "acme-memories", "region": "eu-central-1"}
    with pytest.raises(BadInput, match=said):
        Wanted(**{**known, **changed})  # type: ignore[arg-type]  # texts, all of them


def test_aws_takes_less_than_other_stores() -> None:
    assert Wanted("a", "o", "Old_Bucket", "auto").region == "auto"
    for region in ("auto", "cn-north-1", "us-gov-west-1", "nowhere"):
        with pytest.raises(BadInput, match="is not a region of AWS such as"):
            checked_for_aws(Wanted("a", "o", "acme-memories", region))
    for bucket in ("Old_Bucket", "a..b", "192.168.0.1", "ends-with-"):
        with pytest.raises(BadInput, match="is not a name for a new bucket"):
            checked_for_aws(Wanted("a", "o", bucket, "us-east-1"))
    assert checked_for_aws(Wanted("a", "o", "Old_Bucket", "us-east-1", adopt_bucket=True))


def test_a_role_has_a_name_that_iam_takes() -> None:
    assert WANTED.role_name == "mnemon-my-mnemon"
    long, other = (Wanted("a" * 62 + end, "o", "bucket", "us-east-1").role_name for end in "bc")
    assert len(long) == len(other) == 64
    assert long != other
