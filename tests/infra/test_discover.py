"""Looking at AWS, on moto in this process: what is there, whose it is, what it lacks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from moto import mock_aws
from moto.moto_api._internal import moto_api_backend

from mnemon_infra import Found, InfraError, Wanted
from mnemon_infra.adopting import TAGS
from mnemon_infra.discover import aws_clients, look
from mnemon_infra.policies import tls_only_policy, trust_policy
from mnemon_infra.trouble import Refused, Unreachable

REGION = "eu-central-1"
WANTED = Wanted("my-mnemon", "acme", "acme-memories", REGION)
ACCOUNT = "123456789012"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.fly.io/acme"
Clients = dict[str, Any]


@pytest.fixture(scope="module")
def clients() -> Iterator[Clients]:
    with mock_aws():
        yield {service: boto3.client(service, region_name=REGION) for service in ("s3", "iam", "sts")}


@pytest.fixture
def aws(clients: Clients) -> Clients:
    """An account with nothing in it."""
    moto_api_backend.reset()
    return clients


def make_bucket(aws: Clients) -> None:
    aws["s3"].create_bucket(Bucket=WANTED.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})


def test_an_empty_account_has_nothing(aws: Clients) -> None:
    assert look(WANTED, aws.__getitem__) == Found(account=ACCOUNT, bucket_exists=False)


def test_a_bare_bucket_is_described_and_its_gaps_are_said(aws: Clients) -> None:
    make_bucket(aws)
    found = look(WANTED, aws.__getitem__)
    assert found == Found(
        account=ACCOUNT,
        bucket_exists=True,
        is_mine=True,
        region=REGION,
        is_made_by_us=False,
        is_versioned=False,
        is_public_blocked=False,
        encryption="",
        has_policy=False,
        has_lifecycle=False,
    )
    assert len(found.warnings) == 2
    assert "versions" in found.warnings[0]
    assert "public" in found.warnings[1]


def test_a_bucket_with_everything_has_no_warnings(aws: Clients) -> None:
    make_bucket(aws)
    s3, bucket = aws["s3"], WANTED.bucket
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    blocked = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(blocked, True))
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    expiring = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": "x/"}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [expiring]})
    tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "owner", "Value": "me"}, *tags]})
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(tls_only_policy(bucket)))
    found = look(WANTED, aws.__getitem__)
    assert found.warnings == ()
    assert (found.is_made_by_us, found.is_versioned, found.is_public_blocked) == (True, True, True)
    assert (found.encryption, found.has_policy, found.has_lifecycle) == ("AES256", True, True)


def test_one_door_left_open_is_not_closed(aws: Clients) -> None:
    make_bucket(aws)
    doors = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True}
    aws["s3"].put_public_access_block(
        Bucket=WANTED.bucket, PublicAccessBlockConfiguration={**doors, "RestrictPublicBuckets": False}
    )
    assert look(WANTED, aws.__getitem__).is_public_blocked is False


def test_a_bucket_elsewhere_says_where(aws: Clients) -> None:
    make_bucket(aws)
    assert look(replace(WANTED, region="us-east-1"), aws.__getitem__).region == REGION


def test_role_and_provider_are_found_by_their_names(aws: Clients) -> None:
    iam = aws["iam"]
    iam.create_open_id_connect_provider(Url="https://oidc.fly.io/acme-other", ClientIDList=["sts.amazonaws.com"])
    assert look(WANTED, aws.__getitem__).provider_arn == ""
    iam.create_open_id_connect_provider(Url="https://oidc.fly.io/acme", ClientIDList=["sts.amazonaws.com"])
    iam.create_role(RoleName=WANTED.role_name, AssumeRolePolicyDocument=json.dumps(trust_policy(PROVIDER, WANTED)))
    found = look(WANTED, aws.__getitem__)
    assert (found.provider_arn, found.provider_knows_aws) == (PROVIDER, True)
    assert found.role_arn == f"arn:aws:iam::{ACCOUNT}:role/mnemon-my-mnemon"
    assert found.role_exists


def test_a_provider_that_does_not_know_aws_is_noticed(aws: Clients) -> None:
    aws["iam"].create_open_id_connect_provider(Url="https://oidc.fly.io/acme", ClientIDList=["vault.example.com"])
    assert look(WANTED, aws.__getitem__).provider_knows_aws is False


class Saying:
    """A client of which some requests end as told; the others go to moto."""

    def __init__(self, client: Any, troubles: dict[str, Exception]) -> None:
        self._client = client
        self._troubles = troubles

    def __getattr__(self, name: str) -> Any:
        if name not in self._troubles:
            return getattr(self._client, name)

        def fail(**_: object) -> None:
            raise self._troubles[name]

        return fail


def answered(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "User: arn:aws:iam::1:user/bob has AKIASECRET"}}, "Any")


def looked(aws: Clients, **troubles: Exception) -> Found:
    return look(WANTED, {service: Saying(client, troubles) for service, client in aws.items()}.__getitem__)


def test_what_may_not_be_seen_is_left_open(aws: Clients) -> None:
    make_bucket(aws)
    denied = answered("AccessDenied")
    found = looked(
        aws,
        get_bucket_versioning=denied,
        get_public_access_block=denied,
        get_bucket_encryption=denied,
        get_bucket_policy=denied,
        get_bucket_lifecycle_configuration=denied,
        get_bucket_tagging=denied,
        get_role=denied,
        list_open_id_connect_providers=denied,
    )
    assert found == Found(account=ACCOUNT, bucket_exists=True, is_mine=True, region=REGION)
    assert found.warnings == ()


def test_a_bucket_of_somebody_else_exists_and_is_not_mine(aws: Clients) -> None:
    found = looked(aws, head_bucket=answered("403"))
    assert (found.bucket_exists, found.is_mine) == (True, False)


@pytest.mark.parametrize(
    ("trouble", "kind", "code", "status"),
    [
        (answered("InvalidClientTokenId"), Refused, "InvalidClientTokenId", 4),
        (answered("ExpiredToken"), Refused, "ExpiredToken", 4),
        (answered("AccessDenied"), Refused, "AccessDenied", 4),
        (answered("Teapot"), Refused, "Teapot", 1),
        (NoCredentialsError(), Refused, "NoCredentials", 4),
        (EndpointConnectionError(endpoint_url="https://sts.amazonaws.com"), Unreachable, "", 1),
    ],
)
def test_trouble_is_named_without_a_word_of_aws(
    aws: Clients, trouble: Exception, kind: type[InfraError], code: str, status: int
) -> None:
    with pytest.raises(kind) as told:
        looked(aws, get_caller_identity=trouble)
    assert getattr(told.value, "aws_code", "") == code
    assert told.value.exit_status == status
    assert told.value.hint
    for secret in ("AKIASECRET", "bob"):
        assert secret not in f"{told.value.message} {told.value.hint} {told.value!r}"
    assert told.value.__cause__ is None


def test_a_profile_that_is_not_there_is_said() -> None:
    with pytest.raises(Refused, match="there are no credentials for AWS"):
        aws_clients(REGION, "nobody")("sts")
