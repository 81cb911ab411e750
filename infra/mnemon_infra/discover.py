"""Looking at AWS: is the bucket there, whose is it, what does it lack, are role and identity provider there?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from mnemon_infra.adopting import TAGS
from mnemon_infra.found import Found
from mnemon_infra.inputs import Wanted
from mnemon_infra.policies import AUDIENCE
from mnemon_infra.trouble import Unreachable, named_refusal, no_credentials

ClientFactory = Callable[[str], Any]  # Any: boto3 makes its clients' classes when it runs
_ABSENT = {"404", "NoSuchBucket", "NotFound", "NoSuchEntity", "NoSuchEntityException"}
_DENIED = {"403", "AccessDenied", "AccessDeniedException", "Forbidden", "AllAccessDisabled"}
# S3's ways of saying that a setting was never made.
_NOT_SET = {
    "NoSuchPublicAccessBlockConfiguration", "ServerSideEncryptionConfigurationNotFoundError", "NoSuchTagSet",
    "NoSuchBucketPolicy", "NoSuchLifecycleConfiguration",
}  # fmt: skip


def aws_clients(region: str, profile: str = "") -> ClientFactory:
    """Clients with credentials from wherever AWS's own tools would take them: `aws_clients(region)("s3")`."""

    def client(service: str) -> Any:  # Any: see ClientFactory
        import boto3
        from botocore.config import Config

        config = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 3})
        with _named(""):
            return boto3.Session(profile_name=profile or None, region_name=region).client(service, config=config)

    return client


def look(wanted: Wanted, client: ClientFactory) -> Found:
    """What is there of `wanted`; changes nothing. What these credentials may not see is left open, but the bucket.

    Args:
        wanted: what to look for.
        client: makes a client of boto3 for `s3`, `iam` and `sts`.

    Raises:
        Refused: AWS does not take the credentials, or there are none.
        Unreachable: it does not answer.
    """
    with _named(wanted.bucket):
        account = str(client("sts").get_caller_identity()["Account"])
        found = replace(_bucket(wanted.bucket, client("s3")), account=account)
        iam = client("iam")
        provider, knows_aws = _provider(wanted, iam)
        return replace(found, role_arn=_role(wanted, iam), provider_arn=provider, provider_knows_aws=knows_aws)


def _bucket(name: str, s3: Any) -> Found:  # Any: see ClientFactory
    from botocore.exceptions import ClientError

    try:
        head = s3.head_bucket(Bucket=name)
    except ClientError as trouble:
        code = _code(trouble)
        if code in _ABSENT:
            return Found(bucket_exists=False)
        if code in _DENIED:
            return Found(bucket_exists=True, is_mine=False)
        raise
    region = head.get("BucketRegion") or head["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region", "")
    public = _setting(s3.get_public_access_block, name, "PublicAccessBlockConfiguration")
    encryption = _setting(s3.get_bucket_encryption, name, "ServerSideEncryptionConfiguration")
    tags = _setting(s3.get_bucket_tagging, name, "TagSet")
    versioning = _setting(s3.get_bucket_versioning, name, "Status")
    return Found(
        bucket_exists=True,
        is_mine=True,
        region=str(region),
        is_made_by_us=any({tag["Key"]: tag["Value"]} == TAGS for tag in tags or ()),
        is_versioned=None if versioning is None else versioning == "Enabled",
        is_public_blocked=None if public is None else bool(public) and all(public.values()),
        encryption=None if encryption is None else _algorithm(encryption),
        has_policy=_is_set(_setting(s3.get_bucket_policy, name, "Policy")),
        has_lifecycle=_is_set(_setting(s3.get_bucket_lifecycle_configuration, name, "Rules")),
    )


def _setting(ask: Callable[..., Mapping[str, Any]], bucket: str, name: str) -> Any:  # Any: see ClientFactory
    """What the bucket has; an empty text where it has nothing, None where we may not look."""
    from botocore.exceptions import ClientError

    try:
        return ask(Bucket=bucket).get(name, "")
    except ClientError as trouble:
        code = _code(trouble)
        if code in _NOT_SET:
            return ""
        if code in _DENIED:
            return None
        raise


def _algorithm(encryption: Any) -> str:  # Any: see ClientFactory
    rules = encryption.get("Rules", []) if encryption else []
    defaults = (rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm", "") for rule in rules)
    return str(next(defaults, ""))


def _is_set(setting: object) -> bool | None:
    return None if setting is None else bool(setting)


def _role(wanted: Wanted, iam: Any) -> str:  # Any: see ClientFactory
    from botocore.exceptions import ClientError

    try:
        return str(iam.get_role(RoleName=wanted.role_name)["Role"]["Arn"])
    except ClientError as trouble:
        if _code(trouble) in _ABSENT | _DENIED:
            return ""
        raise


def _provider(wanted: Wanted, iam: Any) -> tuple[str, bool]:  # Any: see ClientFactory
    """Its ARN, and whether it takes tokens for AWS."""
    from botocore.exceptions import ClientError

    try:
        listed = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
        arns = (str(entry["Arn"]) for entry in listed)
        arn = next((arn for arn in arns if arn.partition(":oidc-provider/")[2] == wanted.issuer), "")
        if not arn:
            return "", True
        audiences = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn).get("ClientIDList", [])
    except ClientError as trouble:
        if _code(trouble) in _DENIED:
            return "", True
        raise
    return arn, AUDIENCE in audiences


@contextmanager
def _named(bucket: str) -> Iterator[None]:
    """Turn botocore's errors into ours. No word of theirs is repeated but the code: their texts name keys."""
    from botocore import exceptions

    try:
        yield
    except exceptions.ClientError as trouble:
        raise named_refusal(_code(trouble), bucket) from None
    except (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.ProfileNotFound,
        exceptions.CredentialRetrievalError,
        exceptions.SSOError,
        exceptions.TokenRetrievalError,
        exceptions.InvalidConfigError,
        exceptions.ConfigParseError,
    ):
        raise no_credentials() from None
    except exceptions.BotoCoreError as trouble:
        hint = "check the network, and run the same command again"
        raise Unreachable(f"AWS does not answer ({type(trouble).__name__})", hint) from None


def _code(trouble: Any) -> str:  # Any: botocore has no types
    return str(trouble.response.get("Error", {}).get("Code", ""))
