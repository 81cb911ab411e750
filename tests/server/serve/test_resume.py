"""Sessions outlive the process: a client that comes back with its id notices nothing, and nobody else can use it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import apsw
import mcp_types as types
import pytest
from mcp.server import Server, ServerRequestContext
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from tests.server.serve.asgi import LEGACY, Caller

from mnemon_server.auth.sessions import LIFETIME, SessionStore
from mnemon_server.serve.resume import ResumingSessions

OPENING = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "some-client", "version": "1"},
}
INITIALIZE = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": OPENING}
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}
CALL = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "who", "arguments": {}}}


def who_server() -> Server[Any]:
    async def on_call_tool(
        context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        known = context.session.client_params
        told = {"client": known.client_info.name if known else None, "version": context.protocol_version}
        return types.CallToolResult(content=[], structured_content=told)

    return Server("who", version="1", on_call_tool=on_call_tool)


class Process:
    """One process's share: the SDK's endpoint and our layer around it, over a store that stays."""

    def __init__(self, store: SessionStore, idle: float | None) -> None:
        self.manager = StreamableHTTPSessionManager(who_server(), session_idle_timeout=idle)
        self.app = ResumingSessions(StreamableHTTPASGIApp(self.manager), store)

    def caller(self, client: str = "local") -> Caller:
        token = AccessToken(token="x", client_id=client, scopes=["memory"], subject="owner")
        return Caller(self.app, AuthenticatedUser(token))


class Machine:
    def __init__(self, path: Path) -> None:
        self.now = 1_000_000_000.0
        self.store = SessionStore(path, lambda: self.now)

    @asynccontextmanager
    async def process(self, idle: float | None = None) -> AsyncIterator[Process]:
        process = Process(self.store, idle)
        async with process.manager.run():
            yield process


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "vault" / "mcp_sessions.sqlite")


def run(story: Callable[[], Awaitable[None]]) -> None:
    anyio.run(story)


async def opened(caller: Caller) -> str:
    answer = await caller.post(INITIALIZE)
    assert answer.status == 200
    session = answer.headers["mcp-session-id"]
    assert (await caller.post(INITIALIZED, session)).status == 202
    return session


def test_a_session_goes_on_in_the_next_process_with_what_the_client_said_of_itself(machine: Machine) -> None:
    async def story() -> None:
        async with machine.process() as first:
            session = await opened(first.caller())
        async with machine.process() as second:
            answer = await second.caller().post(CALL, session)
            assert answer.status == 200
            assert answer.structured == {"client": "some-client", "version": "2025-06-18"}
            assert answer.headers["mcp-session-id"] == session
            assert second.app.resumed == 1

    run(story)


def test_an_unknown_id_is_404_in_the_protocols_own_words(machine: Machine) -> None:
    async def story() -> None:
        async with machine.process() as process:
            for session in ("deadbeef", "x" * 5_000, "mit-ümlaut"):
                answer = await process.caller().post(CALL, session)
                assert answer.status == 404
                assert answer.message["error"] == {"code": -32600, "message": "Session not found"}

    run(story)


def test_twenty_requests_at_once_make_one_session(machine: Machine) -> None:
    async def story() -> None:
        async with machine.process() as first:
            session = await opened(first.caller())
        async with machine.process() as second:
            statuses = []

            async def call(number: int) -> None:
                answer = await second.caller().post({**CALL, "id": number}, session)
                statuses.append((answer.status, answer.message["id"] == number))

            async with anyio.create_task_group() as tasks:
                for number in range(20):
                    tasks.start_soon(call, number)
            assert statuses == [(200, True)] * 20
            assert second.app.resumed == 1

    run(story)


def test_a_stream_may_be_the_first_thing_after_a_restart(machine: Machine) -> None:
    async def story() -> None:
        async with machine.process() as first:
            session = await opened(first.caller())
        async with machine.process() as second:
            caller, headers = second.caller(), {**LEGACY, "mcp-session-id": session}
            async with caller.open("GET", "/mcp", None, headers, until_end=False) as stream:
                assert stream.status == 200
                assert stream.headers["content-type"].startswith("text/event-stream")
                assert (await caller.post(CALL, session)).status == 200
                assert (await caller.request("GET", "/mcp", None, headers)).status == 409

    run(story)


def test_an_ended_session_never_comes_back(machine: Machine) -> None:
    async def story() -> None:
        async with machine.process() as first:
            caller = first.caller()
            session, other = await opened(caller), await opened(caller)
            headers = {**LEGACY, "mcp-session-id": other}
            assert (await caller.request("DELETE", "/mcp", None, headers)).status == 200
            assert (await caller.post(CALL, other)).status == 404
        async with machine.process() as second:
            caller = second.caller()
            assert (await caller.post(CALL, other)).status == 404
            # DELETE as the first thing after a restart.
            headers = {**LEGACY, "mcp-session-id": session}
            assert (await caller.request("DELETE", "/mcp", None, headers)).status == 200
            assert (await caller.post(CALL, session)).status == 404
            assert (await caller.request("DELETE", "/mcp", None, headers)).status == 404
        async with machine.process() as third:
            assert (await third.caller().post(CALL, session)).status == 404
        assert machine.store.count() == 0

    run(story)


def test_nobody_resumes_anothers_session(machine: Machine) -> None:
    async def story() -> None:
        async with machine.process() as first:
            session = await opened(first.caller("local"))
            assert (await first.caller("device:other").post(CALL, session)).status == 404
            assert (await first.caller("local").post(CALL, session)).status == 200
        async with machine.process() as second:
            assert (await second.caller("device:other").post(CALL, session)).status == 404
            headers = {**LEGACY, "mcp-session-id": session}
            assert (await second.caller("device:other").request("DELETE", "/mcp", None, headers)).status == 404
            assert (await Caller(second.app).post(CALL, session)).status == 404
            assert (await second.caller("local").post(CALL, session)).status == 200
            assert (await second.caller("device:other").post(CALL, session)).status == 404

    run(story)


def test_a_session_lives_seven_days_after_its_last_use(machine: Machine) -> None:
    async def story() -> None:
        async with machine.process() as first:
            session, forgotten = await opened(first.caller()), await opened(first.caller())
            machine.now += LIFETIME - 10
            assert (await first.caller().post(CALL, session)).status == 200
        machine.now += 20
        async with machine.process() as second:
            assert (await second.caller().post(CALL, session)).status == 200
            assert (await second.caller().post(CALL, forgotten)).status == 404
            assert machine.store.count() == 1
            await opened(second.caller())  # the next write takes the expired one out of the file
        machine.now += LIFETIME + 1
        async with machine.process() as third:
            assert (await third.caller().post(CALL, session)).status == 404

    run(story)


def test_a_session_that_was_idle_too_long_for_the_sdk_is_resumed_in_the_same_process(machine: Machine) -> None:
    async def story() -> None:
        async with machine.process(idle=0.05) as process:
            caller = process.caller()
            session = await opened(caller)
            bare = Caller(StreamableHTTPASGIApp(process.manager), caller.user)
            with anyio.fail_after(10):
                while (await bare.post(CALL, session)).status != 404:
                    await anyio.sleep(0.1)  # the very time that has to pass
            answers = [await caller.post(CALL, session) for _ in range(2)]
            assert [answer.status for answer in answers] == [200, 200]
            assert process.app.resumed == 1
            assert answers[0].headers["mcp-session-id"] == session

    run(story)


def test_a_session_is_kept_as_soon_as_initialize_is_answered(machine: Machine) -> None:
    async def story() -> None:
        async with machine.process() as first:
            session = (await first.caller().post(INITIALIZE)).headers["mcp-session-id"]
        async with machine.process() as second:
            assert (await second.caller().post(CALL, session)).status == 200

    run(story)


def test_a_refused_opening_leaves_nothing_though_it_names_an_id(machine: Machine) -> None:
    async def story() -> None:
        async with machine.process() as process:
            refused = await process.caller().post(CALL)
            assert refused.status == 400
            await process.caller().post({**INITIALIZE, "params": {}})
            if "mcp-session-id" in refused.headers:
                assert (await process.caller().post(CALL, refused.headers["mcp-session-id"])).status == 404
            assert machine.store.count() == 0

    run(story)


def test_a_notification_without_its_session_is_taken_as_read(machine: Machine) -> None:
    async def story() -> None:
        async with machine.process() as process:
            assert (await process.caller().post(INITIALIZED)).status == 202
            assert machine.store.count() == 0

    run(story)


def test_the_file_holds_no_id_and_is_the_owners_alone(machine: Machine, tmp_path: Path) -> None:
    async def story() -> None:
        async with machine.process() as process:
            session = await opened(process.caller())
            machine.store.close()
            file = tmp_path / "vault" / "mcp_sessions.sqlite"
            assert session.encode() not in file.read_bytes()
            assert file.stat().st_mode & 0o777 == 0o600

    run(story)


def test_a_damaged_store_costs_a_handshake_and_no_more(machine: Machine, tmp_path: Path) -> None:
    file = tmp_path / "vault" / "mcp_sessions.sqlite"
    file.parent.mkdir()
    file.write_bytes(b"no database at all" * 400)

    async def story() -> None:
        async with machine.process() as process:
            session = await opened(process.caller())
            assert (await process.caller().post(CALL, session)).status == 200
        assert machine.store.count() == 1

    run(story)


def test_a_store_that_opens_and_is_damaged_inside_keeps_the_next_session(machine: Machine, tmp_path: Path) -> None:
    file = tmp_path / "vault" / "mcp_sessions.sqlite"

    async def story() -> None:
        async with machine.process() as process:
            await opened(process.caller())
            machine.store.close()  # nothing is left in its memory
            with file.open("r+b") as damaged:
                damaged.seek(4_096)  # it still opens
                damaged.write(b"no database at all" * 1_000)
            await opened(process.caller())  # finds it out
            kept = await opened(process.caller())
        async with machine.process() as second:
            assert (await second.caller().post(CALL, kept)).status == 200

    run(story)


def test_an_end_that_could_not_be_kept_is_not_promised(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(session_id: str) -> None:
        raise apsw.FullError("the disk is full")

    async def story() -> None:
        async with machine.process() as process:
            caller = process.caller()
            session = await opened(caller)
            headers = {**LEGACY, "mcp-session-id": session}
            with monkeypatch.context() as patched:
                patched.setattr(machine.store, "end", full)
                assert (await caller.request("DELETE", "/mcp", None, headers)).status == 503
            assert (await caller.request("DELETE", "/mcp", None, headers)).status == 200
            assert (await caller.post(CALL, session)).status == 404

    run(story)


def test_a_store_that_cannot_be_written_costs_resuming_and_no_request(tmp_path: Path) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    machine = Machine(blocked / "mcp_sessions.sqlite")

    async def story() -> None:
        async with machine.process() as process:
            session = await opened(process.caller())
            assert (await process.caller().post(CALL, session)).status == 200

    run(story)


def test_the_modern_era_has_no_sessions_and_ignores_the_header(machine: Machine) -> None:
    async def story() -> None:
        async with machine.process() as process:
            meta = {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
                "io.modelcontextprotocol/clientInfo": {"name": "new", "version": "1"},
            }
            call = {**CALL, "params": {**CALL["params"], "_meta": meta}}  # type: ignore[dict-item]  # JSON
            named = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "who"}
            answer = await process.caller().post(call, "deadbeef", **named)
            assert answer.status == 200, json.dumps(answer.message)
            assert answer.structured["client"] == "new"
            assert "mcp-session-id" not in answer.headers
            assert machine.store.count() == 0

    run(story)


def test_where_there_is_no_room_now_a_good_session_is_told_to_come_back(machine: Machine) -> None:
    """Not 404: whoever is sent that gives its session up."""

    async def story() -> None:
        async with machine.process() as first:
            session = await opened(first.caller())
        second = Process(machine.store, None)
        second.manager.max_sessions = 1
        async with second.manager.run():
            other = await opened(second.caller())
            answer = await second.caller().post(CALL, session)
            assert (answer.status, answer.headers["retry-after"]) == (503, "2")
            await second.caller().request("DELETE", "/mcp", None, {**LEGACY, "mcp-session-id": other})
            assert (await second.caller().post(CALL, session)).status == 200

    run(story)


def test_a_store_that_cannot_be_read_now_ends_no_session(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with machine.process() as first:
            session = await opened(first.caller())
        async with machine.process() as second:
            with monkeypatch.context() as broken:
                broken.setattr(SessionStore, "find", _busy)
                assert (await second.caller().post(CALL, session)).status == 503
            assert (await second.caller().post(CALL, session)).status == 200

    run(story)


def _busy(store: SessionStore, session_id: str) -> None:
    raise apsw.BusyError("held by another")
