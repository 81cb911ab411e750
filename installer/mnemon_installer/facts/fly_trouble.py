"""What `fly` says when it does not do what it was told, in words a user can act on. Its exit status tells nothing."""

from __future__ import annotations

import re

from mnemon_server.errors import MnemonError


class FlyMissing(MnemonError):
    """There is no `fly` on this machine."""

    code = "fly-missing"
    exit_status = 4

    def __init__(self) -> None:
        super().__init__("the fly command is not on this machine", "https://fly.io/docs/flyctl/install/")


class FlyPrerequisite(MnemonError):
    """Something that only the user can see to: a login, a payment method, a plan."""

    code = "fly-prerequisite"
    exit_status = 4


class FlyTrouble(MnemonError):
    """Fly refuses, or fails."""

    code = "fly"


_SIGN_IN = "fly auth login"
_PAY = "https://fly.io/dashboard/personal/billing"
_AGAIN = "run the same command to continue"
# The first that fits wins: what it says, what it means, whether only the user can see to it, what to type.
_CAUSES: tuple[tuple[str, str, bool, str], ...] = (
    (r"no access token available|please login|auth login|unauthorized|token.*(expired|invalid)",
     "you are not logged in to Fly, or the session has expired", True, _SIGN_IN),
    (r"payment method|credit card|billing", "Fly wants a payment method first", True, _PAY),
    (r"name has already been taken", "somebody else has an app of that name: names are unique across Fly", False,
     "another --app-name"),
    (r"requires an organization with a .* plan", "that region is only for paid plans", True, "another --region"),
    (r"region \S+ not found", "Fly has no such region", False, "fly platform regions"),
    (r"organization \S+ not found", "Fly knows no such organization of yours", False, "fly orgs list"),
    (r"insufficient_capacity|different region for machine creation", "that region is full just now", False,
     "another --region; or later the same command"),
    (r"could not find app|app name .* could not be found", "that app is not among yours", False, "fly apps list"),
    (r"failed to fetch an image or build from source", "the image could not be built", False, _AGAIN),
    (r"timeout reached waiting for health checks|smoke checks for",
     "the machine was started, and its server did not become healthy in time", False, _AGAIN),
    (r"timeout reached waiting for machine", "the machine did not start in time", False, _AGAIN),
    (r"needs volumes with name|requires an unattached", "the app's volume is missing, or attached elsewhere", False,
     _AGAIN),
    (r"configuration is not valid", "Fly finds the fly.toml wrong", False, "mend what it names, or delete the file"),
    (r"dial tcp|connection refused|no such host|i/o timeout|tls handshake", "Fly does not answer", False, _AGAIN),
)  # fmt: skip
_NOISE = re.compile(r"\(Request ID: [^)]*\)|\(Trace ID: [^)]*\)")


def named(stderr: str, what: str) -> MnemonError:
    """The refusal of a command that was to do `what`."""
    for pattern, meaning, is_prerequisite, hint in _CAUSES:
        if re.search(pattern, stderr, re.IGNORECASE):
            kind = FlyPrerequisite if is_prerequisite else FlyTrouble
            return kind(f"{what}: {meaning}", hint)
    return FlyTrouble(f"{what}: fly says {first_words(stderr)!r}", _AGAIN)


def is_taken(stderr: str) -> bool:
    """Whether it says that the name is somebody's, who may be the user."""
    return "name has already been taken" in stderr.lower()


def first_words(stderr: str) -> str:
    """Its own sentence, short and on one line."""
    lines = [line.strip() for line in _NOISE.sub("", stderr).splitlines() if line.strip()]
    error = next((line for line in lines if line.startswith("Error:")), lines[0] if lines else "nothing")
    return " ".join(error.removeprefix("Error:").split())[:200]
