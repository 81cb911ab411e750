"""What can go wrong between us and a cloud, each with a sentence and a hint."""

from __future__ import annotations

import re

INSTALL_PAGE = "https://www.pulumi.com/docs/install/"

# `... RequestID: 1f, HostID: 2e, api error AccessDenied: ...`; errors that Amazon's SDK knows by name lack two words.
_CODE = re.compile(r"RequestID: [\w-]*, (?:HostID: [^,]*, )?(?:api error )?([A-Z]\w+)")
_ACTION = re.compile(r"not authorized to perform: ([a-z0-9-]+:[A-Za-z*]+)")
_UNKNOWN_CALLER = {
    "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AuthFailure",
    "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken", "RequestExpired",
    "MissingAuthenticationToken", "IncompleteSignature", "400",
}  # fmt: skip
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AllAccessDisabled", "403"}
_NO_CREDENTIALS = ("no valid credential sources", "nocredentialproviders", "failed to refresh cached credentials",
                   "invalid credentials configured", "failed to get shared config profile")  # fmt: skip
_NO_NETWORK = ("no such host", "dial tcp", "connection refused", "tls handshake", "i/o timeout")
_SIGN_IN = "aws sts get-caller-identity   # says whom AWS takes you for; then `aws configure` or `aws sso login`"


class InfraError(Exception):
    """An expected failure: the message is one sentence, `hint` what to type or where to look, `code` a stable word for
    programs, `exit_status` 4 where something is missing that the user has to bring, 1 otherwise."""

    code = "infra"
    exit_status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class CliMissing(InfraError):
    """Pulumi's own program is not on this machine, or cannot be used."""

    code = "pulumi-missing"
    exit_status = 4

    def __init__(self, message: str = "the program pulumi is not on this machine", hint: str = "") -> None:
        super().__init__(message, hint or f"run the same command with --install-pulumi, or see {INSTALL_PAGE}")


class ExtraMissing(InfraError):
    """Pulumi's Python packages are not installed."""

    code = "extra-missing"
    exit_status = 4

    def __init__(self, package: str) -> None:
        super().__init__(
            f"the Python package {package} is not installed; AWS is set up with it",
            'pip install "mnemon-memory[server]"',
        )


class Locked(InfraError):
    """Another Pulumi works on this very stack, or was killed while it did."""

    code = "infra-locked"

    def __init__(self, stack: str) -> None:
        super().__init__(
            f"another program is changing the cloud resources of {stack} at this moment",
            "wait for it, and run the same command again",
        )


class Refused(InfraError):
    """AWS said no; `aws_code` is its word for why. No text of AWS is repeated: it names keys and accounts."""

    code = "aws-refused"

    def __init__(self, message: str, hint: str = "", aws_code: str = "", exit_status: int = 1) -> None:
        super().__init__(message, hint)
        self.aws_code = aws_code
        self.exit_status = exit_status


class Unreachable(InfraError):
    """AWS, or where Pulumi's plugins come from, does not answer."""

    code = "aws-unreachable"


class Failed(InfraError):
    """Pulumi ended with an error that has no name here; its output is kept."""

    code = "pulumi-failed"


def named_refusal(aws_code: str, bucket: str, action: str = "") -> Refused:
    """The refusal for what AWS calls `aws_code`; `action` is the right that lacks, where AWS names it."""
    if aws_code in _UNKNOWN_CALLER:
        return Refused(f"AWS does not take the credentials ({aws_code})", _SIGN_IN, aws_code, 4)
    if aws_code in _DENIED:
        what = f"{action} is not allowed to them" if action else "they may not do this"
        hint = "let an administrator of the account allow it, and run the same command again"
        return Refused(f"AWS knows the credentials, and {what} ({aws_code})", hint, aws_code, 4)
    if aws_code == "BucketAlreadyExists":
        return Refused(f"the bucket {bucket} belongs to somebody else", "take another name: --bucket NAME", aws_code, 4)
    if aws_code in ("NoSuchBucket", "404"):
        return Refused(f"there is no bucket {bucket}", "create it, or leave --bucket out", aws_code, 4)
    if aws_code == "LimitExceeded":
        return Refused("the AWS account has as many as it may have (LimitExceeded)", "ask AWS for more", aws_code)
    return Refused(f"AWS refused ({aws_code})", "run the same command again", aws_code)


def no_credentials() -> Refused:
    return Refused("there are no credentials for AWS", _SIGN_IN, "NoCredentials", 4)


def named_failure(output: str, bucket: str, log: str) -> InfraError:
    """What the output of a Pulumi that failed says.

    Args:
        output: everything it printed.
        bucket: the one it was about.
        log: where the output is kept.
    """
    codes = _CODE.findall(output)
    if codes:
        action = _ACTION.search(output)
        return named_refusal(codes[0], bucket, action[1] if action else "")
    small = output.lower()
    if any(words in small for words in _NO_CREDENTIALS):
        return no_credentials()
    if any(words in small for words in _NO_NETWORK):
        return Unreachable("AWS or Pulumi's servers do not answer", "check the network, and run the same command again")
    return Failed("Pulumi ended with an error", f"what it said is in {log}")
