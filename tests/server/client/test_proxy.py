"""A vault on the web behind a proxy: asked for a tunnel, trusted with nothing, gone past where it is not wanted."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from tests.remote_server import free_port
from tests.resident import residents
from tests.server.client.joined import join
from tests.server.client.scripted import (
    GOOD,
    TOKEN,
    Behave,
    Connection,
    Script,
    VaultAt,
    answering,
    failure_of,
    serving,
    tls_for,
)
from tests.server.serve.resident.clients import Client

from mnemon_server.client.proxy import ProxyTrouble, proxy_to
from mnemon_server.hooks.polling import poll
from mnemon_server.resident import place
from mnemon_server.resident.frames import EVENT
from mnemon_server.resident.launch import reach
from mnemon_server.resident.line import open_line
from mnemon_server.settings import Settings

HOST = "vault.example"  # which no name server knows
SECRET = "p@ss:word"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "http_proxy", "all_proxy", "no_proxy", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def behind_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """A good server at `HOST` that this process trusts, as the proxy can reach it."""
    tls, certificate = tls_for(HOST, tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    def behave(script: Script, connection: Connection) -> None:
        with tls.wrap_socket(connection.socket, server_side=True) as connection.socket:
            answering(200, GOOD)(script, connection)

    with serving(behave) as server:
        yield server


def passing_on(server: Script, seen: list[bytes]) -> Behave:
    """A proxy that lets everybody through to that server, and keeps the bytes that it has seen."""

    def behave(script: Script, connection: Connection) -> None:
        script.read(connection)
        with socket.create_connection(("127.0.0.1", server.port)) as onward:
            connection.socket.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pump, args=(onward, connection.socket, []))
            back.start()
            pump(connection.socket, onward, seen)
            back.join()

    return behave


def pump(here: socket.socket, there: socket.socket, seen: list[bytes]) -> None:
    with suppress(OSError):
        while data := here.recv(65_536):
            seen.append(data)
            there.sendall(data)
        there.shutdown(socket.SHUT_WR)


@contextmanager
def proxied(monkeypatch: pytest.MonkeyPatch, behave: Behave, credentials: str = "") -> Iterator[Script]:
    with serving(behave) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{credentials}127.0.0.1:{proxy.port}")
        yield proxy


def test_a_server_is_asked_through_a_tunnel_that_sees_neither_token_nor_question(
    behind_tls: Script, vault_at: VaultAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    with proxied(monkeypatch, passing_on(behind_tls, seen)) as proxy:
        vault = vault_at(f"https://{HOST}:8443", 10)
        for _ in range(3):
            assert vault.call("status") == {"total": 3}
        vault.close()
    assert (proxy.connections, behind_tls.connections, len(behind_tls.heads)) == (1, 1, 3)
    [asked] = proxy.heads
    assert asked.splitlines()[0] == f"CONNECT {HOST}:8443 HTTP/1.1"
    assert [line for line in asked.splitlines() if line.startswith("Host:")] == [f"Host: {HOST}:8443"]
    assert TOKEN not in asked
    assert "proxy-authorization" not in asked.lower()
    assert TOKEN in behind_tls.heads[0]
    assert seen
    assert TOKEN.encode() not in b"".join(seen)


def test_its_name_and_password_are_sent_to_it_alone(
    behind_tls: Script, vault_at: VaultAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxied(monkeypatch, passing_on(behind_tls, []), "me%40work:p%40ss%3Aword@") as proxy:
        assert vault_at(f"https://{HOST}", 10).call("status") == {"total": 3}
    expected = base64.b64encode(f"me@work:{SECRET}".encode()).decode()
    assert f"Proxy-Authorization: Basic {expected}" in proxy.heads[0].splitlines()
    assert f"CONNECT {HOST}:443 HTTP/1.1" in proxy.heads[0]
    assert "proxy-authorization" not in behind_tls.heads[0].lower()


def test_a_machine_is_woken_through_it(behind_tls: Script, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxied(monkeypatch, passing_on(behind_tls, [])):
        assert poll(replace(settings, remote=f"https://{HOST}"), 10.0).note == "awake after 1 tries"
    assert behind_tls.heads[0].startswith("GET /health ")


def test_the_end_of_a_tunnel_must_show_that_it_is_the_server(
    behind_tls: Script, vault_at: VaultAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxied(monkeypatch, passing_on(behind_tls, [])):
        trouble = failure_of(vault_at("https://other.example", 10))
    assert "its certificate is not valid" in trouble.message
    assert behind_tls.heads == []


REFUSALS: list[tuple[Behave, str, str]] = [
    (answering(407, b"no"), "", "wants a name and password (in HTTPS_PROXY"),
    (answering(407, b"no"), f"me:{SECRET.replace('@', '%40')}@", "wants another name and password"),
    (answering(403, b"<html>blocked"), "", "does not let us through (status 403)"),
    (answering(503, b""), "", "does not let us through (status 503)"),
    (lambda script, connection: None, "", "hung up, or does not speak HTTP"),
    (lambda script, connection: connection.socket.sendall(b"SSH-2.0-OpenSSH_9\r\n"), "", "hung up, or does not speak"),
]


@pytest.mark.parametrize(("behave", "credentials", "said"), REFUSALS)
def test_a_proxy_that_is_in_the_way_is_named(
    vault_at: VaultAt, monkeypatch: pytest.MonkeyPatch, behave: Behave, credentials: str, said: str
) -> None:
    with proxied(monkeypatch, behave, credentials) as proxy:
        trouble = failure_of(vault_at(f"https://{HOST}", 10))
    assert (trouble.code, trouble.exit_status) == ("remote-unreachable", 1)
    assert f"the proxy 127.0.0.1:{proxy.port} {said}" in trouble.message
    assert "ss:word" not in trouble.message
    assert "try again" in trouble.hint


def test_one_that_takes_no_connection_or_never_answers_is_no_server_asleep(
    vault_at: VaultAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("https_proxy", f"127.0.0.1:{port}")
    assert f"the proxy 127.0.0.1:{port} takes no connection" in failure_of(vault_at(f"https://{HOST}", 10)).message
    ended = threading.Event()
    with ExitStack() as stack:
        stack.callback(ended.set)
        monkeypatch.delenv("https_proxy")
        stack.enter_context(proxied(monkeypatch, lambda script, connection: print(ended.wait(30))))
        assert "it did not answer in time" in failure_of(vault_at(f"https://{HOST}")).message


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("socks5://127.0.0.1:1080", "a socks5 proxy is set; mnemon speaks to http ones"),
        ("https://me:secret@127.0.0.1:1080", "an encrypted proxy is set"),
        ("http://127.0.0.1:port", "is no address of a proxy"),
        ("http://[::1", "is no address of a proxy"),
        ("http://", "is no address of a proxy"),
    ],
)
def test_what_is_no_proxy_of_ours_is_said_to_be_so(
    vault_at: VaultAt, monkeypatch: pytest.MonkeyPatch, address: str, said: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", address)
    trouble = failure_of(vault_at(f"https://{HOST}", 10))
    assert said in trouble.message
    assert "secret" not in trouble.message


@pytest.mark.parametrize(
    ("environment", "host", "found"),
    [
        ({}, HOST, None),
        ({"HTTPS_PROXY": ""}, HOST, None),
        ({"HTTP_PROXY": "http://p:1"}, HOST, None),
        ({"HTTPS_PROXY": "http://p:1"}, HOST, "p:1"),
        ({"https_proxy": "p"}, HOST, "p:80"),
        ({"HTTPS_PROXY": "https://p:3128"}, HOST, "p:3128"),
        ({"ALL_PROXY": "http://p:1"}, HOST, "p:1"),
        ({"ALL_PROXY": "http://q:2", "HTTPS_PROXY": "http://p:1"}, HOST, "p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "other.example,.example"}, HOST, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": f"{HOST}:443"}, HOST, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": f"{HOST}:444"}, HOST, "p:1"),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "*"}, HOST, None),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "*.EXAMPLE other"}, HOST, None),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "ult.example,example.com, ., "}, HOST, "p:1"),
        ({"HTTPS_PROXY": "http://p:1"}, "localhost", None),
        ({"HTTPS_PROXY": "http://p:1"}, "127.0.0.2", None),
        ({"HTTPS_PROXY": "http://p:1"}, "::1", None),
        ({"HTTPS_PROXY": "http://[::1]:9"}, HOST, "::1:9"),
        ({"HTTPS_PROXY": "http://p:1", "https_proxy": "http://q:2"}, HOST, "q:2"),
        ({"HTTPS_PROXY": "http://p:1", "https_proxy": ""}, HOST, None),
    ],
)
def test_which_one_stands_before_a_server(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], host: str, found: str | None
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    proxy = proxy_to(host, 443, os.environ)
    assert (proxy and proxy.shown) == found


def test_a_password_is_in_no_description(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@p:1")
    proxy = proxy_to(HOST, 443, os.environ)
    assert proxy is not None
    assert proxy.credentials == "me:hunter2"
    assert "hunter2" not in f"{proxy!r} {proxy.shown}"
    monkeypatch.setenv("HTTPS_PROXY", "socks5h://me:hunter2@p:1")
    with pytest.raises(ProxyTrouble) as caught:
        proxy_to(HOST, 443, os.environ)
    assert "hunter2" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_where_none_is_set_nothing_is_loaded_to_look_for_one() -> None:
    code = (
        "import sys; from mnemon_server.client.proxy import proxy_to;"
        f"sys.exit(proxy_to({HOST!r}, 443, {{}}) is not None or 'urllib.request' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == (sys.platform in ("darwin", "win32"))


@pytest.mark.skipif(not place.has_sockets(), reason="there are no sockets with a name here")
def test_a_shared_server_takes_the_way_that_its_client_has_to_take(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was started by somebody without a proxy."""
    monkeypatch.delenv(place.OFF)
    folder = join(home, f"https://{HOST}").folder
    with residents(home) as there, serving(answering(403, b"")) as proxy:
        reach(str(folder), "state", 10.0).close()
        assert there.pids()
        environment = {**os.environ, "https_proxy": f"http://127.0.0.1:{proxy.port}"}
        client = Client(environment, is_modern=False)
        client.open(20.0)
        answer = client.answer_to(client.ask("tools/call", name="memory_status", arguments={}), 20.0)
        assert "does not let us through (status 403)" in json.dumps(answer)
        assert client.close() == 0
        line = open_line(str(folder), "hook", environment=place.passed_on(environment), hook="surface", client="gemini")
        line.send(EVENT, b'{"prompt": "what was it", "session_id": "s", "cwd": "/"}')
        line.receive()
        line.close()
    assert len(proxy.heads) == 2
    assert {head.splitlines()[0] for head in proxy.heads} == {f"CONNECT {HOST}:443 HTTP/1.1"}
