"""The vault on the web as a client meets it: well, asleep, broken, or somebody else."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from tests.remote_server import free_port
from tests.server.client.scripted import GOOD, TOKEN, Connection, Script, VaultAt, answering, failure_of, serving

from mnemon_server.errors import MnemonError, UnknownMemory


def test_an_action_is_asked_for_by_name_with_the_bearer_and_who_asks(vault_at: VaultAt) -> None:
    with serving(answering(200, GOOD)) as server:
        vault = vault_at(server.url + "/under", caller="claude-code", session="s1", project="shop")
        assert vault.call("search", query="was ist größer?") == {"total": 3}
    [head], [body] = server.heads, server.bodies
    assert head.startswith("POST /under/vault/actions/search HTTP/1.1\r\n")
    assert f"Authorization: Bearer {TOKEN}" in head
    assert json.loads(body) == {
        "parameters": {"query": "was ist größer?"}, "client": "claude-code", "session": "s1", "project": "shop",
    }  # fmt: skip


@pytest.mark.parametrize(("action", "asked"), [("save", 2), ("undo", 1), ("token_new", 1), ("freeze", 1)])
def test_a_request_that_nobody_answered_is_sent_once_more_unless_that_could_do_it_twice(
    vault_at: VaultAt, action: str, asked: int
) -> None:
    def behave(script: Script, connection: Connection) -> None:
        script.read(connection)
        if connection.number > 1:
            connection.answer(200, GOOD)

    with serving(behave) as server:
        vault = vault_at(server.url, 5)
        if asked == 2:
            assert vault.call(action) == {"total": 3}
        else:
            trouble = failure_of(vault, action)
            assert trouble.code == "remote-unreachable"
            assert "whether it was done there is not known" in trouble.message
        assert len(server.heads) == asked


def test_what_supersedes_is_sent_once(vault_at: VaultAt) -> None:
    """Again it would hear that the one it supersedes is not there."""
    with serving(lambda script, connection: script.read(connection)) as server:
        with pytest.raises(MnemonError, match="whether it was done there is not known"):
            vault_at(server.url, 5).call("save", title="T", content="C", supersedes=1)
        assert len(server.heads) == 1
        with pytest.raises(MnemonError):
            vault_at(server.url, 5).call("save", title="T", content="C", supersedes=None)
        assert len(server.heads) == 3


def test_a_redirect_is_named_and_not_followed(vault_at: VaultAt) -> None:
    with serving(answering(200, GOOD)) as other:
        where = f"Location: {other.url}/vault/actions/status"
        with serving(answering(307, b"", where)) as server:
            trouble = failure_of(vault_at(server.url))
        assert f"redirects to 127.0.0.1:{other.port}" in trouble.message
        assert other.heads == []


@pytest.mark.parametrize(
    ("status", "body", "code", "says"),
    [
        (200, b"<!doctype html><title>Sign in</title>", "remote-strange", "a web page"),
        (404, b"<html>", "remote-strange", "a web page"),
        (200, {"hello": 1}, "remote-strange", "other JSON"),
        (200, {"ok": True, "result": [1]}, "remote-strange", "other JSON"),
        (500, {"ok": True, "result": {}}, "remote-strange", "other JSON"),
        (200, b"[" * 200_000, "remote-strange", "other JSON"),
        (200, b"\xff\xfe", "remote-strange", "something else"),
        (401, {"error": "invalid_token"}, "remote-refused", "does not take this machine's token"),
        (401, b"", "remote-refused", "does not take this machine's token"),
        (403, {"error": "insufficient_scope"}, "remote-refused", "does not take this machine's token"),
    ],
)
def test_what_is_not_mnemon_is_told_from_what_is(
    vault_at: VaultAt, status: int, body: Any, code: str, says: str
) -> None:
    with serving(answering(status, body)) as server:
        trouble = failure_of(vault_at(server.url, 5))
        assert trouble.code == code
        assert says in trouble.message
        assert f"127.0.0.1:{server.port}" in trouble.message
        assert trouble.exit_status == (4 if code == "remote-refused" else 1)


def test_the_servers_own_trouble_is_told_as_here(vault_at: VaultAt) -> None:
    unknown = {"code": "unknown-memory", "message": "there is no memory 7", "hint": "mnemon list", "exit_status": 1}
    with serving(answering(404, {"ok": False, "problem": unknown})) as server, pytest.raises(UnknownMemory) as caught:
        vault_at(server.url, 5).call("get", id=7)
    assert (caught.value.message, caught.value.hint) == ("there is no memory 7", "mnemon list")
    busy = {"code": "server-busy", "message": "later", "hint": "", "exit_status": 4}
    with serving(answering(503, {"ok": False, "problem": busy})) as server:
        trouble = failure_of(vault_at(server.url, 5))
        assert (trouble.code, trouble.message, trouble.exit_status) == ("server-busy", "later", 4)
        assert len(server.heads) == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_machine_that_wakes_up_is_waited_for(vault_at: VaultAt, status: int) -> None:
    def behave(script: Script, connection: Connection) -> None:
        while True:
            script.read(connection)
            connection.answer(*((200, GOOD) if len(script.heads) > 2 else (status, b"<html>asleep")))

    with serving(behave) as server:
        assert vault_at(server.url, 10).call("status") == {"total": 3}
        assert len(server.heads) == 3


def test_one_that_does_not_wake_up_is_told_of_when_the_patience_ends(vault_at: VaultAt) -> None:
    with serving(answering(503, b"")) as server:
        began = time.monotonic()
        trouble = failure_of(vault_at(server.url))
        assert (trouble.code, trouble.exit_status) == ("remote-unreachable", 1)
        assert "status 503" in trouble.message
        assert time.monotonic() - began < 15  # the patience is a third of a second
        assert len(server.heads) >= 2


def test_a_machine_that_wakes_up_is_not_taken_for_something_else_by_what_may_be_done_only_once(
    vault_at: VaultAt,
) -> None:
    with serving(answering(502, b"<html>asleep")) as server:
        trouble = failure_of(vault_at(server.url, 5), "undo")
        assert trouble.code == "remote-unreachable"
        assert "whether it was done there is not known" in trouble.message
        assert len(server.heads) == 1


def test_a_server_that_starts_meanwhile_is_found(vault_at: VaultAt) -> None:
    port = free_port()
    ready = threading.Event()

    def start_late() -> None:
        time.sleep(0.2)
        with serving(answering(200, GOOD), port):
            ready.wait(10)

    starting = threading.Thread(target=start_late)
    starting.start()
    assert vault_at(f"http://127.0.0.1:{port}", 10).call("undo") == {"total": 3}
    ready.set()
    starting.join()


def test_a_server_that_is_not_there_is_named_and_what_is_safe_is_said(vault_at: VaultAt) -> None:
    port = free_port()
    trouble = failure_of(vault_at(f"http://127.0.0.1:{port}"))
    assert (trouble.code, trouble.exit_status) == ("remote-unreachable", 1)
    assert trouble.message.startswith(f"127.0.0.1:{port} cannot be reached")
    assert "your memories are safe there, and nothing was changed here" in trouble.message
    assert trouble.hint
