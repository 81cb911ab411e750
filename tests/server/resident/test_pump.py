"""The pump between one client and the resident: what the client notices when residents come and go."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from tests.server.resident.fake import Client, FakeResident, Met, pumping

from mnemon_server.resident import client_end, frames, launch, pump
from mnemon_server.resident.frames import MOVE
from mnemon_server.resident.message import READ_ONLY
from mnemon_server.settings import Settings
from mnemon_server.tools.declarations import TOOLS

OPENING = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}


@pytest.fixture
def resident(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeResident]:
    monkeypatch.setattr(launch, "start_detached", lambda folder: launch.CANNOT)  # no real one when this one is gone
    made = FakeResident(settings.folder)
    yield made
    made.close()


@pytest.fixture
def client(settings: Settings, resident: FakeResident, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setattr(pump, "END_SECONDS", 0.1)  # what a test leaves unanswered is not waited for
    with pumping(settings.folder) as (made, _):
        yield made


def opened(client: Client, resident: FakeResident) -> Met:
    """A session as clients of the legacy era open it."""
    client.say("initialize", 0, **OPENING)
    met = resident.met()
    assert met.message()["method"] == "initialize"
    met.answer(0, serverInfo={"name": "first"})
    assert client.heard()["result"]["serverInfo"]["name"] == "first"
    client.say("notifications/initialized")
    assert met.message()["method"] == "notifications/initialized"
    return met


def test_messages_go_there_and_answers_come_back(client: Client, resident: FakeResident) -> None:
    met = opened(client, resident)
    client.call(1, "memory_search", query="größer")
    assert met.message()["params"]["arguments"] == {"query": "größer"}
    met.answer(1, found="ja")
    assert client.heard() == {"jsonrpc": "2.0", "id": 1, "result": {"found": "ja"}}
    assert met.hello["for"] == "mcp"
    assert met.hello["cwd"]


def test_the_next_resident_hears_what_the_client_told_the_one_before(client: Client, resident: FakeResident) -> None:
    opened(client, resident).die()
    client.call(1, "memory_save", title="a", content="b")
    second = resident.met()
    assert second.message()["params"] == OPENING
    second.answer(0, serverInfo={"name": "second"})
    assert second.message()["method"] == "notifications/initialized"
    assert second.message()["params"]["name"] == "memory_save"
    second.answer(1, saved=True)
    assert client.heard() == {"jsonrpc": "2.0", "id": 1, "result": {"saved": True}}  # and no second greeting before it


def test_a_client_without_a_session_has_nothing_told(client: Client, resident: FakeResident) -> None:
    client.say("tools/list", "a", _meta={"io.modelcontextprotocol/protocolVersion": "2026-07-28"})
    first = resident.met()
    first.message()
    first.answer("a", tools=[])
    client.heard()
    first.die()
    client.call("b", "memory_status")
    second = resident.met()
    assert second.message()["id"] == "b"


def test_what_only_reads_is_asked_again_and_what_may_have_changed_something_is_said_to_be_unknown(
    client: Client, resident: FakeResident
) -> None:
    first = opened(client, resident)
    client.call(1, "memory_save", title="a", content="b")
    client.call(2, "memory_search", query="a")
    client.say("resources/read", 3, uri="memory://recent")
    for _ in range(3):
        first.message()
    first.die()
    lost = client.heard()
    assert (lost["id"], lost["error"]["data"]) == (1, {"retryable": True})
    assert "not known" in lost["error"]["message"]
    second = resident.met()
    assert second.message()["method"] == "initialize"
    second.answer(0)
    second.message()
    assert [second.message()["id"], second.message()["id"]] == [2, 3]
    second.answer(3, text="c")
    second.answer(2, found="d")
    assert [client.heard()["id"], client.heard()["id"]] == [3, 2]


def test_a_session_that_was_about_to_open_opens_with_the_next(client: Client, resident: FakeResident) -> None:
    client.say("initialize", 0, **OPENING)
    first = resident.met()
    first.message()
    first.die()
    second = resident.met()
    assert second.message()["method"] == "initialize"
    second.answer(0, serverInfo={"name": "second"})
    assert client.heard()["result"]["serverInfo"]["name"] == "second"


def test_a_session_that_was_refused_is_not_opened_again(client: Client, resident: FakeResident) -> None:
    client.say("initialize", 0, **OPENING)
    first = resident.met()
    first.message()
    first.send(frames.MESSAGE, b'{"jsonrpc": "2.0", "id": 0, "error": {"code": -32022, "message": "no"}}')
    assert "error" in client.heard()
    first.die()
    client.say("ping", 1)
    assert resident.met().message()["method"] == "ping"


def test_a_resident_that_leaves_is_left_at_once_and_the_next_looked_for_when_it_is_needed(
    client: Client, resident: FakeResident
) -> None:
    first = opened(client, resident)
    resident.shut()
    first.send(MOVE)
    assert first.has_gone()
    resident.open()
    client.say("ping", 1)
    second = resident.met()
    assert second.message()["method"] == "initialize"
    second.answer(0)
    second.message()
    assert second.message()["method"] == "ping"


def test_what_is_under_way_is_answered_by_the_one_that_leaves(client: Client, resident: FakeResident) -> None:
    first = opened(client, resident)
    client.call(1, "memory_save", title="a", content="b")
    first.message()
    first.send(MOVE)
    first.send(frames.MESSAGE, b'{"jsonrpc": "2.0", "method": "notifications/message"}')
    assert client.heard()["method"] == "notifications/message"  # so that the pump has heard the one before, too
    client.say("notifications/cancelled", requestId=99)
    assert first.message()["method"] == "notifications/cancelled"  # about what is under way there
    client.call(2, "memory_save", title="c", content="d")
    first.answer(1, saved=True)
    assert client.heard()["id"] == 1
    assert first.has_gone()
    second = resident.met()
    assert second.message()["method"] == "initialize"
    second.answer(0)
    second.message()
    assert second.message()["id"] == 2


def test_one_that_dies_while_it_leaves_keeps_nobody_waiting(client: Client, resident: FakeResident) -> None:
    first = opened(client, resident)
    client.call(1, "memory_save", title="a", content="b")
    first.message()
    first.send(MOVE)
    client.call(2, "memory_search", query="c")
    first.die()
    assert client.heard()["error"]["data"] == {"retryable": True}
    second = resident.met()
    second.message()
    second.answer(0)
    second.message()
    assert second.message()["id"] == 2


def test_a_client_on_its_own_comes_back_to_a_resident_that_is_there_again(
    client: Client, resident: FakeResident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump, "LOOK_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(pump, "START_SECONDS", 0.2)
    first = opened(client, resident)
    first.die()
    resident.shut()
    client.call(1, "memory_save", title="a", content="kept by a process of its own")
    assert client.heard()["result"]["structuredContent"]["outcome"] == "new"
    resident.open()
    client.call(2, "memory_search", query="a")
    second = resident.met()
    assert second.message()["method"] == "initialize"
    second.answer(0)
    second.message()
    assert second.message()["id"] == 2
    second.answer(2)
    assert client.heard()["id"] == 2


def test_what_the_client_takes_back_is_not_asked_again(client: Client, resident: FakeResident) -> None:
    first = opened(client, resident)
    client.call(1, "memory_search", query="a")
    client.say("notifications/cancelled", requestId=1)
    first.message()
    first.message()
    first.die()
    client.say("ping", 2)
    second = resident.met()
    second.message()
    second.answer(0)
    second.message()
    assert second.message()["id"] == 2


def test_what_is_no_message_goes_through_as_it_is(client: Client, resident: FakeResident) -> None:
    met = opened(client, resident)
    for line in (b"no json", b"[1]", b"\xff\xfe", b"[" * 200_000, b'{"id": {"a": [1]}, "method": 7}'):
        client.write(line + b"\r\n\n")
        assert met.frame() == (frames.MESSAGE, line)


def test_a_line_without_an_end_is_refused_and_the_next_one_heard(
    client: Client, resident: FakeResident, monkeypatch: pytest.MonkeyPatch
) -> None:
    met = opened(client, resident)
    monkeypatch.setattr(client_end, "LARGEST", 100_000)
    client.write(b"x" * 400_000)
    assert client.heard()["error"]["code"] == -32600
    client.write(b"x" * 400_000 + b"\n")
    client.say("ping", 1)
    assert met.message() == {"jsonrpc": "2.0", "method": "ping", "params": {}, "id": 1}


def test_a_line_just_too_large_is_refused_even_when_its_end_is_there(
    client: Client, resident: FakeResident, monkeypatch: pytest.MonkeyPatch
) -> None:
    met = opened(client, resident)
    monkeypatch.setattr(client_end, "LARGEST", 1_000)
    client.write(b"x" * 1_001 + b"\n")
    assert client.heard()["error"]["code"] == -32600
    client.say("ping", 1)
    assert met.message()["method"] == "ping"


def test_where_not_even_a_process_of_its_own_can_start_the_client_hears_that_nothing_was_done(
    client: Client, resident: FakeResident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump, "START_SECONDS", 0.1)
    monkeypatch.setattr(sys, "executable", "/no/such/interpreter")
    opened(client, resident).die()
    resident.shut()
    client.call(1, "memory_save", title="a", content="b")
    refused = client.heard()
    assert "nothing was done" in refused["error"]["message"]
    assert refused["error"]["data"] == {"retryable": True}
    resident.open()  # and it goes on when there is one again
    client.call(2, "memory_search", query="a")
    second = resident.met()
    second.message()
    second.answer(0)
    second.message()
    assert second.message()["id"] == 2


def test_a_client_that_has_said_all_gets_its_last_answers(settings: Settings, resident: FakeResident) -> None:
    with pumping(settings.folder) as (client, thread):
        met = opened(client, resident)
        client.write(b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}')  # without a line's end
        client.end()
        assert met.message()["id"] == 1
        met.answer(1)
        assert client.heard()["id"] == 1
        assert met.has_gone()
        thread.join(10)
        assert not thread.is_alive()


def test_the_tools_that_are_asked_again_are_those_that_are_declared_to_read() -> None:
    assert {tool.name for tool in TOOLS if tool.read_only} == READ_ONLY


def test_it_needs_little_of_pythons_own_library_and_nothing_else() -> None:
    code = (
        "import sys; before = set(sys.modules); import mnemon_server.resident.serve, mnemon_server.hooks.quick; print("
    )
    code += "*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    heavy = {"typing", "dataclasses", "pathlib", "contextlib", "subprocess", "asyncio", "logging", "inspect", "hashlib"}
    assert not loaded & heavy
    assert {name for name in loaded if name not in sys.stdlib_module_names} == {"mnemon_server"}
