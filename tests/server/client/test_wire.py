"""Connections to the server: kept, opened again, given up, never trusted unseen."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import pytest
from tests.remote_server import in_threads
from tests.server.client.scripted import GOOD, Connection, Script, VaultAt, answering, failure_of, serving, tls_for

from mnemon_server.client import wire
from mnemon_server.errors import MnemonError


def test_one_connection_is_kept_for_calls_after_each_other(vault_at: VaultAt) -> None:
    with serving(answering(200, GOOD)) as server:
        vault = vault_at(server.url, 5)
        for _ in range(5):
            vault.call("status")
        assert (server.connections, len(server.heads)) == (1, 5)
        vault.close()
        vault.close()
        assert vault.call("status") == {"total": 3}


def test_one_that_was_idle_for_long_is_not_trusted_any_more(vault_at: VaultAt, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands between may have forgotten it without a word; a call on it would wait in vain."""

    def behave(script: Script, connection: Connection) -> None:
        script.read(connection)
        connection.answer(200, GOOD)
        time.sleep(5)  # and nothing more is heard on it

    with serving(behave) as server:
        vault = vault_at(server.url, 0.5)
        vault.call("status")
        assert failure_of(vault).code == "remote-unreachable"
        vault.call("status")
        monkeypatch.setattr(wire, "LONGEST_IDLE", -1.0)
        assert vault.call("status") == {"total": 3}
        assert server.connections == 3


def test_a_name_that_no_host_can_have_is_not_known(vault_at: VaultAt) -> None:
    for url in ("https://a..b", "http://" + "a" * 70 + ".example.com"):
        assert "its name is not known" in failure_of(vault_at(url)).message


def test_calls_from_many_threads_do_not_meet_on_a_connection(vault_at: VaultAt) -> None:
    def behave(script: Script, connection: Connection) -> None:
        while True:
            _, body = connection.read()
            time.sleep(0.002)
            connection.answer(200, {"ok": True, "result": json.loads(body)["parameters"]})

    with serving(behave) as server:
        vault = vault_at(server.url, 10)

        def work(number: int) -> None:
            for turn in range(10):
                assert vault.call("get", id=number, turn=turn) == {"id": number, "turn": turn}

        in_threads([lambda number=number: work(number) for number in range(12)])
        assert server.connections < 60


@pytest.mark.parametrize("says_so", [True, False])
def test_a_connection_that_the_server_closed_is_opened_again(vault_at: VaultAt, says_so: bool) -> None:
    def behave(script: Script, connection: Connection) -> None:
        script.read(connection)
        connection.answer(200, GOOD, *(["Connection: close"] if says_so else []))

    with serving(behave) as server:
        vault = vault_at(server.url, 5)
        for _ in range(3):
            assert vault.call("status") == {"total": 3}
        assert server.connections == 3


def test_it_is_sent_once_more_and_not_for_ever(vault_at: VaultAt) -> None:
    with serving(lambda script, connection: script.read(connection)) as server:
        assert failure_of(vault_at(server.url, 5)).code == "remote-unreachable"
        assert len(server.heads) == 2


def test_an_action_that_may_not_be_repeated_takes_a_connection_of_its_own(vault_at: VaultAt) -> None:
    with serving(answering(200, GOOD)) as server:
        vault = vault_at(server.url, 5)
        vault.call("status")
        vault.call("undo")
        assert server.connections == 2


def test_what_breaks_off_in_the_middle_is_not_sent_again(vault_at: VaultAt) -> None:
    def behave(script: Script, connection: Connection) -> None:
        script.read(connection)
        connection.socket.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"ok": true')

    with serving(behave) as server:
        trouble = failure_of(vault_at(server.url))
        assert (trouble.code, trouble.exit_status) == ("remote-unreachable", 1)
        assert "it hung up" in trouble.message
        assert len(server.heads) == 1


def test_a_server_that_hangs_costs_no_more_than_the_patience(vault_at: VaultAt) -> None:
    def drip(script: Script, connection: Connection) -> None:
        script.read(connection)
        connection.socket.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.socket.sendall(b"X-A: b\r\n")
            time.sleep(0.05)

    for behave in (lambda script, connection: time.sleep(20), drip):
        with serving(behave) as server:
            began = time.monotonic()
            trouble = failure_of(vault_at(server.url))
            assert trouble.code == "remote-unreachable"
            assert "in time" in trouble.message
            assert time.monotonic() - began < 15  # the patience is a third of a second


def test_garbage_is_told_from_silence(vault_at: VaultAt) -> None:
    def behave(script: Script, connection: Connection) -> None:
        script.read(connection)
        connection.socket.sendall(b"220 mail ready\r\n" * 5)

    with serving(behave) as server:
        assert "its answer is not HTTP" in failure_of(vault_at(server.url, 5.0)).message


def test_an_answer_without_end_is_cut_off(vault_at: VaultAt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LARGEST_ANSWER", 100_000)

    def behave(script: Script, connection: Connection) -> None:
        script.read(connection)
        connection.socket.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.socket.sendall(b" " * 65_536)

    with serving(behave) as server:
        assert "has no end" in failure_of(vault_at(server.url, 5)).message


def test_a_refusal_before_the_body_was_read_is_still_heard(vault_at: VaultAt) -> None:
    def behave(script: Script, connection: Connection) -> None:
        connection.socket.recv(100)
        connection.answer(401, b"", "Connection: close")
        connection.socket.shutdown(socket.SHUT_WR)
        time.sleep(1)

    with serving(behave) as server, pytest.raises(MnemonError) as caught:
        vault_at(server.url, 5).import_stretch(b"x" * 5_000_000, dry_run=False)
    assert caught.value.code == "remote-refused"


def test_a_server_that_cannot_show_who_it_is_is_sent_nothing(vault_at: VaultAt, tmp_path: Path) -> None:
    tls, _ = tls_for("localhost", tmp_path)

    def behave(script: Script, connection: Connection) -> None:
        connection.socket = tls.wrap_socket(connection.socket, server_side=True)
        answering(200, GOOD)(script, connection)

    with serving(behave) as server:
        trouble = failure_of(vault_at(f"https://localhost:{server.port}", 5))
        assert "its certificate is not valid (self" in trouble.message
        assert server.heads == []


def test_a_server_without_encryption_is_sent_nothing(vault_at: VaultAt) -> None:
    with serving(answering(200, GOOD)) as server:
        trouble = failure_of(vault_at(server.url.replace("http:", "https:")))
        assert trouble.code == "remote-unreachable"
        assert server.heads == []
