"""The server of a vault on the web, and the token of this machine for it."""

from __future__ import annotations

import json
import platform
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mnemon_installer.world import Answer, World
from mnemon_server.client.credentials import origin_of as comparable_origin
from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings

PATIENCE = 45.0  # seconds; a server that sleeps takes some to wake up
_TOKEN = re.compile(r"[\x21-\x7e]{20,500}")  # shorter ones no server takes
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class RemoteTrouble(MnemonError):
    """The server answered, and not as one of ours that takes us in."""

    code = "remote"


class CredentialRefused(MnemonError):
    """The server does not take the token, the code or the passphrase."""

    code = "credential-refused"


@dataclass(frozen=True)
class KeptToken:
    """What `local_token` holds. `origin` is empty for a token that is bound to none, as a server's own is."""

    token: str = field(repr=False)
    origin: str

    def is_bound_to(self, url: str) -> bool:
        return bool(self.origin) and comparable_origin(self.origin) == comparable_origin(url)


def kept_token(world: World, settings: Settings) -> KeptToken | None:
    """The token in this machine's file; None where there is none."""
    lines = (world.read(settings.token_path) or b"").decode("utf-8", "replace").splitlines()
    token, origin = (*(line.strip() for line in lines[:2]), "", "")[:2]
    return KeptToken(token, origin) if token else None


def token_for(world: World, settings: Settings, url: str) -> str:
    """The token that may be sent to `url`, from the environment or this machine's file; empty where there is none."""
    named = world.environment.get("MNEMON_LOCAL_TOKEN", "").strip()
    if named:
        return named
    return kept_for(world, settings, url)


def kept_for(world: World, settings: Settings, url: str) -> str:
    """The token in this machine's file, when it may be sent to `url`."""
    kept = kept_token(world, settings)
    return kept.token if kept is not None and (not kept.origin or kept.is_bound_to(url)) else ""


def origin_of(url: str) -> str:
    """Scheme, host and port: whom a token is for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_open(world: World, path: Path) -> bool:
    """Whether other users of this machine can read the file at `path`."""
    sight = world.look(path)
    return sight is not None and world.platform != "win32" and sight.mode & 0o077 != 0


def is_on_this_machine(url: str) -> bool:
    return urlsplit(url).hostname in _LOOPBACK


def is_like_a_token(secret: str) -> bool:
    """Whether it may be a token. A passphrase may be too; what is none is never tried as one."""
    return _TOKEN.fullmatch(secret) is not None


def details(world: World, url: str, token: str, timeout: float = PATIENCE) -> dict[str, Any] | None:
    """What the server says of itself to those it knows; None when it does not take `token`.

    Raises:
        NoAnswer: nobody answered.
        RemoteTrouble: it is no server of ours, or one that cannot answer just now.
    """
    answer = world.ask(f"{url}/health", token, timeout=timeout, changes=False)
    if answer.status in (401, 403):
        return None
    told = said(answer)
    if answer.status != 200 or told.get("status") != "ok":
        word = told.get("status")
        if answer.status == 503 and isinstance(word, str):
            raise RemoteTrouble(f"{url} is {word} just now", "try again in a moment")
        raise RemoteTrouble(f"{url} is no mnemon server: /health answered {answer.status}", "look at the address")
    return told if "version" in told else None


def accepts(world: World, url: str, token: str) -> bool:
    """Whether the server takes `token`; raises as `details` does."""
    return is_like_a_token(token) and details(world, url, token) is not None


def exchange(world: World, url: str, secret: str, device: str) -> str:
    """A token of its own for this device, for a pairing code or the owner's passphrase.

    Raises:
        NoAnswer: nobody answered.
        CredentialRefused: it is neither; the hint says what to do.
        RemoteTrouble: the server has no such door.
    """
    body = json.dumps({"secret": secret, "name": device}).encode()
    answer = world.ask(f"{url}/auth/exchange", "", body, PATIENCE)
    token = said(answer).get("result", {}).get("token") if answer.status == 200 else None
    if isinstance(token, str) and token:
        return token
    problem = said(answer).get("problem", {})
    if answer.status in (400, 401, 403, 429):
        message = problem.get("message") or "it is no token, no code and not the passphrase"
        hint = problem.get("hint") or "on a machine that is connected: mnemon token new NAME"
        raise CredentialRefused(f"{url} refuses it: {message}", hint)
    raise refusal(url, answer)


def refusal(url: str, answer: Answer) -> RemoteTrouble:
    """The server's own words on why it did not do what it was asked."""
    problem = said(answer).get("problem", {})
    return RemoteTrouble(
        f"{url} says: {problem.get('message') or f'status {answer.status}'}", str(problem.get("hint") or "")
    )


def said(answer: Answer) -> dict[str, Any]:  # Any: JSON
    """The JSON object in an answer; an empty one where there is none."""
    try:
        told = json.loads(answer.body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def device_name() -> str:
    """What this machine is called, as far as a name of a token may say it."""
    short = re.sub(r"[^A-Za-z0-9._-]+", "-", platform.node().partition(".")[0]).strip("-._")
    return short[:40] or "device"
