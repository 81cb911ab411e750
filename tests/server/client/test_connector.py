"""Doctor in the place of claude.ai, against the real application and against ones that are broken at one hop each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnemon_server.auth.attempts import attempts
from mnemon_server.auth.authority import Authority
from mnemon_server.auth.families import connections
from mnemon_server.auth.passphrase import hash_passphrase
from mnemon_server.auth.sessions import SessionStore
from mnemon_server.auth.store import AuthStore
from mnemon_server.client.connector import NAMES, Hop, walk
from mnemon_server.client.consent_form import read_form
from mnemon_server.serve.http_app import build_app
from mnemon_server.serve.remote import Order, doors_of
from mnemon_server.serve.service import open_service
from mnemon_server.settings import Settings

URL = "http://127.0.0.1:8000"
PASSPHRASE = "grüße, Pferd & Klammer"
HASH = hash_passphrase(PASSPHRASE, 2**4)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AuthStore]:
    opened = AuthStore(tmp_path / "oauth.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def app(settings: Settings, store: AuthStore, tmp_path: Path) -> ASGIApp:
    return application(settings, Authority(store, URL, "a-token-of-the-tests-01234", HASH), tmp_path)


def application(settings: Settings, authority: Authority, folder: Path) -> ASGIApp:
    sessions = SessionStore(folder / "sessions.sqlite", lambda: 1_780_000_000.0)
    return build_app(open_service(settings, authority), authority, sessions, doors_of(Order(port=8000), 8000, ""))


def hops(app: ASGIApp, passphrase: str = PASSPHRASE) -> list[Hop]:
    with TestClient(app, base_url=URL, follow_redirects=False) as client:
        return list(walk(client, URL, lambda: passphrase))


def test_every_hop_of_a_good_server_goes_well_and_nothing_stays(app: ASGIApp, store: AuthStore) -> None:
    walked = hops(app)
    assert [(hop.name, hop.verdict, hop.message) for hop in walked if hop.verdict != "ok"] == []
    assert tuple(hop.name for hop in walked) == NAMES
    assert connections(store, 0) == []
    assert {"register", "consent", "token"} <= {each["hop"] for each in attempts(store, 50)}


def test_without_a_passphrase_it_stops_at_the_consent_page(app: ASGIApp) -> None:
    last = hops(app, "")[-1]
    assert (last.name, last.verdict) == ("consent", "skipped")
    assert "--passphrase-stdin" in last.hint


def test_a_wrong_passphrase_is_named_as_that(app: ASGIApp) -> None:
    last = hops(app, "not this one")[-1]
    assert (last.name, last.verdict) == ("consent", "fail")
    assert "the passphrase was not taken" in last.message


def test_a_server_without_a_passphrase_is_told_what_to_set(
    settings: Settings, store: AuthStore, tmp_path: Path
) -> None:
    app = application(settings, Authority(store, URL, "a-token-of-the-tests-01234", None), tmp_path)
    last = hops(app)[-1]
    assert (last.name, last.verdict) == ("reach", "fail")
    assert "MNEMON_OWNER_PASSPHRASE_HASH" in last.hint


class Deaf:
    """Takes revocations, and does nothing about them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/revoke":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await self.app(scope, receive, send)


def test_a_server_that_revokes_nothing_is_found_out(app: ASGIApp) -> None:
    last = hops(Deaf(app))[-1]
    assert (last.name, last.verdict) == ("revoke", "fail")


class Breaks:
    """What stands between, and changes an answer on its way out."""

    def __init__(self, app: ASGIApp, path: str, change: Callable[[int, dict[str, str], bytes], Any]) -> None:
        self.app, self.path, self.change = app, path, change

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self.path):
            await self.app(scope, receive, send)
            return
        started: Message = {}
        body = b""

        async def hold(message: Message) -> None:
            nonlocal started, body
            if message["type"] == "http.response.start":
                started = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = {name.decode().lower(): value.decode() for name, value in started["headers"]}
            status, headers, body = self.change(started["status"], headers, body)
            headers["content-length"] = str(len(body))
            named = [(name.encode(), value.encode()) for name, value in headers.items()]
            await send({"type": "http.response.start", "status": status, "headers": named})
            await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, hold)


def told(**changed: Any) -> Callable[[int, dict[str, str], bytes], Any]:
    """JSON with other values; None takes a field out."""

    def change(status: int, headers: dict[str, str], body: bytes) -> Any:
        fields = {**json.loads(body), **changed}
        return (
            status,
            headers,
            json.dumps({name: value for name, value in fields.items() if value is not None}).encode(),
        )

    return change


def headed(**changed: str) -> Callable[[int, dict[str, str], bytes], Any]:
    def change(status: int, headers: dict[str, str], body: bytes) -> Any:
        return status, headers | {name.replace("_", "-"): value for name, value in changed.items()}, body

    return change


def redirected(status: int, headers: dict[str, str], body: bytes) -> Any:
    return 307, {"location": "https://www.example.com/mcp"}, b""


def location(text: str, instead: str) -> Callable[[int, dict[str, str], bytes], Any]:
    def change(status: int, headers: dict[str, str], body: bytes) -> Any:
        moved = headers["location"].replace(text, instead) if "location" in headers else ""
        return status, headers | ({"location": moved} if moved else {}), body

    return change


PRM, SERVER = "/.well-known/oauth-protected-resource", "/.well-known/oauth-authorization-server"


@pytest.mark.parametrize(
    ("path", "change", "hop", "words"),
    [
        ("/mcp", redirected, "reach", "redirects to www.example.com"),
        ("/mcp", lambda status, headers, body: (200, headers, b"{}"), "reach", "lets anybody in"),
        ("/mcp", headed(www_authenticate="Bearer"), "reach", "does not name the resource's metadata"),
        ("/mcp", lambda status, headers, body: (502, headers, b""), "reach", "answers 502 where 401 is due"),
        (PRM, told(resource=f"{URL}/"), "resource", f"not {URL}/mcp"),
        (PRM, told(authorization_servers=[]), "resource", "names no authorization server"),
        (SERVER, told(issuer=f"{URL}/"), "server", "the issuer is"),
        (SERVER, told(registration_endpoint=None), "server", "lacks registration_endpoint"),
        (SERVER, told(token_endpoint="https://elsewhere.example.com/token"), "server", "elsewhere.example.com"),
        (SERVER, told(code_challenge_methods_supported=["plain"]), "server", "lacks S256"),
        (SERVER, told(client_id_metadata_document_supported=None), "server", "client_id_metadata_document_supported"),
        ("/register", lambda status, headers, body: (404, headers, b"{}"), "register", "answers 404 where 201 is due"),
        ("/consent", headed(cache_control="public"), "authorize", "may be cached"),
        ("/consent", headed(content_security_policy="default-src 'self'"), "authorize", "inside another page"),
        ("/consent", location("iss=", "its="), "consent", "another iss than it must"),
        ("/consent", location("claude.ai", "claude.example.com"), "consent", "leads to claude.example.com"),
        ("/token", told(access_token=None), "token", "gave no bearer token"),
    ],
)
def test_the_hop_that_fails_is_named(
    app: ASGIApp, path: str, change: Callable[[int, dict[str, str], bytes], Any], hop: str, words: str
) -> None:
    last = hops(Breaks(app, path, change))[-1]
    assert (last.name, last.verdict) == (hop, "fail"), last.message
    assert words in last.message
    assert last.hint
    assert PASSPHRASE not in last.message + last.hint


def test_a_form_is_filled_in_as_a_browser_would() -> None:
    page = (
        '<form action="/other"><input name="q"></form><form method="post" action="consent">'
        '<input type="hidden" name="tx" value="a&amp;b"><input type="password" name="secret">'
        '<button name="answer" value="deny">No</button><button name="answer" value="allow">Yes</button></form>'
    )
    form = read_form(page, f"{URL}/authorize?x=1")
    assert form is not None
    assert form.address == f"{URL}/consent"
    assert form.filled("s") == {"tx": "a&b", "answer": "allow", "secret": "s"}
    assert read_form("<form><input name=a></form>", URL) is None
