"""What comes at once, at the wrong moment or from the wrong place opens nothing and shuts nobody out."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend
from mcp.server.auth.provider import AccessToken, TokenError
from pydantic import AnyHttpUrl
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient
from tests.server.auth.door import CALLBACK, CLAUDE, HASH, PASSPHRASE, RESOURCE, STATIC, URL, Door, Tokens, sent_back

from mnemon_server.auth import clients, consent, families, grants
from mnemon_server.auth.administration import auth_attempts, connections, connections_revoke, token_new
from mnemon_server.auth.authority import Authority
from mnemon_server.auth.routes import auth_routes
from mnemon_server.auth.store import AuthStore

EXCHANGE = {"secret": "wrong", "name": "laptop"}


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path / "oauth.sqlite")


def at_once(door: Door, count: int, ask: Callable[[httpx.AsyncClient, int], Awaitable[httpx.Response]]) -> Any:
    """How often each status came back from `count` requests that are under way at the same time."""
    app = Starlette(routes=auth_routes(door.authority))
    statuses: Counter[int] = Counter()

    async def story() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client:

            async def one(number: int) -> None:
                statuses[(await ask(client, number)).status_code] += 1

            async with anyio.create_task_group() as tasks:
                for number in range(count):
                    tasks.start_soon(one, number)

    anyio.run(story)
    return statuses


# --- At once -------------------------------------------------------------------------------------------------------


def test_of_many_guesses_at_once_only_five_are_looked_at(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = door.ticket()
    looked_at: list[str] = []

    def is_right(passphrase: str, hashed: str) -> bool:
        looked_at.append(passphrase)
        return False

    monkeypatch.setattr(consent, "is_right", is_right)

    def guess(client: httpx.AsyncClient, number: int) -> Awaitable[httpx.Response]:
        if number % 2:
            return client.post("/auth/exchange", json=EXCHANGE | {"secret": f"guess {number}"})
        return client.post("/consent", data={"tx": ticket, "passphrase": f"guess {number}", "answer": "allow"})

    assert at_once(door, 40, guess) == {403: 5, 429: 35}
    assert len(looked_at) == 5


def test_an_overlong_passphrase_is_refused_unlooked_at(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent, "is_right", lambda passphrase, hashed: pytest.fail("hashed"))
    assert door.consent(door.ticket(), "x" * 1_025).status_code == 403


def test_a_clock_that_goes_back_gives_no_more_guesses_and_no_longer_wait(door: Door) -> None:
    for _ in range(5):
        door.consent(door.ticket(), "wrong")
    door.pass_time(-86_400)
    locked = door.consent(door.ticket())
    assert (locked.status_code, int(locked.headers["retry-after"]) <= 901) == (429, True)
    door.pass_time(901)
    assert door.consent(door.ticket()).status_code == 302


def test_one_yes_and_one_code_whatever_comes_at_once(door: Door) -> None:
    ticket = door.ticket()
    form = {"tx": ticket, "passphrase": PASSPHRASE, "answer": "allow"}
    assert at_once(door, 4, lambda client, number: client.post("/consent", data=form)) == {302: 1, 400: 3}


def test_a_code_that_is_used_twice_at_once_leaves_no_token(door: Door) -> None:
    store, now, text = door.authority.store, door.now[0], door.code()
    first, second = (grants.find_code(store, CLAUDE, text, now) for _ in range(2))
    assert first is not None
    assert second is not None
    issued = grants.redeem_code(store, first, now)
    assert door.verify(issued.access_token) is not None
    with pytest.raises(TokenError):
        anyio.run(door.authority.exchange_authorization_code, clients.PUBLISHED[CLAUDE], second)
    assert door.verify(issued.access_token) is None


def test_a_token_revoked_while_it_is_looked_up_is_not_remembered(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens, authority = door.come_in(), door.authority
    look_up = authority._look_up

    def overtaken(hashed: bytes, now: float) -> AccessToken | None:
        found = look_up(hashed, now)
        families.revoke_connection(authority.store, "all")
        authority.forget()
        return found

    with monkeypatch.context() as patched:
        patched.setattr(authority, "_look_up", overtaken)
        assert door.verify(tokens.access) is not None  # it was good when the request came
    assert door.verify(tokens.access) is None


def test_a_token_that_is_known_costs_no_look_at_the_file(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = door.come_in()
    assert door.verify(tokens.access) is not None
    monkeypatch.setattr(AuthStore, "read", lambda store: pytest.fail("read"))
    assert door.verify(tokens.access) is not None
    assert door.verify(STATIC) is not None


# --- At the wrong moment -------------------------------------------------------------------------------------------


def test_a_clock_set_back_a_little_makes_nobody_a_thief(door: Door) -> None:
    tokens = door.come_in()
    door.refresh(tokens.refresh)
    door.pass_time(-2)
    assert door.refresh(tokens.refresh).status_code == 200


def test_a_clock_set_back_keeps_nobody_from_registering(door: Door) -> None:
    while door.register().status_code == 201:
        pass
    door.pass_time(-86_400)
    assert [door.register().status_code for _ in range(21)] == [201] * 20 + [429]


def test_ending_one_connection_disturbs_no_other_that_is_being_made(door: Door) -> None:
    store = door.authority.store
    ended = door.come_in(door.register(client_name="Ended").json()["client_id"])
    waiting, asking = door.register().json()["client_id"], door.register().json()["client_id"]
    code, ticket = door.code(waiting), door.ticket(asking)
    connections_revoke(store, connections(store)["connections"][0]["id"])
    door.authority.forget()
    assert door.verify(ended.access) is None
    assert door.token(code, waiting).status_code == 200
    assert door.token(sent_back(door.consent(ticket))["code"], asking).status_code == 200


def test_ending_one_connection_of_a_client_leaves_its_other_one(door: Door) -> None:
    store, client_id = door.authority.store, door.register().json()["client_id"]
    ended, kept = door.come_in(client_id), door.come_in(client_id)
    connections_revoke(store, connections(store)["connections"][0]["id"])
    assert door.refresh(ended.refresh, client_id).json()["error"] == "invalid_grant"
    assert door.refresh(kept.refresh, client_id).status_code == 200
    connections_revoke(store, connections(store)["connections"][0]["id"])
    assert door.refresh(kept.refresh, client_id).json()["error"] == "invalid_client"  # so it registers again


def test_ending_all_ends_what_was_about_to_be_one_too(door: Door) -> None:
    code = door.code()
    connections_revoke(door.authority.store, "all")
    assert door.token(code).json()["error"] == "invalid_grant"


def test_a_file_in_trouble_is_said_and_lets_nobody_in(tmp_path: Path) -> None:
    path = tmp_path / "oauth.sqlite"
    path.write_bytes(b"garbage " * 1_000)
    door = Door(path)
    assert sent_back(door.authorize())["error"] == "server_error"
    assert "its own file" in door.browser.get("/consent", params={"tx": "x"}).text
    answers = [
        door.browser.get("/consent", params={"tx": "x"}),
        door.register(),
        door.token("x"),
        door.refresh("x"),
        door.browser.post("/revoke", data={"token": "x", "client_id": CLAUDE}),
        door.browser.post("/auth/exchange", json={"secret": PASSPHRASE, "name": "laptop"}),
    ]
    assert [answer.status_code for answer in answers] == [503] * 6
    assert not any(str(path) in answer.text for answer in answers)


@pytest.mark.parametrize("path", ["/authorize", "/consent", "/token", "/register", "/revoke"])
def test_without_a_passphrase_every_door_of_oauth_says_why_it_is_shut(tmp_path: Path, path: str) -> None:
    door = Door(tmp_path / "oauth.sqlite", passphrase_hash="")
    metadata = door.browser.get("/.well-known/oauth-authorization-server")
    for answer in (door.browser.get(path), door.browser.post(path, data={"client_id": CLAUDE}), metadata):
        assert (answer.status_code, "passphrase" in answer.json()["error_description"]) == (404, True)


# --- From the wrong place ------------------------------------------------------------------------------------------


def test_a_web_page_cannot_use_up_the_owners_guesses(door: Door) -> None:
    from_a_page = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    for _ in range(6):
        assert door.browser.post("/auth/exchange", json=EXCHANGE, headers=from_a_page).status_code == 403
    assert door.browser.post("/auth/exchange", json=EXCHANGE | {"secret": PASSPHRASE}).status_code == 200


@pytest.mark.parametrize("origin", ["http://[", "https://[x]:y", "x", "https://memory.example@evil.example"])
def test_an_origin_that_is_none_is_from_elsewhere(door: Door, origin: str) -> None:
    ticket, headers = door.ticket(), {"origin": origin}
    assert door.consent(ticket, origin=origin).status_code == 403
    assert door.browser.post("/auth/exchange", json=EXCHANGE, headers=headers).json()["problem"]["code"] == (
        "foreign-origin"
    )
    assert door.consent(ticket).status_code == 302


def test_what_strangers_leave_behind_has_a_bound(door: Door) -> None:
    told = sent_back(door.authorize(state="s" * 9_000))
    assert (told["error"], told["iss"]) == ("invalid_request", URL)
    oldest = door.ticket(state="s" * 2_000)
    with door.authority.store.write() as connection:
        connection.execute(
            "WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 500)"
            " INSERT INTO requests SELECT randomblob(32), client_id, parameters, expires_at + n FROM requests, many"
        )
    newest = door.ticket()
    with door.authority.store.read() as connection:
        assert connection.execute("SELECT count(*) FROM requests").get == 500
    assert (door.consent(oldest).status_code, door.consent(newest).status_code) == (400, 302)


def test_a_client_with_a_document_of_its_own_learns_that_it_is_not_fetched(door: Door) -> None:
    for client_id in ("https://evil.example/client.json", "https://claude.ai/oauth/other", "http://169.254.169.254/"):
        answer = door.authorize(client_id)
        assert answer.status_code == 400
        assert "register" in answer.json()["error_description"]
        assert door.token("x", client_id).status_code == 401


@pytest.mark.parametrize("resource", ["https://other.example/mcp", "", f"{RESOURCE}/x", f"{URL}/MCP", "x" * 9_000])
def test_a_refresh_for_another_resource_gets_nothing_and_costs_nothing(door: Door, resource: str) -> None:
    tokens = door.come_in()
    answer = door.refresh(tokens.refresh, resource=resource)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target")
    two = {"grant_type": "refresh_token", "refresh_token": tokens.refresh, "client_id": CLAUDE}
    both = door.browser.post("/token", data={**two, "resource": [RESOURCE, resource]})
    assert both.json()["error"] == "invalid_target"
    assert door.refresh(tokens.refresh, resource=f"{RESOURCE}/").status_code == 200


def test_without_a_resource_a_token_is_for_this_server_all_the_same(door: Door) -> None:
    tokens = Tokens.of(door.token(door.code(resource=None), resource=None))
    whose = door.verify(tokens.access)
    assert whose is not None
    assert whose.resource == RESOURCE


def test_a_token_from_before_the_server_moved_is_not_taken(door: Door) -> None:
    tokens, device = door.come_in(), token_new(door.authority.store, "laptop")["token"]

    def is_let_in(url: str, token: str) -> bool:
        authority = Authority(AuthStore(door.path), url, STATIC, HASH, clock=lambda: door.now[0])
        backend = BearerAuthBackend(authority, resource_server_url=AnyHttpUrl(f"{url}/mcp"))
        headers = [(b"authorization", f"Bearer {token}".encode())]
        return anyio.run(backend.authenticate, HTTPConnection({"type": "http", "headers": headers})) is not None

    assert [is_let_in(URL, token) for token in (tokens.access, device, STATIC)] == [True] * 3
    assert [is_let_in("https://new.example", token) for token in (tokens.access, device, STATIC)] == [False, True, True]


def test_a_registered_program_comes_back_to_any_port_of_its_machine(door: Door) -> None:
    program = door.register(redirect_uris=["http://[::1]:9/callback", "http://localhost/callback"]).json()["client_id"]
    for redirect in ("http://localhost:53211/callback", "http://[::1]:1/callback"):
        code = door.code(program, redirect_uri=redirect)
        assert door.token(code, program, redirect_uri=redirect).status_code == 200
    page = door.browser.get("/consent", params={"tx": door.ticket(program, redirect_uri="http://[::1]:7/callback")})
    assert "form-action 'self' http:;" in page.headers["content-security-policy"]  # it cannot say [::1]


def test_whatever_a_client_asks_for_it_is_registered_for_what_there_is(door: Door) -> None:
    asked = {"scope": "", "grant_types": ["authorization_code", "x" * 900], "response_types": ["code", "y" * 900]}
    registered = door.register(**asked, logo_uri="https://evil.example/pixel.png", software_id="z" * 900).json()
    assert (registered["scope"], registered["response_types"]) == ("memory", ["code"])
    assert registered["grant_types"] == ["authorization_code", "refresh_token"]
    assert "logo_uri" not in registered
    assert "software_id" not in registered
    assert door.code(registered["client_id"], scope="memory")


@pytest.mark.parametrize("path", ["/token", "/revoke", "/consent", "/authorize", "/auth/exchange", "/register"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"client_id=%ff%00&grant_type=%ed%a0%80&tx=%ff"),
        ("application/x-www-form-urlencoded", b"a=1&" * 2_000),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="tx"\r\n\r\nx\r\n--b--\r\n'),
        ("application/json", b'{"client_id": "\\ud800", "secret": "\\ud800", "name": "\\ud800"}'),
    ],
)
def test_a_form_that_is_none_is_refused(door: Door, path: str, kind: str, body: bytes) -> None:
    answer = door.browser.post(path, content=body, headers={"content-type": kind})
    assert answer.status_code in (400, 401)


# --- What the owner learns of it -----------------------------------------------------------------------------------


def test_the_log_names_the_hop_at_which_somebody_was_turned_away(door: Door) -> None:
    code = door.code()
    door.pass_time(60)
    door.browser.get("/.well-known/oauth-protected-resource")
    door.browser.post("/register", content=b"{")
    door.authorize("nobody")
    door.authorize(scope="everything")
    door.token("x", "gone")
    door.token(code, code_verifier="w" * 64)
    door.token(code, resource="https://other.example/mcp")
    door.browser.get("/consent", params={"tx": "x"})
    seen = [(each["hop"], each["outcome"]) for each in auth_attempts(door.authority.store, 8)["attempts"]]
    assert seen == [
        ("consent", "refused: 400"),
        ("token", "refused: invalid_target"),
        ("token", "refused: invalid_grant"),
        ("token", "refused: invalid_client"),
        ("authorize", "refused: invalid_scope"),
        ("authorize", "refused: invalid_request"),
        ("register", "refused: invalid_client_metadata"),
        ("discovery", "ok"),
    ]


def test_a_stranger_cannot_push_the_rest_out_of_the_log(door: Door) -> None:
    door.come_in()
    for number in range(30):
        door.authorize("nobody")
        door.token("x", f"gone-{number}")
        door.register(redirect_uris=["https://evil.example/"], client_name=f"Evil {number}")
        door.ticket()
    seen = auth_attempts(door.authority.store)["attempts"]
    assert len(seen) < 10
    assert ("token", "ok", "Claude") in [(each["hop"], each["outcome"], each["client"]) for each in seen]


def test_looking_after_access_needs_no_sdk(tmp_path: Path) -> None:
    """It takes long to load, and the command line has no use for it."""
    told = (
        "import sys, pathlib; from mnemon_server.auth.administration import *;"
        "from mnemon_server.auth.store import AuthStore; store = AuthStore(pathlib.Path(sys.argv[1]));"
        "connections(store); connections_revoke(store, 'all'); token_new(store, 'x'); auth_attempts(store);"
        "sys.exit('mcp' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", told, str(tmp_path / "oauth.sqlite")], check=False).returncode == 0


def test_an_answer_a_page_may_not_read_is_still_readable_when_it_is_an_error(door: Door) -> None:
    """The inspector runs in a page: without the header it could only say that something failed."""
    elsewhere = {"origin": "http://localhost:6274"}
    browser = TestClient(door.browser.app, base_url=URL, headers=elsewhere)
    for answer in (
        browser.post("/token", data={"client_id": "gone"}),
        browser.post("/register", json={"redirect_uris": ["https://evil.example/"]}),
        browser.post("/token", data={"client_id": CLAUDE, "resource": "x"}),
    ):
        assert answer.status_code >= 400
        assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in browser.get("/consent", params={"tx": door.ticket()}).headers
    assert CALLBACK not in door.browser.get("/.well-known/oauth-authorization-server").text
