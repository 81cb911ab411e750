"""What can go wrong between a vault and a bucket, each with a sentence and a hint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mnemon_server.errors import DiskTrouble, MnemonError


class NoBucket(MnemonError):
    """Nobody has said where backups go."""

    code = "no-bucket"
    exit_status = 4


class BucketMissing(MnemonError):
    """The bucket does not exist."""

    code = "bucket-missing"
    exit_status = 4


class NoCredentials(MnemonError):
    """There are no credentials, or the store does not take them."""

    code = "credentials"
    exit_status = 4


class AccessDenied(MnemonError):
    """The credentials are known, and may not do this."""

    code = "access-denied"
    exit_status = 4


class StoreUnreachable(MnemonError):
    """The store does not answer."""

    code = "store-unreachable"


class StoreTrouble(MnemonError):
    """The store answers something that it should not."""

    code = "store"


class Unsupported(StoreTrouble):
    """The store does not know this kind of request."""


class SyncConflict(MnemonError):
    """The bucket's vault is not the one that this machine last saw."""

    code = "sync-conflict"


class SyncShrunk(MnemonError):
    """The vault has suspiciously little in it."""

    code = "sync-shrunk"


class SyncBusy(MnemonError):
    """Another sync of this machine is under way."""

    code = "sync-busy"


class NoBackup(MnemonError):
    """The bucket has no such backup, or none at all."""

    code = "no-backup"


class BackupRefused(MnemonError):
    """The backup is damaged, or not what its manifest says."""

    code = "backup-refused"


class Outrun(Exception):
    """Somebody else was faster: the condition of a write does not hold."""


_CREDENTIALS = "check the access key, the profile (AWS_PROFILE, s3_profile), or sign in anew"
_NONE = (
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile with `aws configure` and: mnemon config set"
    " s3_profile NAME"
)
_OUTRUN = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}
_UNKNOWN_KEY = {
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired",
    "InvalidClientTokenId", "InvalidIdentityToken", "ExpiredTokenException", "AuthFailure",
}  # fmt: skip
_ELSEWHERE = {
    "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301",
    "IncorrectEndpoint", "TemporaryRedirect", "307",
}  # fmt: skip
_LATER = {"SlowDown", "503", "InternalError", "500", "ServiceUnavailable", "RequestTimeout", "502", "504"}
_SKEWED = {"RequestTimeTooSkewed", "RequestExpired"}


@contextmanager
def named_trouble(bucket: str, where: str) -> Iterator[None]:
    """Turn botocore's errors about a bucket of the store `where` into ours. No word of theirs is repeated but the
    code: their texts name keys.

    Raises:
        Outrun: the condition of a write does not hold.
        MnemonError: everything else that can be expected.
    """
    from boto3.exceptions import RetriesExceededError, S3UploadFailedError
    from botocore import exceptions

    try:
        yield
    except exceptions.ClientError as trouble:
        raise _answered(trouble.response, bucket, where) from None
    except S3UploadFailedError as trouble:
        cause = trouble.__cause__ or trouble.__context__
        if isinstance(cause, exceptions.ClientError):
            raise _answered(cause.response, bucket, where) from None
        raise StoreTrouble(f"{where} did not take the upload", "try again") from None
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError):
        raise NoCredentials("there are no credentials for S3", _NONE) from None
    except exceptions.ProfileNotFound:
        raise NoCredentials("AWS's configuration has no profile of the name that is set", _CREDENTIALS) from None
    except (
        exceptions.CredentialRetrievalError,
        exceptions.SSOError,
        exceptions.TokenRetrievalError,
        exceptions.RefreshWithMFAUnsupportedError,
        exceptions.InvalidConfigError,
        exceptions.ConfigParseError,
    ) as trouble:
        raise NoCredentials(f"the credentials for S3 cannot be had ({type(trouble).__name__})", _CREDENTIALS) from None
    except exceptions.SSLError:
        raise StoreUnreachable(f"{where} does not prove who it is (TLS)", "check AWS_ENDPOINT_URL_S3") from None
    except (
        exceptions.ConnectionError,
        exceptions.HTTPClientError,
        exceptions.IncompleteReadError,
        exceptions.ResponseStreamingError,
        RetriesExceededError,
    ):
        raise StoreUnreachable(f"{where} does not answer", "check the network and AWS_ENDPOINT_URL_S3") from None
    except (exceptions.NoRegionError, exceptions.InvalidRegionError):
        raise StoreTrouble("no usable region is set for S3", "set AWS_REGION") from None
    except exceptions.BotoCoreError as trouble:
        raise StoreTrouble(f"{where} cannot be used ({type(trouble).__name__})", "mnemon sync status") from None
    except ValueError as trouble:  # botocore's word for an endpoint that is no address, and Python's
        if not any(word in str(trouble).lower() for word in ("endpoint", "url")):
            raise
        raise StoreTrouble("the S3 endpoint is no address", "check AWS_ENDPOINT_URL_S3 and s3_endpoint") from None
    except OSError as trouble:
        raise DiskTrouble(f"the disk fails: {trouble.strerror or trouble}", "free some space") from trouble


def _answered(response: Any, bucket: str, where: str) -> Exception:  # Any: botocore's parsed answer
    code = str(response.get("Error", {}).get("Code", ""))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _OUTRUN or status in (409, 412):
        return Outrun()
    if code == "NoSuchBucket":
        return BucketMissing(
            f"there is no bucket {bucket} at {where}", "create it, or: mnemon config set s3_bucket NAME"
        )
    if code in _UNKNOWN_KEY:
        return NoCredentials(f"{where} does not take the credentials ({code})", _CREDENTIALS)
    if code in _ELSEWHERE or status in (301, 307):
        return StoreTrouble(f"the bucket {bucket} is in another region", "set AWS_REGION to the bucket's region")
    if code in _SKEWED:
        return StoreTrouble(f"{where} finds this machine's clock wrong", "set the clock")
    if code in ("AccessDenied", "AllAccessDisabled", "403", "Forbidden") or status == 403:
        return AccessDenied(
            f"the credentials may not do this in the bucket {bucket} ({code or status})",
            "let them list the bucket, and get and put objects in it under mnemon/",
        )
    if code == "NotImplemented" or status == 501:
        return Unsupported(f"{where} does not know what it was asked ({code or status})", "mnemon sync status")
    if code in _LATER or status >= 500:
        return StoreUnreachable(f"{where} is out of order at the moment ({code or status})", "try again in a minute")
    return StoreTrouble(f"{where} answered {code or status}", "mnemon sync status")
