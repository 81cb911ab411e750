"""What one request may take, and which ones are not for us."""

from __future__ import annotations

import json

import anyio
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.server.serve.asgi import Caller

from mnemon_server.serve.access_log import shown_path
from mnemon_server.serve.limits import BoundedBody, BoundedConcurrency, KnownHosts


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


def ask(app: ASGIApp, method: str, path: str, content: bytes = b"", **headers: str) -> tuple[int, bytes]:
    async def story() -> tuple[int, bytes]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await Caller(app, host=named.pop("host", "memory.example")).request(method, path, content, named)
        return answer.status, answer.body

    return anyio.run(story)


@pytest.mark.parametrize(("size", "status"), [(1_000, 200), (1_001, 413), (5_000_000, 413)])
def test_a_body_has_a_largest_size(size: int, status: int) -> None:
    """Whether it says how long it is or not; the second kind is cut off, never read whole."""
    app = BoundedBody(echo, largest=1_000)
    assert ask(app, "POST", "/token", b"x" * size)[0] == status
    assert ask(app, "POST", "/token", b"x" * size, content_length=str(size))[0] == status


def test_what_is_bounded_elsewhere_passes() -> None:
    app = BoundedBody(echo, largest=10, passing=("/mcp",))
    assert [ask(app, "POST", path, b"x" * 11)[0] for path in ("/mcp", "/register")] == [200, 413]


def test_a_length_that_is_none_is_no_way_around(capsys: pytest.CaptureFixture[str]) -> None:
    for length in ("-1", "1e9", "²", "9" * 400):
        assert ask(BoundedBody(echo, largest=10), "POST", "/mcp", b"x" * 11, content_length=length)[0] == 413


def test_half_a_body_is_nobodys_request() -> None:
    """Whoever hangs up while sending must not have the first half carried out."""

    async def story() -> list[Message]:
        scope = {"type": "http", "method": "POST", "path": "/vault/import", "headers": []}
        events: list[Message] = [
            {"type": "http.request", "body": b"half", "more_body": True},
            {"type": "http.disconnect"},
        ]
        sent, reached = list[Message](), list[str]()

        async def receive() -> Message:
            return events.pop(0)

        async def send(event: Message) -> None:
            sent.append(event)

        async def inner(scope: Scope, receive: Receive, send: Send) -> None:
            reached.append(scope["path"])

        await BoundedBody(inner, largest=10)(scope, receive, send)
        assert reached == []
        return sent

    assert anyio.run(story) == []


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def story() -> int:
        scope = {"type": "http", "method": "POST", "path": "/mcp", "headers": []}
        statuses = []

        async def never() -> Message:
            await anyio.sleep_forever()
            raise AssertionError

        async def send(event: Message) -> None:
            statuses.append(event.get("status"))

        await BoundedBody(echo, largest=10, slowest=0.01)(scope, never, send)
        return int(statuses[0] or 0)

    assert anyio.run(story) == 408


def test_one_request_too_many_is_told_to_come_back_and_a_stuck_one_keeps_nobody_else() -> None:
    async def story() -> None:
        release, arrived = anyio.Event(), anyio.Event()

        async def stuck(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["path"] == "/stuck":
                arrived.set()
                await release.wait()
            await echo(scope, receive, send)

        caller = Caller(BoundedConcurrency(stuck, requests=2, streams=1))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(caller.request, "POST", "/stuck")
            await arrived.wait()
            assert (await caller.request("POST", "/healthy")).status == 200
            arrived = anyio.Event()
            tasks.start_soon(caller.request, "POST", "/stuck")
            await arrived.wait()
            refused = await caller.request("POST", "/healthy")
            assert (refused.status, refused.headers["retry-after"]) == (503, "1")
            assert json.loads(refused.body)["problem"]["code"] == "server-busy"
            assert (await caller.request("GET", "/stream")).status == 200
            release.set()
        assert (await caller.request("POST", "/healthy")).status == 200

    anyio.run(story)


HOSTS = frozenset({"memory.example", "localhost", "localhost:*"})
ORIGINS = frozenset({"http://localhost:*"})


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("memory.example", "/mcp", 200),
        ("MEMORY.example", "/mcp", 200),
        ("localhost:1234", "/mcp", 200),
        ("localhost:evil", "/mcp", 421),
        ("localhost.evil.example:80", "/mcp", 421),
        ("evil.example", "/authorize", 421),
        ("memory.example:8000", "/mcp", 421),
        ("", "/mcp", 421),
        ("10.0.0.7:8000", "/health", 200),
    ],
)
def test_only_requests_for_us_are_answered(host: str, path: str, status: int) -> None:
    assert ask(KnownHosts(echo, HOSTS, ORIGINS), "POST", path, host=host)[0] == status


@pytest.mark.parametrize(
    ("origin", "path", "status"),
    [
        ("http://localhost:6274", "/mcp", 200),
        ("https://evil.example", "/mcp", 403),
        ("null", "/vault/actions/search", 403),
        ("http://localhost.evil.example:80", "/mcp", 403),
        ("https://evil.example", "/.well-known/oauth-authorization-server", 200),
    ],
)
def test_a_foreign_page_may_not_talk_to_the_vault(origin: str, path: str, status: int) -> None:
    assert ask(KnownHosts(echo, HOSTS, ORIGINS), "POST", path, origin=origin)[0] == status


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/mcp", "/mcp"),
        ("/vault/actions/search", "/vault/actions/search"),
        ("/vault/actions/mnemon_d_Zm9vYmFyYmF6cXV4", "other"),
        ("/mnemon_d_secret", "other"),
        ("/vault/actions/", "other"),
    ],
)
def test_the_log_shows_no_path_that_somebody_made_up(path: str, shown: str) -> None:
    assert shown_path(path) == shown
