"""The authorization server as clients see it: an application in this process, and the steps of a client through it."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
from mcp.server.auth.provider import AccessToken
from starlette.applications import Starlette
from starlette.testclient import TestClient

from mnemon_server.auth.authority import Authority
from mnemon_server.auth.passphrase import hash_passphrase
from mnemon_server.auth.routes import auth_routes
from mnemon_server.auth.store import AuthStore

URL = "https://memory.example"
RESOURCE = f"{URL}/mcp"
CLAUDE = "https://claude.ai/oauth/mcp-oauth-client-metadata"
CLAUDE_CODE = "https://claude.ai/oauth/claude-code-client-metadata"
CALLBACK = "https://claude.ai/api/mcp/auth_callback"
PASSPHRASE = "vier Rösser ziehen früh"
HASH = hash_passphrase(PASSPHRASE, cost=2)
STATIC = "the-owners-own-token-0123456789"
VERIFIER = "v" * 64


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


class Door:
    """One server over a file; `restarted` is another process over the same."""

    def __init__(self, path: Path, passphrase_hash: str = HASH, now: list[float] | None = None) -> None:
        self.path = path
        self.now = now if now is not None else [time.time()]  # the SDK looks at the real clock too
        self.authority = Authority(AuthStore(path), URL, STATIC, passphrase_hash, clock=lambda: self.now[0])
        self.browser = TestClient(Starlette(routes=auth_routes(self.authority)), base_url=URL, follow_redirects=False)

    def restarted(self) -> Door:
        self.authority.store.close()
        return Door(self.path, self.authority.passphrase_hash, self.now)

    def pass_time(self, seconds: float) -> None:
        self.now[0] += seconds

    def verify(self, token: str) -> AccessToken | None:
        return anyio.run(self.authority.verify_token, token)

    def register(self, **metadata: Any) -> Any:
        wanted = {"client_name": "Some client", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"}
        return self.browser.post("/register", json=wanted | metadata)

    def authorize(self, client_id: str = CLAUDE, **changed: str | None) -> Any:
        wanted: dict[str, str | None] = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": CALLBACK,
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            "state": "the-state",
            "resource": RESOURCE,
        }
        return self.browser.get("/authorize", params={k: v for k, v in (wanted | changed).items() if v is not None})

    def ticket(self, client_id: str = CLAUDE, **changed: str | None) -> str:
        answer = self.authorize(client_id, **changed)
        assert answer.status_code == 302, answer.text
        return parse_qs(urlsplit(answer.headers["location"]).query)["tx"][0]

    def consent(self, ticket: str, passphrase: str = PASSPHRASE, answer: str = "allow", **headers: str) -> Any:
        form = {"tx": ticket, "passphrase": passphrase, "answer": answer}
        return self.browser.post("/consent", data=form, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def code(self, client_id: str = CLAUDE, **changed: str | None) -> str:
        answer = self.consent(self.ticket(client_id, **changed))
        assert answer.status_code == 302, answer.text
        return sent_back(answer)["code"]

    def token(self, code: str, client_id: str = CLAUDE, **changed: str | None) -> Any:
        wanted: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": client_id,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            "resource": RESOURCE,
        }
        return self.browser.post("/token", data={k: v for k, v in (wanted | changed).items() if v is not None})

    def refresh(self, token: str, client_id: str = CLAUDE, **changed: str) -> Any:
        wanted = {"grant_type": "refresh_token", "refresh_token": token, "client_id": client_id, "resource": RESOURCE}
        return self.browser.post("/token", data=wanted | changed)

    def come_in(self, client_id: str = CLAUDE) -> Tokens:
        return Tokens.of(self.token(self.code(client_id), client_id))


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str

    @classmethod
    def of(cls, answer: Any) -> Tokens:
        assert answer.status_code == 200, answer.text
        return cls(answer.json()["access_token"], answer.json()["refresh_token"])


def sent_back(answer: Any) -> Mapping[str, str]:
    """What the redirect tells the client."""
    query = parse_qs(urlsplit(answer.headers["location"]).query, strict_parsing=True)
    return {name: values[0] for name, values in query.items()}


def shown_text(page: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL).split())
