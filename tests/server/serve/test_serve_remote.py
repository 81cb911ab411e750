"""`mnemon serve-remote` as a process: when it listens, how it ends, what it says, and what a restart costs: nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import anyio
import apsw
import pytest
from mcp import Client
from tests.remote_server import TOKEN, RemoteServer, Talk, serving

from mnemon_server.errors import MnemonError, UsageError
from mnemon_server.serve.access import Access, BadCredential, find_access
from mnemon_server.serve.remote import Order, Refused, _check, doors_of, is_loopback, ordered
from mnemon_server.settings import Settings

SECRET_TEXT = "the-heron-nests-behind-the-mill"


def started(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A server that is expected not to come up."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MNEMON_")}
    return subprocess.run(
        (sys.executable, "-m", "mnemon_installer.cli", "serve-remote", *arguments),
        env=kept | {"HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_client_goes_on_across_kills_and_an_end_and_nothing_it_said_is_in_the_log(tmp_path: Path) -> None:
    """The SDK's own client does not initialise again on a 404, so any lost session would show."""
    home = tmp_path / "srv-home"
    home.mkdir()
    with serving(home) as server:

        async def story() -> None:
            import httpx2
            from mcp.client.streamable_http import streamable_http_client

            headers = {"Authorization": f"Bearer {TOKEN}"}
            async with httpx2.AsyncClient(headers=headers) as http:
                transport = streamable_http_client(f"{server.url}/mcp", http_client=http)
                async with Client(transport, mode="legacy") as client:
                    for number in range(3):
                        saved = await client.call_tool(
                            "memory_save", {"title": "x", "content": f"{SECRET_TEXT} {number}"}
                        )
                        assert saved.structured_content is not None, saved
                        assert saved.structured_content["outcome"] == "new"
                        server.kill() if number else server.end()
                        server.start()
                    found = await client.call_tool("memory_search", {"query": "heron mill"})
                    assert found.structured_content is not None
                    assert len(found.structured_content["memories"]) == 3
                    assert len((await client.list_tools()).tools) == 13

        anyio.run(story)
        with server.talk() as talk:
            health = json.loads(talk.get("/health")[1])
            assert health["sessions"]["resumed"] == 1
        assert server.end() == 0
        log = server.log.read_text(encoding="utf-8")
        lines = [json.loads(line) for line in log.splitlines()]
        assert {"at", "level", "event", "method", "path", "status", "ms"} <= set(lines[1])
        for secret in (TOKEN, SECRET_TEXT, "heron"):
            assert secret not in log
        with_ids = apsw.Connection(str(home / ".mnemon" / "mcp_sessions.sqlite"))
        assert with_ids.execute("SELECT count(*) FROM sessions").get == 0  # the client ended it by DELETE
        with_ids.close()


def test_told_to_end_it_ends_in_time_with_the_wal_written_back(tmp_path: Path) -> None:
    """Though a stream is open and a handler is stuck."""
    with serving(tmp_path) as server:
        talk, stream = Talk(server.port), Talk(server.port)
        talk.open_session()
        talk.call("memory_save", title="Tea", content="Tea at four.")
        stream._connection.request(
            "GET",
            "/mcp",
            headers={
                "Authorization": f"Bearer {TOKEN}",
                "Accept": "text/event-stream",
                "Mcp-Session-Id": talk.session,
                "Mcp-Protocol-Version": "2025-11-25",
            },
        )
        answer = stream._connection.getresponse()
        assert answer.status == 200
        assert server.end(patience=15) == 0
        answer.close()
        talk.close()
        stream.close()
        folder = tmp_path / ".mnemon"
        wal = folder / "default.sqlite-wal"
        assert not wal.exists() or wal.stat().st_size == 0
        assert server.log.read_text(encoding="utf-8").count("Traceback") == 0


def test_a_handler_that_never_ends_does_not_keep_the_process(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        with server.talk() as talk:
            talk.action("save", title="Tea", content="Tea at four.")
        other = apsw.Connection(str(tmp_path / ".mnemon" / "default.sqlite"))
        other.execute("BEGIN IMMEDIATE")
        talk = Talk(server.port)
        body = json.dumps({"parameters": {"title": "x", "content": "y"}}).encode()
        talk._connection.request("POST", "/vault/actions/save", body, {"Authorization": f"Bearer {TOKEN}"})
        with server.talk() as health:
            assert health.get("/health")[0] == 200
        server.end(patience=20)
        other.execute("ROLLBACK")
        other.close()
        talk.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_beyond_this_machine_it_wants_a_credential_and_an_address(host: str) -> None:
    with pytest.raises(Refused, match="without a credential") as refused:
        _check(Order(host), Access(public_url="https://memory.example"))
    assert "MNEMON_LOCAL_TOKEN" in refused.value.hint
    with pytest.raises(Refused, match="its own address") as refused:
        _check(Order(host), Access(token=TOKEN))
    assert "MNEMON_PUBLIC_URL" in refused.value.hint
    for access in (Access(token=TOKEN), Access(passphrase_hash="scrypt$"), Access(has_devices=True)):
        _check(Order(host), Access(**{**vars(access), "public_url": "https://memory.example"}))


def test_refusals_are_sentences_with_the_right_exit_status(tmp_path: Path) -> None:
    naked = started(tmp_path, "--host", "0.0.0.0", "--port", "0")
    assert naked.returncode == 4
    assert "hint: set MNEMON_LOCAL_TOKEN" in naked.stderr
    assert not (tmp_path / ".mnemon").exists()
    web = started(tmp_path, MNEMON_REMOTE_URL="https://memory.example")
    assert (web.returncode, "setup --local" in web.stderr) == (4, True)


def test_a_port_that_is_taken_is_said_at_once(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = started(tmp_path, "--port", str(port), MNEMON_LOCAL_TOKEN=TOKEN)
    assert refused.returncode == 1
    assert f"port {port} cannot be listened at" in refused.stderr


def test_on_this_machine_a_token_is_made_once(tmp_path: Path) -> None:
    server = RemoteServer(tmp_path)
    del server._environment["MNEMON_LOCAL_TOKEN"]
    file = tmp_path / ".mnemon" / "local_token"
    try:
        server.start()
        token = file.read_text(encoding="utf-8").strip()
        assert file.stat().st_mode & 0o777 == 0o600
        with server.talk(token) as talk:
            assert talk.action("status")["total"] == 0
        server.end()
        server.start()
        assert file.read_text(encoding="utf-8").strip() == token
    finally:
        server.kill()
    assert token not in server.log.read_text(encoding="utf-8")


def test_a_token_that_cannot_be_read_or_is_open_to_others_is_not_passed_over(tmp_path: Path) -> None:
    settings = Settings(tmp_path / ".mnemon")
    settings.token_path.mkdir(parents=True)
    with pytest.raises(BadCredential, match="cannot be read"):
        find_access({}, settings, is_loopback=True)
    settings.token_path.rmdir()
    settings.token_path.write_text(f"{TOKEN}\n")
    settings.token_path.chmod(0o644)
    with pytest.raises(BadCredential, match="other users"):
        find_access({}, settings, is_loopback=True)
    settings.token_path.chmod(0o600)
    assert find_access({}, settings, is_loopback=True).token == TOKEN


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"MNEMON_LOCAL_TOKEN": "short"}, "fewer than"),
        ({"MNEMON_LOCAL_TOKEN": TOKEN, "MNEMON_OWNER_PASSPHRASE_HASH": "plain words"}, "no scrypt hash"),
        ({"MNEMON_LOCAL_TOKEN": TOKEN, "MNEMON_OWNER_PASSPHRASE": "a long passphrase"}, "as its hash only"),
        ({"MNEMON_LOCAL_TOKEN": TOKEN, "MNEMON_PUBLIC_URL": "http://memory.example"}, "not https"),
        ({"MNEMON_LOCAL_TOKEN": TOKEN, "MNEMON_PUBLIC_URL": "https://memory.example/mnemon"}, "without a path"),
    ],
)
def test_a_credential_that_is_none_is_refused_beyond_this_machine(
    tmp_path: Path, environment: dict[str, str], reason: str
) -> None:
    with pytest.raises(MnemonError, match=reason):
        find_access(environment, Settings(tmp_path / ".mnemon"), is_loopback=False)


@pytest.mark.parametrize("url", ["https://memory.example:443/", "https://Memory.Example", "HTTPS://memory.example"])
def test_the_public_address_is_the_one_that_clients_send(tmp_path: Path, url: str) -> None:
    environment = {"MNEMON_LOCAL_TOKEN": TOKEN, "MNEMON_PUBLIC_URL": url}
    assert find_access(environment, Settings(tmp_path), is_loopback=False).public_url == "https://memory.example"


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ([], Order("127.0.0.1", 8000)),
        (["--host", "::1", "--port=0"], Order("::1", 0)),
        (["--port", "9000"], Order("127.0.0.1", 9000)),
    ],
)
def test_the_command_line(words: list[str], order: Order) -> None:
    assert ordered(words) == order


@pytest.mark.parametrize(
    "words", [["--port"], ["--port", "http"], ["--port", "65536"], ["--port", "-1"], ["now"], ["--no"]]
)
def test_a_wrong_command_line(words: list[str]) -> None:
    with pytest.raises(UsageError):
        ordered(words)


def test_what_is_this_machine() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "LOCALHOST")] == [
        True
    ] * 6
    beyond = ("0.0.0.0", "::", "10.0.0.1", "localhost.evil.example", "example.org", "", "1")
    assert [is_loopback(host) for host in beyond] == [False] * len(beyond)


def test_our_own_addresses() -> None:
    public = doors_of(Order("0.0.0.0", 8080), 8080, "https://memory.example")
    assert (public.hosts, public.origins) == (frozenset({"memory.example"}), frozenset())
    local = doors_of(Order("localhost", 0), 4711, "")
    assert local.public_url == "http://localhost:4711"
    assert "localhost:*" in local.hosts
    for host in ("::1", "[::1]"):
        assert doors_of(Order(host, 0), 4711, "").public_url == "http://[::1]:4711"
    behind = doors_of(Order(), 8000, "https://memory.example")
    assert "memory.example" in behind.hosts
