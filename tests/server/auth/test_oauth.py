"""claude.ai and the apps come in through OAuth, and nobody else does."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest
from tests.server.auth.door import (
    CALLBACK,
    CLAUDE,
    CLAUDE_CODE,
    RESOURCE,
    STATIC,
    URL,
    Door,
    Tokens,
    sent_back,
)

from mnemon_server.auth import clients
from mnemon_server.auth.attempts import attempts, note_attempt
from mnemon_server.auth.authority import Authority
from mnemon_server.auth.clients import is_allowed_redirect


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path / "vault" / "oauth.sqlite")


# --- The way in ----------------------------------------------------------------------------------------------------


def test_a_client_finds_everything_it_needs(door: Door) -> None:
    for path in ("/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"):
        resource = door.browser.get(path).json()
        assert (resource["resource"], resource["authorization_servers"]) == (RESOURCE, [URL])
    server = door.browser.get("/.well-known/oauth-authorization-server").json()
    assert server["issuer"] == URL
    for name in ("authorization", "token", "registration", "revocation"):
        assert server[f"{name}_endpoint"].startswith(f"{URL}/")
    assert server["code_challenge_methods_supported"] == ["S256"]
    # Without these two claude.ai falls back to registering a new client each time.
    assert "none" in server["token_endpoint_auth_methods_supported"]
    assert server["client_id_metadata_document_supported"] is True
    assert server["authorization_response_iss_parameter_supported"] is True


def test_a_page_elsewhere_may_read_the_metadata(door: Door) -> None:
    asked = door.browser.get("/.well-known/oauth-authorization-server", headers={"origin": "http://localhost:6274"})
    assert asked.headers["access-control-allow-origin"] == "*"
    before = {"origin": "http://localhost:6274", "access-control-request-method": "POST"}
    assert door.browser.options("/token", headers=before).status_code == 200


@pytest.mark.parametrize("registers", [False, True])
def test_the_whole_way_as_claude_walks_it(door: Door, registers: bool) -> None:
    client_id = CLAUDE
    if registers:
        first, second = door.register(), door.register()  # it registers anew for every connection
        assert (first.status_code, second.status_code) == (201, 201)
        client_id = second.json()["client_id"]
        assert client_id != first.json()["client_id"]
        assert "client_secret" not in second.json()
    back = door.consent(door.ticket(client_id))
    assert back.status_code == 302
    assert back.headers["location"].startswith(f"{CALLBACK}?")
    told = sent_back(back)
    assert (told["state"], told["iss"]) == ("the-state", URL)
    tokens = Tokens.of(door.token(told["code"], client_id))
    whose = door.verify(tokens.access)
    assert whose is not None
    assert (whose.client_id, whose.scopes, whose.resource, whose.subject) == (client_id, ["memory"], RESOURCE, "owner")
    renewed = Tokens.of(door.refresh(tokens.refresh, client_id))
    assert door.verify(renewed.access) is not None
    assert renewed.refresh != tokens.refresh


def test_claude_code_comes_back_to_whatever_port_it_listens_at(door: Door) -> None:
    for redirect in ("http://localhost:53211/callback", "http://127.0.0.1:1/callback"):
        code = door.code(CLAUDE_CODE, redirect_uri=redirect)
        assert door.token(code, CLAUDE_CODE, redirect_uri=redirect).status_code == 200
    for redirect in ("http://localhost:53211/other", "http://localhost.evil.example:53211/callback", CALLBACK):
        assert door.authorize(CLAUDE_CODE, redirect_uri=redirect).status_code == 400


def test_a_restart_costs_nobody_anything(door: Door) -> None:
    client_id = door.register().json()["client_id"]
    ticket, tokens = door.ticket(client_id), door.come_in(client_id)
    door = door.restarted()
    assert door.verify(tokens.access) is not None
    code = sent_back(door.consent(ticket))["code"]
    door = door.restarted()
    assert door.token(code, client_id).status_code == 200
    assert door.refresh(tokens.refresh, client_id).status_code == 200


def test_the_file_holds_no_secret_and_is_the_owners_alone(door: Door) -> None:
    tokens, ticket = door.come_in(), door.ticket()
    door.authority.store.close()
    kept = b"".join(each.read_bytes() for each in door.path.parent.iterdir())
    for secret in (tokens.access, tokens.refresh, ticket, STATIC):
        assert secret.encode() not in kept
    assert door.path.stat().st_mode & 0o777 == 0o600


def test_without_a_passphrase_there_is_no_oauth(tmp_path: Path) -> None:
    door = Door(tmp_path / "oauth.sqlite", passphrase_hash="")
    assert "authorization_servers" not in door.browser.get("/.well-known/oauth-protected-resource").json()
    for path in ("/authorize", "/consent"):
        answer = door.browser.get(path)
        assert answer.status_code == 404
        assert "passphrase" in answer.json()["error_description"]
    assert door.verify(STATIC) is not None


# --- What is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "redirect",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://localhost.evil.com/callback",
        "http://localhost@evil.com/callback",
        "http://evil.com#localhost",
        "http://127.0.0.1.evil.com/",
        "http://127.0.0.2/callback",
        "https://localhost/callback",
        "https://claude.ai.evil.com/api/mcp/auth_callback",
        "https://claude.ai@evil.com/api/mcp/auth_callback",
        "https://claude.ai/api/mcp/auth_callback/../../evil",
        "https://claude.ai/api/mcp/auth_callback?x=1",
        "https://claude.ai:8443/api/mcp/auth_callback",
        "https://CLAUDE.AI/other",
        "http://claude.ai/api/mcp/auth_callback",
        "https://evil.com/?https://claude.ai/api/mcp/auth_callback",
        "http://user:pass@localhost/",
        "http://localhost:99999/",
        "http://[::1].evil.com/",
        "com.example.app:/callback",
        "//claude.ai/api/mcp/auth_callback",
        "http://lоcalhost/",  # with a Cyrillic о
    ],
)
def test_a_code_is_never_sent_to_a_stranger(door: Door, redirect: str) -> None:
    assert not is_allowed_redirect(redirect)
    assert door.register(redirect_uris=[redirect]).status_code == 400
    assert door.register(redirect_uris=[CALLBACK, redirect]).status_code == 400
    known = door.register(redirect_uris=["http://localhost:1/callback"]).json()["client_id"]
    assert door.authorize(known, redirect_uri=redirect).status_code == 400


@pytest.mark.parametrize(
    "redirect",
    [
        "http://localhost\\@evil.com/",
        "https://claude.ai\\@evil.com/api/mcp/auth_callback",
        "http://local\thost/",
        "http://localhost/ x",
        "http://localhost/#",
        "http://loc%61lhost/",
        "http://2130706433/",
        "http://ⓛocalhost/",
        "http://localhost/" + "a" * 2_000,
    ],
)
def test_an_address_that_not_everybody_reads_in_the_same_way_is_refused_as_it_was_sent(
    door: Door, redirect: str
) -> None:
    """Once it is parsed a backslash is a slash, a line break is gone, and a number is an address."""
    assert not is_allowed_redirect(redirect)
    answer = door.register(redirect_uris=[CALLBACK, redirect])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")


@pytest.mark.parametrize(
    "redirect",
    [
        CALLBACK,
        "http://localhost/callback",
        "http://127.0.0.1:8123/x?y=1",
        "http://[::1]:9/",
        "http://localhost:6274/oauth/callback",
    ],
)
def test_where_a_code_may_go(redirect: str) -> None:
    assert is_allowed_redirect(redirect)


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "nobody"},
        {"client_id": "https://evil.example/oauth/client.json"},
        {"client_id": "https://claude.ai/oauth/another-document"},
        {"redirect_uri": "https://claude.ai/elsewhere"},
    ],
)
def test_a_client_we_do_not_know_gets_no_redirect(door: Door, changed: dict[str, str]) -> None:
    answer = door.authorize(**{"client_id": CLAUDE, **changed})
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "memory owner"}, "invalid_scope"),
        ({"resource": "https://other.example/mcp"}, "invalid_target"),
    ],
)
def test_a_wrong_request_goes_back_with_its_error_and_the_issuer(
    door: Door, changed: dict[str, str | None], error: str
) -> None:
    told = sent_back(door.authorize(CLAUDE, **changed))
    assert (told["error"], told["state"], told["iss"]) == (error, "the-state", URL)


def test_a_code_is_good_once_and_its_second_use_revokes_what_the_first_one_got(door: Door) -> None:
    code = door.code()
    tokens = Tokens.of(door.token(code))
    assert door.verify(tokens.access) is not None
    again = door.token(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert door.verify(tokens.access) is None
    assert door.refresh(tokens.refresh).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"resource": "https://other.example/mcp"}, "invalid_target"),
        ({"resource": URL}, "invalid_target"),
        ({"redirect_uri": "https://claude.com/api/mcp/auth_callback"}, "invalid_request"),
        ({"client_id": CLAUDE_CODE}, "invalid_grant"),
        ({"grant_type": "client_credentials"}, "invalid_request"),
    ],
)
def test_a_code_in_other_hands_gets_nothing(door: Door, changed: dict[str, str | None], error: str) -> None:
    code = door.code()
    answer = door.token(code, **{"client_id": CLAUDE, **changed})  # type: ignore[arg-type]  # a mixed bag
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert door.token(code).status_code == 200  # and whom it was for is not locked out


def test_a_code_lives_a_minute(door: Door) -> None:
    code = door.code()
    door.pass_time(61)
    assert door.token(code).json()["error"] == "invalid_grant"


def test_an_unknown_client_is_told_to_register_again(door: Door) -> None:
    answer = door.token("x", "gone")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_an_access_token_lives_an_hour(door: Door) -> None:
    tokens = door.come_in()
    door.pass_time(3_599)
    assert door.verify(tokens.access) is not None
    door.pass_time(2)
    assert door.verify(tokens.access) is None
    assert door.refresh(tokens.refresh).status_code == 200


def test_a_lost_answer_is_given_again_within_a_minute(door: Door) -> None:
    tokens = door.come_in()
    lost = Tokens.of(door.refresh(tokens.refresh))
    door.pass_time(30)
    again = Tokens.of(door.refresh(tokens.refresh))
    for pair in (lost, again):
        assert door.verify(pair.access) is not None
    assert door.refresh(again.refresh).status_code == 200


def test_an_old_refresh_token_used_later_is_taken_for_theft(door: Door) -> None:
    tokens = door.come_in()
    renewed = Tokens.of(door.refresh(tokens.refresh))
    door.pass_time(61)
    assert door.refresh(tokens.refresh).json()["error"] == "invalid_grant"
    assert door.verify(renewed.access) is None
    assert door.refresh(renewed.refresh).json()["error"] == "invalid_grant"


def test_a_refresh_token_is_its_clients_own(door: Door) -> None:
    tokens = door.come_in()
    other = door.register().json()["client_id"]
    assert door.refresh(tokens.refresh, other).json()["error"] == "invalid_grant"
    assert door.refresh(tokens.refresh, resource="https://other.example/mcp").json()["error"] == "invalid_target"
    assert door.verify(tokens.access) is not None
    assert door.refresh(tokens.refresh).status_code == 200


def test_a_refresh_token_lives_sixty_days_after_its_last_use(door: Door) -> None:
    tokens = door.come_in()
    door.pass_time(59 * 86_400)
    renewed = Tokens.of(door.refresh(tokens.refresh))
    door.pass_time(59 * 86_400)
    assert door.refresh(renewed.refresh).status_code == 200
    door.pass_time(200 * 86_400)
    assert door.refresh(renewed.refresh).json()["error"] == "invalid_grant"


def test_a_client_may_hand_its_tokens_back(door: Door) -> None:
    tokens = door.come_in()
    other = door.register().json()["client_id"]
    door.browser.post("/revoke", data={"token": tokens.access, "client_id": other})
    assert door.verify(tokens.access) is not None
    assert door.browser.post("/revoke", data={"token": tokens.refresh, "client_id": CLAUDE}).status_code == 200
    assert door.verify(tokens.access) is None
    assert door.browser.post("/revoke", data={"token": STATIC, "client_id": CLAUDE}).status_code == 200
    assert door.verify(STATIC) is not None


# --- Registrations -------------------------------------------------------------------------------------------------


def test_a_thousand_registrations_lock_nobody_out_and_fill_no_disk(door: Door) -> None:
    mine = door.register().json()["client_id"]
    tokens = door.come_in(mine)
    answers = [door.register(client_name="x" * 5_000).status_code for _ in range(30)]
    assert answers == [201] * 19 + [429] * 11
    assert 0 < int(door.register().headers["retry-after"]) <= 600
    door.pass_time(600)
    for number in range(970):  # the same without the way through HTTP, which takes most of the time
        door.pass_time(35)
        wanted = {"client_id": f"client-{number}", "client_name": "y" * 5_000, "redirect_uris": [CALLBACK]}
        clients.register(door.authority.store, clients.Client.model_validate(wanted), door.now[0])
    connection = apsw.Connection(str(door.path))
    assert int(connection.execute("SELECT count(*) FROM clients").get or 0) == clients.MOST_CLIENTS
    connection.close()
    assert door.path.stat().st_size < 500_000
    assert door.refresh(tokens.refresh, mine).status_code == 200
    assert door.come_in(CLAUDE).access


def test_the_log_of_attempts_has_an_end(door: Door) -> None:
    for number in range(520):
        note_attempt(door.authority.store, door.now[0], "mcp", f"number {number}")
    door.pass_time(1)
    seen = attempts(door.authority.store, 1_000)
    assert (len(seen), seen[0]["outcome"], seen[-1]["outcome"]) == (500, "number 519", "number 20")
    door.pass_time(30 * 86_400)
    note_attempt(door.authority.store, door.now[0], "mcp", "last")
    assert len(attempts(door.authority.store, 1_000)) == 1


def test_a_client_that_was_never_let_in_is_collected_after_a_day(door: Door) -> None:
    unused, used = door.register().json()["client_id"], door.register().json()["client_id"]
    door.come_in(used)
    door.pass_time(86_401)
    door.register()
    assert door.authorize(unused).status_code == 400
    assert door.authorize(used).status_code == 302


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic", None])
def test_whoever_asks_for_a_secret_is_registered_without_one(door: Door, method: str | None) -> None:
    registered = door.register(token_endpoint_auth_method=method).json()
    assert registered["token_endpoint_auth_method"] == "none"
    assert "client_secret" not in registered
    assert door.come_in(registered["client_id"]).access


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"[" * 20_000, b'{"redirect_uris": []}', b'{"redirect_uris": "x"}', b"\xff"]
)
def test_a_registration_that_is_none(door: Door, body: bytes) -> None:
    assert door.browser.post("/register", content=body).status_code == 400


# --- Bearer tokens -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "token", ["", " ", "wrong", STATIC + " ", STATIC[:-1], STATIC.upper(), "tökén", "\x00", "\ud800", "x" * 100_000]
)
def test_a_wrong_token_is_nobodys(door: Door, token: str) -> None:
    assert door.verify(token) is None


def test_a_token_of_another_kind_opens_nothing(door: Door) -> None:
    tokens, code = door.come_in(), door.code()
    for token in (tokens.refresh, code, door.ticket()):
        assert door.verify(token) is None


def test_a_damaged_file_lets_nobody_in_but_the_owner(tmp_path: Path) -> None:
    path = tmp_path / "oauth.sqlite"
    path.write_bytes(b"garbage " * 1_000)
    door = Door(path)
    assert door.verify("mnemon_d_x") is None
    assert door.verify(STATIC) is not None
    assert path.read_bytes() == b"garbage " * 1_000


def test_what_another_process_revokes_is_closed_within_seconds(door: Door) -> None:
    from mnemon_server.auth import families
    from mnemon_server.auth.store import AuthStore

    tokens = door.come_in()
    assert door.verify(tokens.access) is not None
    elsewhere = AuthStore(door.path)
    assert families.revoke_connection(elsewhere, "all") == 1
    elsewhere.close()
    door.pass_time(6)
    assert door.verify(tokens.access) is None


def test_secrets_stay_out_of_what_is_shown_of_the_authority(door: Door) -> None:
    assert isinstance(door.authority, Authority)
    assert STATIC not in repr(door.authority)
    whose = door.verify(STATIC)
    assert whose is not None
    assert STATIC not in repr(whose)
