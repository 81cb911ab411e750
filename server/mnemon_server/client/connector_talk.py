"""What is said on the way of a connector: requests as claude.ai makes them, and answers looked at closely."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import httpx

CALLBACK = "https://claude.ai/api/mcp/auth_callback"
LOOK_ALIKE = "https://claude.ai.example.com/api/mcp/auth_callback"
PROTOCOL = "2025-11-25"
OPENING = {
    "protocolVersion": PROTOCOL,
    "capabilities": {},
    "clientInfo": {"name": "mnemon-doctor", "version": "1"},
}
HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
ADDRESS = "set MNEMON_PUBLIC_URL on the server to the very address that you give to claude.ai, without /mcp"
BETWEEN = "look at what stands between: a proxy, a tunnel, the platform's router"
VERSION = "bring the server to this program's version"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_WORD = re.compile(r"[\w.,:;'/ ()-]{1,200}")

Json = dict[str, Any]  # Any: JSON


class Broken(Exception):
    """A hop failed: a sentence and a hint."""


class Stopped(Exception):
    """The walk ends here, and that is no failure: a sentence and a hint."""


@dataclass
class Way:
    """What one hop has learnt and the next ones need."""

    client: httpx.Client
    url: str
    passphrase: Callable[[], str]
    metadata_url: str = ""
    issuer: str = ""
    server: Json = field(default_factory=dict)
    client_id: str = ""
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    page: str = ""
    page_url: str = ""
    page_origin: str = ""  # as a browser would send it with the form
    code: str = field(default="", repr=False)
    access: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)

    @property
    def resource(self) -> str:
        return f"{self.url}/mcp"

    def authorization(self, resource: str) -> str:
        """The address that claude.ai sends a browser to."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "state": self.state,
            "scope": "memory",
            "resource": resource,
        }
        return f"{self.server['authorization_endpoint']}?{urlencode(query)}"

    def page_at(self, address: str) -> tuple[httpx.Response, str]:
        """What a browser would show for `address`, and where: redirects on this server are followed, others not."""
        for _ in range(3):
            answer = self.client.get(address)
            target = urljoin(address, answer.headers.get("location", ""))
            if not answer.is_redirect or host(target) != host(self.url):
                break
            address = target
        return answer, address

    def take_tokens(self, grant: dict[str, str]) -> None:
        """Ask for tokens and keep them."""
        sent = {"client_id": self.client_id, "redirect_uri": CALLBACK, "resource": self.resource, **grant}
        told = json_of(self.client.post(self.server["token_endpoint"], data=sent), "/token")
        if not isinstance(told.get("access_token"), str) or str(told.get("token_type", "")).lower() != "bearer":
            raise Broken("/token gave no bearer token", VERSION)
        self.access, self.refresh = told["access_token"], str(told.get("refresh_token") or "")

    def clear_up(self) -> None:
        """Take back the tokens; a client without any is collected by the server itself."""
        address = self.server.get("revocation_endpoint")
        if isinstance(address, str) and (self.refresh or self.access):
            # The token to refresh with takes the other one along.
            sent = {"token": self.refresh or self.access, "client_id": self.client_id}
            with contextlib.suppress(httpx.HTTPError):
                self.client.post(address, data=sent)
        self.access = self.refresh = ""

    def demand_own(self, address: object, what: str) -> str:
        """`address` itself, when it is on this server, and https unless on this machine."""
        parts, own = urlsplit(str(address)), urlsplit(self.url)
        if (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
            raise Broken(f"{what} is at {parts.scheme}://{parts.netloc}, and the server at {self.url}", ADDRESS)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise Broken(f"{what} is not https", ADDRESS)
        return str(address)


def message(method: str, params: Json) -> Json:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def registration(redirect: str) -> Json:
    return {
        "client_name": "mnemon doctor",
        "redirect_uris": [redirect],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": "memory",
    }


def json_of(answer: httpx.Response, what: str, due: int = 200) -> Json:
    """The JSON object of a good answer."""
    if answer.status_code != due:
        raise Broken(f"{what} answers {answer.status_code} where {due} is due{reason(answer)}", BETWEEN)
    try:
        told = answer.json()
    except ValueError:
        raise Broken(f"{what} answers something that is no JSON", BETWEEN) from None
    if not isinstance(told, dict):
        raise Broken(f"{what} answers something that is no JSON object", BETWEEN)
    return told


def result_of(answer: httpx.Response, what: str) -> Json:
    """The result in an MCP answer, be it JSON or an event stream."""
    if answer.status_code != 200:
        raise Broken(f"{what} with the token answers {answer.status_code}{reason(answer)}", BETWEEN)
    lines = [line[5:] for line in answer.text.splitlines() if line.startswith("data:") and line[5:].strip()]
    try:
        told = json.loads(lines[-1] if lines else answer.text)
    except ValueError:
        raise Broken(f"{what} answers something that is no JSON", BETWEEN) from None
    if not isinstance(told, dict) or not isinstance(told.get("result"), dict):
        raise Broken(f"{what} was refused over MCP", "look at the server's log")
    found: Json = told["result"]
    return found


def parameter(header: str, name: str) -> str:
    """`name="value"` in a WWW-Authenticate header."""
    found = re.search(rf'\b{name}="([^"]*)"', header)
    return found[1] if found else ""


def host(address: str) -> str:
    return urlsplit(address).netloc


def reason(answer: httpx.Response) -> str:
    """What the server says is wrong, where it says so in a word or a sentence."""
    try:
        told = answer.json()
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    said = told.get("error_description") or told.get("error") or ""
    return f": {said}" if isinstance(said, str) and _WORD.fullmatch(said) else ""
