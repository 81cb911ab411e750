"""Command line and stdio server of a machine whose vault is on the web, against a real server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.remote_server import TOKEN, RemoteServer, free_port
from tests.server.client.joined import Type, join, result
from tests.server.serve.conftest import Served

from mnemon_server.client import connect
from mnemon_server.settings import Settings, load_settings


def test_every_command_of_the_vault_works_there(machine: Path, mnemon: Type, server: RemoteServer) -> None:
    saved = result(mnemon("save", "Use SQLite", "We chose SQLite for the shop.", "--type", "decision", "--json"))
    number = str(saved["memory"]["id"])
    assert saved["outcome"] == "new"
    assert result(mnemon("search", "sqlite", "--json"))["memories"][0]["title"] == "Use SQLite"
    assert result(mnemon("get", number, "--json"))["memory"]["content"] == "We chose SQLite for the shop."
    assert result(mnemon("pin", number, "--json"))["memory"]["pinned"]
    assert not result(mnemon("unpin", number, "--json"))["memory"]["pinned"]
    assert mnemon("undo")[0] == 0
    for words in (
        ("list",), ("timeline",), ("related", number), ("contradictions", number), ("inbox",), ("why",), ("profile",),
        ("profile", "add", "Editor", "Uses Helix."), ("sweep",), ("sweep", "--apply"), ("forget", number),
        ("restore", number), ("why", number), ("rebuild",),
    ):  # fmt: skip
        assert mnemon(*words)[0] == 0, words
    status, out, _ = mnemon("status")
    assert status == 0
    assert f"vault      {server.url}, " in out
    assert result(mnemon("status", "--json"))["remote"] == server.url


def test_what_fails_there_fails_as_here(machine: Path, mnemon: Type) -> None:
    status, out, err = mnemon("get", "999999")
    assert (status, out) == (1, "")
    assert "there is no memory 999999" in err
    assert mnemon("why", "999999")[0] == 1
    assert mnemon("list", "--limit", "100000")[0] == 2


def test_who_may_come_in_is_administered_where_the_vault_is(machine: Path, settings: Settings) -> None:
    with closing(connect(load_settings({}, machine), "cli")) as there:
        there.call("token_new", name="phone")
        assert [device["name"] for device in there.call("token_list")["devices"]] == ["phone"]
    with closing(connect(replace(settings, folder=machine / "another"), "cli")) as here:
        assert here.call("token_list")["devices"] == []


def test_memories_go_there_and_come_back_as_a_file(machine: Path, mnemon: Type) -> None:
    uid = "019b7d2c-0a4e-7c11-9a55-0123456789ab"
    lines = [{"title": f"Line {number}", "content": f"Imported, number {number}."} for number in range(1_200)]
    lines[700] = {"title": "No content"}
    lines[1_100] |= {"uid": uid, "source_key": "k1", "updated_at": "2026-01-02T03:04:05.678Z"}
    given = machine / "in.jsonl"
    given.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for words, counts in ((("--dry-run",), (1_199, 0, 1)), ((), (1_199, 0, 1)), ((), (0, 1_199, 1))):
        status, out, _ = mnemon("import", "jsonl", str(given), *words, "--json")
        found = json.loads(out)["result"]
        assert (status, (found["new"], found["existing"], found["refused"])) == (1, counts)
        assert found["refusals"] == [{"line": 701, "reason": "content is missing"}]
    written = machine / "out.jsonl"
    count = result(mnemon("export", "jsonl", str(written), "--json"))["count"]
    came = [json.loads(line) for line in written.read_text().splitlines()]
    assert len(came) == count >= 1_199
    [same] = [line for line in came if line["uid"] == uid]
    assert (same["source_key"], same["updated_at"]) == ("k1", "2026-01-02T03:04:05.678Z")
    assert written.stat().st_mode & 0o077 == 0


def test_an_export_that_cannot_be_had_leaves_no_file(home: Path, mnemon: Type) -> None:
    join(home, f"http://127.0.0.1:{free_port()}", "http://127.0.0.1:1")
    status, _, err = mnemon("export", "jsonl", str(home / "out.jsonl"))
    assert status == 4
    assert "mnemon setup --remote-url" in err
    assert TOKEN not in err
    assert not list(home.glob("out.jsonl*"))


def test_a_token_that_the_server_does_not_know_is_refused(
    machine: Path, mnemon: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNEMON_LOCAL_TOKEN", "another-token-0123456789")
    status, out, _ = mnemon("status", "--json")
    assert status == 4
    assert json.loads(out)["problems"][0]["code"] == "remote-refused"


@pytest.fixture
def serve(home: Path) -> Iterator[Callable[[], Served]]:
    """`mnemon serve`, started by a client of its own."""
    running: list[Served] = []

    def start() -> Served:
        running.append(Served(home))
        return running[-1]

    yield start
    for served in running:
        served.kill()


def test_a_client_of_stdio_shares_the_vault_on_the_web(
    machine: Path, mnemon: Type, serve: Callable[[], Served]
) -> None:
    served = serve()
    served.initialize()
    first = served.call("memory_save", title="Over stdio", content="Saved by a client of stdio.")
    second = served.call("memory_save", title="Over stdio too", content="Saved a moment later.")
    assert first["isError"] is False
    kept = [result(mnemon("get", str(each["structuredContent"]["memory"]["id"]), "--json")) for each in (first, second)]
    assert {one["memory"]["source_client"] for one in kept} == {"test-client"}
    [session] = {one["memory"]["source_session"] for one in kept}
    assert len(session) == 32
    found = served.call("memory_search", query="over stdio")["structuredContent"]["memories"]
    assert {"Over stdio", "Over stdio too"} <= {memory["title"] for memory in found}
    assert served.call("memory_get", id=999_999)["isError"]
    assert served.end()[0] == 0


def test_stdio_starts_without_the_server_and_says_what_is_wrong_when_it_is_asked(
    home: Path, server: RemoteServer, serve: Callable[[], Served]
) -> None:
    folder = home / ".mnemon"
    join(home, server.url, "http://127.0.0.1:1")
    (folder / "default.sqlite").write_bytes(b"whatever is here stays as it is")
    served = serve()
    served.initialize()
    assert len(served.request("tools/list")["result"]["tools"]) == 13
    refused = served.call("memory_status")
    assert refused["isError"]
    assert "mnemon setup --remote-url" in refused["content"][0]["text"]
    (folder / "local_token").write_text("one-that-was-revoked-0123456789\n")
    assert "does not take this machine's token" in served.call("memory_status")["content"][0]["text"]
    join(home, server.url)  # the token is put right while the client goes on
    assert not served.call("memory_save", title="Late", content="Once the token was right.")["isError"]
    served.end()
    assert (folder / "default.sqlite").read_bytes() == b"whatever is here stays as it is"
    assert not list(folder.glob("default.sqlite-*"))


def test_a_server_that_is_down_is_a_tool_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mnemon_server.serve import elsewhere
    from mnemon_server.tools.surface import call_tool

    monkeypatch.setattr(elsewhere, "PATIENCE", 0.3)
    settings = join(home, f"http://127.0.0.1:{free_port()}")
    place = elsewhere.Elsewhere(settings, "s", "")
    reply = call_tool(place.desk().of("cursor", ""), "memory_save", {"title": "T", "content": "C"})
    place.close()
    assert reply.is_error
    assert "cannot be reached" in reply.text
    assert "your memories are safe there" in reply.text
    assert not settings.vault_path.exists()
