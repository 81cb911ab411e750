"""The HTTP server as a whole, straight into its ASGI application: who gets in, what comes back, what is refused."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import apsw
import pytest
from mcp.server.auth.provider import AuthorizationCode
from pydantic import AnyUrl
from tests.server.serve.asgi import LEGACY, Answer, Caller, lifespan
from tests.server.serve.conftest import INITIALIZE, Served

from mnemon_server.auth import grants
from mnemon_server.auth.authority import Authority
from mnemon_server.auth.sessions import SessionStore
from mnemon_server.auth.store import AuthStore
from mnemon_server.serve.http_app import Tuning, build_app
from mnemon_server.serve.remote import Order, doors_of
from mnemon_server.serve.service import open_service
from mnemon_server.settings import Settings
from mnemon_server.tools.declarations import TOOLS_BY_NAME

TOKEN = "the-owners-token-0123456789"
MODERN = {
    "accept": "application/json, text/event-stream",
    "content-type": "application/json",
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": "memory_status",
}
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "new-client", "version": "1"},
}


class House:
    """The server's application with a client that has the owner's token, or none."""

    def __init__(self, app: Any, authority: Authority) -> None:
        self.app = app
        self.authority = authority
        self.caller = Caller(app)
        self.last = 1
        self.owner = {"authorization": f"Bearer {TOKEN}"}

    async def ask(self, method: str, path: str, content: Any = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.caller.request(method, path, content, named)

    async def action(self, name: str, **parameters: Any) -> dict[str, Any]:
        answer = await self.ask(
            "POST", f"/vault/actions/{name}", {"parameters": parameters, "client": "cli"}, **self.owner
        )
        return {"status": answer.status, **json.loads(answer.body)}

    async def session(self) -> dict[str, str]:
        """Headers of an opened legacy session."""
        opening = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
        answer = await self.caller.request("POST", "/mcp", opening, LEGACY | self.owner)
        assert answer.status == 200, answer.body
        named = LEGACY | self.owner | {"mcp-session-id": answer.headers["mcp-session-id"]}
        await self.caller.request("POST", "/mcp", {"jsonrpc": "2.0", "method": "notifications/initialized"}, named)
        return named

    async def tool(self, session: dict[str, str], name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self.last += 1
        params = {"name": name, "arguments": arguments}
        call = {"jsonrpc": "2.0", "id": self.last, "method": "tools/call", "params": params}
        answer = await self.caller.request("POST", "/mcp", call, session)
        assert answer.status == 200, answer.body
        return dict(answer.message["result"])


@asynccontextmanager
async def house(
    settings: Settings, tuning: Tuning | None = None, passphrase_hash: str | None = None
) -> AsyncIterator[House]:
    doors = doors_of(Order(), 8000, "")
    authority = Authority(AuthStore(settings.oauth_path), doors.public_url, TOKEN, passphrase_hash)
    app = build_app(
        open_service(settings, authority), authority, SessionStore(settings.sessions_path, time.time), doors, tuning
    )
    async with lifespan(app):
        yield House(app, authority)


def run(story: Callable[[], Awaitable[None]]) -> None:
    anyio.run(story)


# --- Who gets in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "credential",
    [
        None,
        "Bearer ",
        "Bearer wrong",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Basic {TOKEN}",
        "Bearer tökén",
        "Bearer \x7f\x01",
        f"bearer {'x' * 20_000}",
    ],
)
def test_without_the_token_there_is_nothing_but_health(settings: Settings, credential: str | None) -> None:
    async def story() -> None:
        async with house(settings) as there:
            named = {"authorization": credential} if credential is not None else {}
            for method, path in [
                ("POST", "/mcp"), ("POST", "/mcp/"), ("GET", "/mcp"), ("DELETE", "/mcp"),
                ("POST", "/vault/actions/status"), ("POST", "/vault/import"), ("GET", "/vault/export"),
            ]:  # fmt: skip
                answer = await there.ask(method, path, **named)
                assert answer.status == 401, (method, path, answer.body)
                assert answer.headers["www-authenticate"].startswith("Bearer")
            health = await there.ask("GET", "/health", **named)
            assert (health.status, json.loads(health.body)) == (200, {"status": "ok"})
        assert not settings.vault_path.exists()

    run(story)


def test_what_came_in_through_oauth_reaches_the_tools_and_no_other_door(settings: Settings) -> None:
    async def story() -> None:
        async with house(settings) as there:
            authority = there.authority
            wanted = AuthorizationCode(
                code="",
                scopes=["memory"],
                expires_at=0,
                client_id="claude",
                code_challenge="x",
                redirect_uri=AnyUrl("http://localhost/"),
                redirect_uri_provided_explicitly=True,
                resource=authority.resource,
            )
            code = grants.issue_code(authority.store, wanted, "Claude", time.time())
            tokens = grants.redeem_code(authority.store, wanted.model_copy(update={"code": code}), time.time())
            credential = {"authorization": f"Bearer {tokens.access_token}"}
            opening = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
            assert (await there.caller.request("POST", "/mcp", opening, LEGACY | credential)).status == 200
            for path in ("/vault/actions/status", "/vault/actions/token_new", "/vault/import"):
                assert (await there.ask("POST", path, {}, **credential)).status == 403
            assert (await there.ask("GET", "/vault/export", **credential)).status == 403
            # What is revoked by the door of our own programs is closed at once.
            assert (await there.action("connections_revoke", id="all"))["result"] == {"revoked": 1}
            assert (await there.caller.request("POST", "/mcp", opening, LEGACY | credential)).status == 401

    run(story)


def test_both_spellings_of_the_address_answer_without_a_redirect(settings: Settings) -> None:
    async def story() -> None:
        async with house(settings) as there:
            opening = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
            for path in ("/mcp", "/mcp/"):
                answer = await there.caller.request("POST", path, opening, LEGACY | there.owner)
                assert answer.status == 200
                assert answer.message["result"]["serverInfo"]["name"] == "mnemon"

    run(story)


def test_the_owner_sees_how_the_server_is(settings: Settings) -> None:
    async def story() -> None:
        async with house(settings) as there:
            await there.session()
            health = json.loads((await there.ask("GET", "/health", **there.owner)).body)
            assert health["status"] == "ok"
            assert health["sessions"] == {"live": 1, "stored": 1, "resumed": 0}
            assert health["vault_state"] == "open"
            assert health["verified_backup"] is None
            assert health["uptime_s"] >= 0

    run(story)


def test_health_answers_though_the_store_of_sessions_does_not(settings: Settings) -> None:
    async def story() -> None:
        settings.sessions_path.mkdir(parents=True)
        async with house(settings) as there:
            answer = await there.ask("GET", "/health", **there.owner)
            assert answer.status == 200
            health = json.loads(answer.body)
            assert health["sessions"]["stored"] is None
            assert health["vault_state"] == "open"

    run(story)


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"host": "evil.example"}, 421), ({"origin": "https://evil.example"}, 403), ({"origin": "null"}, 403)],
)
@pytest.mark.parametrize("era", [LEGACY, MODERN])
def test_requests_that_were_meant_for_others_are_refused(
    settings: Settings, headers: dict[str, str], status: int, era: dict[str, str]
) -> None:
    async def story() -> None:
        async with house(settings) as there:
            message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": META}}
            answer = await there.caller.request("POST", "/mcp", message, era | there.owner | headers)
            assert answer.status == status

    run(story)


def test_no_door_opens_for_a_foreign_name_or_page(settings: Settings) -> None:
    """Not only that of the protocol: a page that has its own name lead here must reach nothing."""

    async def story() -> None:
        async with house(settings) as there:
            for method, path in [
                ("GET", "/authorize"), ("GET", "/consent"), ("POST", "/token"), ("POST", "/auth/exchange"),
                ("POST", "/vault/actions/status"), ("GET", "/.well-known/oauth-protected-resource"),
            ]:  # fmt: skip
                answer = await there.ask(method, path, host="evil.example:8000", **there.owner)
                assert answer.status == 421, path
            page = await there.ask("POST", "/vault/actions/status", {}, origin="https://evil.example", **there.owner)
            assert page.status == 403

    run(story)


# --- The tools -----------------------------------------------------------------------------------------------------

# Every tool at least once, failures too.
SCRIPT: tuple[tuple[str, dict[str, Any]], ...] = (
    ("memory_save", {"title": "Tea", "content": "Tea is served at four o'clock.", "content_type": "decision"}),
    ("memory_save", {"title": "Tea", "content": "Tea is served at four o'clock."}),
    ("memory_save", {"title": "Coffee", "content": "Coffee is served at five.", "source_key": "coffee"}),
    ("memory_save", {"title": "Coffee", "content": "Coffee is served at six.", "source_key": "coffee"}),
    ("memory_save", {"title": "Later tea", "content": "Tea moves to five o'clock.", "supersedes": 1}),
    ("memory_save", {"title": "", "content": ""}),
    ("memory_search", {"query": "when is tea", "limit": 3}),
    ("memory_search", {"query": "tea", "content_type": "nonsense"}),
    ("memory_get", {"id": 2}),
    ("memory_get", {"id": 1}),
    ("memory_get", {"id": 99}),
    ("memory_timeline", {"limit": 2}),
    ("memory_related", {"id": 3}),
    ("memory_pin", {"id": 2}),
    ("memory_status", {}),
    ("memory_sweep", {}),
    ("memory_rebuild", {}),
    ("memory_check_contradictions", {"id": 2}),
    ("profile_update", {"title": "Name", "content": "The user is called Ada."}),
    ("profile_get", {}),
    ("memory_forget", {"id": 2}),
    ("memory_forget", {"id": 2}),
    ("no_such_tool", {}),
)


def test_every_tool_answers_as_it_does_over_stdio(
    settings: Settings, tmp_path: Path, serve: Callable[..., Served]
) -> None:
    """Apart from what is unique to a vault: uids, moments, the folder."""
    assert {name for name, _ in SCRIPT} >= set(TOOLS_BY_NAME)
    home = tmp_path / "other"
    home.mkdir()
    served = serve(HOME=str(home))
    served.initialize()
    local = [served.call(name, **arguments) for name, arguments in SCRIPT]
    listed = served.request("tools/list")["result"]

    async def story() -> None:
        async with house(settings) as there:
            session = await there.session()
            remote = [await there.tool(session, name, arguments) for name, arguments in SCRIPT]
            for (name, _), one, other in zip(SCRIPT, local, remote, strict=True):
                assert _plain(other, str(settings.folder)) == _plain(one, str(home / ".mnemon")), name
            message = {"jsonrpc": "2.0", "id": 9, "method": "tools/list", "params": {}}
            answer = await there.caller.request("POST", "/mcp", message, session)
            assert answer.message["result"] == listed

    run(story)


def _plain(result: dict[str, Any], folder: str) -> str:
    text = json.dumps(result, sort_keys=True).replace(folder, "FOLDER")
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}", "UID", text)
    text = re.sub(r"\b[0-9a-f]{32}\b|\b[0-9a-f]{16}\b", "SESSION", text)
    text = re.sub(r"memory-data \w+", "memory-data", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "MOMENT", text)
    return re.sub(r'"(bytes|age_days)": [\d.]+', r'"\1": 0', re.sub(r"[\d,]+ bytes", "SIZE", text))


def test_a_memory_carries_the_name_of_the_client_that_saved_it(settings: Settings) -> None:
    async def story() -> None:
        async with house(settings) as there:
            session = await there.session()
            await there.tool(session, "memory_save", {"title": "One", "content": "From a session of the older era."})
            call = {"name": "memory_save", "arguments": {"title": "Two", "content": "From the newer."}, "_meta": META}
            message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
            named = MODERN | there.owner | {"mcp-name": "memory_save"}
            assert (await there.caller.request("POST", "/mcp", message, named)).status == 200
            sources = [(await there.action("get", id=number))["result"]["memory"]["source_client"] for number in (1, 2)]
            assert sources == ["test-client", "new-client"]

    run(story)


# --- The doors for our own programs --------------------------------------------------------------------------------


def test_actions_and_their_failures_come_back_as_on_the_command_line(settings: Settings) -> None:
    async def story() -> None:
        async with house(settings) as there:
            saved = await there.action("save", title="Tea", content="Tea at four.")
            assert (saved["ok"], saved["result"]["outcome"]) == (True, "new")
            for name, parameters, status, code in [
                ("get", {"id": 99}, 404, "unknown-memory"),
                ("save", {"title": "x", "content": ""}, 409, "bad-content"),
                ("save", {"title": "x", "content": "y", "no_such": 1}, 400, "usage"),
                ("search", {"query": "x", "limit": 0}, 400, "usage"),
                ("no_such_action", {}, 400, "usage"),
                ("__init__", {}, 400, "usage"),
            ]:
                failed = await there.action(name, **parameters)
                assert (failed["status"], failed["ok"], failed["problem"]["code"]) == (status, False, code), failed
                assert failed["problem"]["exit_status"] in (1, 2)

    run(story)


def test_a_frozen_vault_says_so_and_when_to_come_back(settings: Settings) -> None:
    async def story() -> None:
        async with house(settings) as there:
            await there.action("save", title="Tea", content="Tea at four.")
            lease = (await there.action("freeze"))["result"]["lease"]
            refused = await there.ask(
                "POST", "/vault/actions/save", {"parameters": {"title": "a", "content": "b"}}, **there.owner
            )
            assert (refused.status, refused.headers["retry-after"]) == (503, "5")
            assert (await there.action("search", query="tea"))["status"] == 200
            assert (await there.action("thaw", lease=lease))["result"]["thawed"] is True

    run(story)


def test_lines_are_taken_in_once_however_often_they_are_sent(settings: Settings) -> None:
    lines = [
        {"title": "One", "content": "The first.", "uid": "0192f0c1-2345-7abc-8def-0123456789ab"},
        {"title": "Two", "content": "The second.", "uid": "0192f0c1-2345-7abc-8def-0123456789ac", "source_key": "k"},
        {"title": "Three", "content": ""},
    ]
    body = "\n".join(json.dumps(line) for line in lines).encode()

    async def story() -> None:
        async with house(settings) as there:
            told = []
            for query in ("?dry_run=1", "", ""):
                answer = await there.ask("POST", f"/vault/import{query}", body, **there.owner)
                assert answer.status == 200
                result = json.loads(answer.body)["result"]
                told.append((result["new"], result["existing"], result["refused"]))
            assert told == [(2, 0, 1), (2, 0, 1), (0, 2, 1)]
            exported = (await there.ask("GET", "/vault/export", **there.owner)).body.decode().splitlines()
            assert [json.loads(line)["uid"][-2:] for line in exported] == ["ab", "ac"]

    run(story)


# --- Bad input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe\x00",
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"jsonrpc":"2.0","id":1}',
        b'{"jsonrpc":"2.0","id":1,"method":"no/such"}',
        b'{"jsonrpc":"1.0","id":1,"method":"ping"}',
        b'{"jsonrpc":"2.0","id":' + b"9" * 5_000 + b',"method":"ping"}',
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"memory_get","arguments":{"id":1e999}}}',
    ],
    ids=lambda body: body[:24].decode("latin-1"),
)
def test_what_is_no_message_of_the_protocol_harms_nobody(settings: Settings, body: bytes) -> None:
    async def story() -> None:
        async with house(settings) as there:
            session = await there.session()
            for headers in (LEGACY | there.owner, session, MODERN | there.owner):
                answer = await there.caller.request("POST", "/mcp", body, headers)
                assert answer.status in (200, 202, 400, 404), (answer.status, answer.body)
                if answer.status == 200:
                    told = answer.message
                    assert "error" in told or told["result"].get("isError"), told
            answer = await there.ask("POST", "/vault/actions/status", body, **there.owner)
            assert answer.status in (200, 400)
            assert not (await there.tool(session, "memory_status", {})).get("isError")

    run(story)


def test_five_megabytes_are_too_much_for_every_door(settings: Settings) -> None:
    async def story() -> None:
        async with house(settings) as there:
            for path in ("/mcp", "/vault/import", "/vault/actions/save", "/token", "/register"):
                answer = await there.ask("POST", path, b"x" * 5_000_000, **(LEGACY | there.owner))
                assert answer.status == 413, path

    run(story)


@pytest.mark.parametrize(
    "changed",
    [
        {"mcp-method": "tools/list"},
        {"mcp-name": "memory_get"},
        {"mcp-protocol-version": "2099-01-01"},
        {"mcp-method": ""},
    ],
)
def test_headers_that_say_something_else_than_the_body_are_refused(settings: Settings, changed: dict[str, str]) -> None:
    async def story() -> None:
        async with house(settings) as there:
            params = {"name": "memory_status", "arguments": {}, "_meta": META}
            message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
            right = await there.caller.request("POST", "/mcp", message, MODERN | there.owner)
            assert right.status == 200
            wrong = await there.caller.request("POST", "/mcp", message, MODERN | there.owner | changed)
            assert wrong.status == 400
            assert "error" in wrong.message

    run(story)


def test_a_handler_that_is_stuck_keeps_no_healthy_one_waiting(settings: Settings) -> None:
    """Another process holds the vault's write lock: saves wait for it, and nobody else does."""

    async def story() -> None:
        async with house(settings) as there:
            session = await there.session()
            await there.tool(session, "memory_save", {"title": "Tea", "content": "Tea at four."})
            other = apsw.Connection(str(settings.vault_path))
            other.execute("BEGIN IMMEDIATE")
            answers: list[bool] = []

            async def save(number: int) -> None:
                result = await there.tool(session, "memory_save", {"title": "More", "content": f"Cup {number}."})
                answers.append(bool(result.get("isError")))

            async with anyio.create_task_group() as tasks:
                for number in range(12):
                    tasks.start_soon(save, number)
                with anyio.fail_after(5):
                    for _ in range(20):
                        found = await there.tool(session, "memory_search", {"query": "tea"})
                        assert found["structuredContent"]["memories"]
                        assert (await there.ask("GET", "/health")).status == 200
                assert answers == []
                other.execute("COMMIT")
            other.close()
            assert answers == [False] * 12

    run(story)
