"""The owner's word: the page that asks for the passphrase, and the exchange that gives a device its token."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.server.auth.door import CALLBACK, CLAUDE_CODE, PASSPHRASE, STATIC, URL, Door, sent_back, shown_text

from mnemon_server.auth import devices
from mnemon_server.auth.administration import (
    ADMINISTRATION,
    UnknownConnection,
    auth_attempts,
    connections,
    connections_revoke,
    token_list,
    token_new,
    token_revoke,
)
from mnemon_server.auth.devices import DeviceTrouble
from mnemon_server.auth.passphrase import checked_passphrase, hash_passphrase, is_hash, is_right
from mnemon_server.client.dispatch import ADMINISTRATIVE
from mnemon_server.errors import UsageError


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path / "oauth.sqlite")


# --- The page ------------------------------------------------------------------------------------------------------


def test_it_shows_who_asks_and_where_it_leads(door: Door) -> None:
    published = shown_text(door.browser.get("/consent", params={"tx": door.ticket()}).text)
    assert "Allow Claude to use your memories?" in published
    assert "Who vouches for it claude.ai" in published
    assert "Where you go from here claude.ai" in published
    claimed = door.register(client_name="Claude", redirect_uris=["http://localhost:8/x"]).json()["client_id"]
    ticket = door.ticket(claimed, redirect_uri="http://localhost:8123/x")
    registered = shown_text(door.browser.get("/consent", params={"tx": ticket}).text)
    assert "it registered itself under this name" in registered
    assert "localhost:8123" in registered


def test_a_claimed_name_is_only_a_name(door: Door) -> None:
    name = "<script>alert(1)</script>\u202e\n' \" & " + "x" * 500
    claimed = door.register(client_name=name).json()["client_id"]
    page = door.browser.get("/consent", params={"tx": door.ticket(claimed)}).text
    assert "<script" not in page
    assert "\u202e" not in page
    assert "x" * 100 not in page


def test_nothing_can_frame_keep_or_redirect_the_page(door: Door) -> None:
    answer = door.browser.get("/consent", params={"tx": door.ticket()})
    policy = answer.headers["content-security-policy"]
    for part in (
        "default-src 'none'",
        "frame-ancestors 'none'",
        "form-action 'self' https://claude.ai https://claude.com claude:;",
        "base-uri 'none'",
    ):
        assert part in policy
    assert "unsafe" not in policy
    assert "script" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("answer", ["allow", "deny"])
def test_a_browser_may_go_on_to_where_claude_goes_on_to(door: Door, answer: str) -> None:
    """Chromium stops at the first redirect after a form that the page did not name, with the code used up: claude.ai's
    callback leads on to claude.com or, for the app on the desktop, to `claude:`."""
    way_on = "form-action 'self' https://claude.ai https://claude.com claude:;"
    page = door.browser.get("/consent", params={"tx": door.ticket()})
    assert way_on in page.headers["content-security-policy"]
    assert way_on in door.consent(door.ticket(), answer=answer).headers["content-security-policy"]
    assert way_on in door.consent(door.ticket(), "wrong").headers["content-security-policy"]
    here = door.ticket(CLAUDE_CODE, redirect_uri="http://localhost:8123/callback")
    policy = door.browser.get("/consent", params={"tx": here}).headers["content-security-policy"]
    assert "form-action 'self' http://localhost:8123;" in policy


def test_it_can_be_read_by_everybody(door: Door) -> None:
    page = door.browser.get("/consent", params={"tx": door.ticket()}).text
    assert '<html lang="en">' in page
    assert 'name="viewport"' in page
    assert '<label for="passphrase">' in page
    assert 'autocomplete="current-password"' in page
    wrong = door.consent(door.ticket(), "wrong").text
    assert re.search(r'role="alert" id="trouble">That is not the passphrase', wrong)
    assert 'aria-describedby="trouble"' in wrong


def test_a_no_goes_back_as_one(door: Door) -> None:
    ticket = door.ticket()
    told = sent_back(door.consent(ticket, "", answer="deny"))
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "the-state", URL)
    assert door.consent(ticket).status_code == 400


def test_a_yes_counts_once(door: Door) -> None:
    ticket = door.ticket()
    assert door.consent(ticket).status_code == 302
    again = door.consent(ticket)
    assert again.status_code == 400
    assert "location" not in again.headers


def test_a_request_waits_ten_minutes(door: Door) -> None:
    ticket = door.ticket()
    door.pass_time(601)
    assert door.consent(ticket).status_code == 400
    for made_up in ("", "x", "mnemon_t_" + "x" * 43, "y" * 5_000):
        assert door.consent(made_up).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null", "sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_another_site_cannot_send_the_form(door: Door, headers: dict[str, str]) -> None:
    ticket = door.ticket()
    assert door.consent(ticket, **headers).status_code == 403
    assert door.consent(ticket, origin="null", sec_fetch_site="same-origin").status_code == 302


@pytest.mark.parametrize("wrong", ["", "wrong", PASSPHRASE.upper(), PASSPHRASE[:-1], "\x00", "пароль", "x" * 50_000])
def test_another_passphrase_opens_nothing(door: Door, wrong: str) -> None:
    answer = door.consent(door.ticket(), wrong)
    assert answer.status_code == 403
    assert "location" not in answer.headers


def test_five_guesses_are_all_there_are_and_a_restart_gives_no_more(door: Door) -> None:
    ticket = door.ticket()
    for _ in range(5):
        assert door.consent(ticket, "wrong").status_code == 403
    for process in (door, door.restarted()):
        locked = process.consent(ticket)
        assert locked.status_code == 429
        assert 0 < int(locked.headers["retry-after"]) <= 901
        assert "Too many wrong passphrases" in locked.text
        assert exchanged(process, PASSPHRASE).status_code == 429
    process.pass_time(901)
    assert process.consent(process.ticket()).status_code == 302


def test_the_right_one_forgives_earlier_slips(door: Door) -> None:
    for _ in range(4):
        door.consent(door.ticket(), "wrong")
    assert door.consent(door.ticket()).status_code == 302
    for _ in range(4):
        assert door.consent(door.ticket(), "wrong").status_code == 403
    assert door.consent(door.ticket()).status_code == 302


# --- Passphrases ---------------------------------------------------------------------------------------------------


def test_a_passphrase_is_kept_as_a_hash_that_differs_each_time() -> None:
    one, other = hash_passphrase("häuser\u0308", 4), hash_passphrase("häuser\u0308", 4)
    assert one != other
    assert is_right("häuser\u0308", one)
    assert is_right(" häuse\u0072\u0308 ", other)
    assert not is_right("hauser", one)


@pytest.mark.parametrize("text", ["", "       ", "short", " sevench ", "x" * 1_025])
def test_what_can_be_guessed_is_no_passphrase(text: str) -> None:
    with pytest.raises(UsageError, match="a passphrase has"):
        checked_passphrase(text)
    assert checked_passphrase("eight ch") == "eight ch"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "scrypt$",
        "scrypt$3$8$1$AAAAAAAAAAAAAAAA$AAAA",
        "scrypt$16384$8$1$!$!",
        "bcrypt$2$8$1$YQ==$YQ==",
        f"scrypt${2**40}$8$1${'A' * 24}${'A' * 43}=",
    ],
)
def test_what_is_no_hash_is_right_for_nobody(text: str) -> None:
    assert not is_hash(text)
    assert not is_right("", text)
    assert not is_right("plain", text)


# --- Devices -------------------------------------------------------------------------------------------------------


def exchanged(door: Door, secret: Any, name: Any = "laptop") -> Any:
    return door.browser.post("/auth/exchange", json={"secret": secret, "name": name})


def test_every_device_has_a_token_of_its_own(door: Door) -> None:
    store = door.authority.store
    laptop, phone = (token_new(store, name)["token"] for name in ("laptop", "phone"))
    for token, name in ((laptop, "laptop"), (phone, "phone")):
        whose = door.verify(token)
        assert whose is not None
        assert (whose.client_id, whose.scopes) == (f"device:{name}", ["memory", "owner"])
    token_revoke(store, "laptop")
    door.authority.forget()
    assert door.verify(laptop) is None
    assert door.verify(phone) is not None
    assert [device["name"] for device in token_list(store)["devices"]] == ["phone"]
    assert token_list(store)["devices"][0]["used_at"] is not None


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\nb", "-x", "\x00"])
def test_a_device_needs_a_name(door: Door, name: str) -> None:
    with pytest.raises(UsageError):
        token_new(door.authority.store, name)
    assert exchanged(door, PASSPHRASE, name).status_code == 400


def test_a_name_is_given_once(door: Door) -> None:
    token_new(door.authority.store, "laptop")
    with pytest.raises(DeviceTrouble, match="already"):
        token_new(door.authority.store, "laptop")
    with pytest.raises(DeviceTrouble, match="no device"):
        token_revoke(door.authority.store, "phone")


def test_the_passphrase_gets_a_device_its_token(door: Door) -> None:
    told = exchanged(door, PASSPHRASE).json()["result"]
    assert told["name"] == "laptop"
    assert door.verify(told["token"]) is not None
    assert exchanged(door, PASSPHRASE).json()["result"]["name"] == "laptop-2"


def test_a_pairing_code_is_good_once_and_for_ten_minutes(door: Door) -> None:
    store = door.authority.store
    code, late = (token_new(store, name, pairing=True)["code"] for name in ("phone", "tablet"))
    assert exchanged(door, code.lower().replace("-", " ")).json()["result"]["name"] == "phone"
    assert exchanged(door, code).status_code == 403
    door.pass_time(601)
    assert exchanged(door, late).status_code == 403
    assert exchanged(door, STATIC).status_code == 403


def test_codes_cannot_be_guessed(door: Door) -> None:
    code = token_new(door.authority.store, "phone", pairing=True)["code"]
    assert [exchanged(door, f"AAAAA-{number}").status_code for number in range(5)] == [403] * 5
    locked = exchanged(door, code)
    assert (locked.status_code, locked.json()["problem"]["code"]) == (429, "too-many-attempts")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"secret": 1, "name": "x"}', b'{"secret": "x"}', b"[" * 9_000]
)
def test_an_exchange_that_is_none(door: Door, body: bytes) -> None:
    answer = door.browser.post("/auth/exchange", content=body)
    assert (answer.status_code, answer.json()["problem"]["code"]) == (400, "usage")


def test_a_device_is_noted_as_used_once_a_minute(door: Door) -> None:
    token = token_new(door.authority.store, "laptop")["token"]
    seen = []
    for _ in range(3):
        door.authority.forget()
        door.verify(token)
        seen.append(devices.devices(door.authority.store)[0]["used_at"])
        door.pass_time(35)
    assert (seen[0] == seen[1], seen[1] == seen[2]) == (True, False)


# --- Who has access ------------------------------------------------------------------------------------------------


def test_connections_can_be_seen_and_ended(door: Door) -> None:
    store = door.authority.store
    claude, other = door.come_in(), door.come_in(door.register(client_name="Other").json()["client_id"])
    listed = connections(store)["connections"]
    assert [(each["client"], each["kind"], each["leads_to"]) for each in listed] == [
        ("Claude", "published", "claude.ai"),
        ("Other", "registered", "claude.ai"),
    ]
    assert connections_revoke(store, listed[0]["id"]) == {"revoked": 1}
    door.authority.forget()
    assert door.verify(claude.access) is None
    assert door.refresh(claude.refresh).status_code == 400
    assert door.verify(other.access) is not None
    with pytest.raises(UnknownConnection):
        connections_revoke(store, listed[0]["id"])
    assert connections_revoke(store, "all") == {"revoked": 1}
    assert connections_revoke(store, "all") == {"revoked": 0}


def test_the_log_says_how_far_somebody_came(door: Door) -> None:
    door.register(redirect_uris=["https://evil.example/"], client_name="Evil")
    door.consent(door.ticket(CLAUDE_CODE, redirect_uri="http://localhost:1/callback"), "wrong")
    tokens = door.come_in()
    door.refresh(tokens.refresh)
    seen = [(each["hop"], each["outcome"], each["client"]) for each in auth_attempts(door.authority.store)["attempts"]]
    assert seen == [
        ("refresh", "ok", "Claude"),
        ("token", "ok", "Claude"),
        ("consent", "allowed", "Claude"),
        ("authorize", "ok", "Claude"),
        ("consent", "wrong secret", "Claude Code"),
        ("authorize", "ok", "Claude Code"),
        ("register", "refused", "Evil"),
    ]
    assert CALLBACK not in str(seen)


def test_the_table_of_actions_is_the_one_that_callers_know() -> None:
    assert tuple(ADMINISTRATION) == ADMINISTRATIVE
