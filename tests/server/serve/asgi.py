"""Requests straight into an ASGI application, in the test's own event loop: no socket, no thread."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from starlette.types import ASGIApp, Message

LEGACY = {
    "accept": "application/json, text/event-stream",
    "content-type": "application/json",
    "mcp-protocol-version": "2025-11-25",
}


class Answer:
    """What came back: status, headers, body as text, and the JSON-RPC message in it, be it JSON or an event."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.started = anyio.Event()

    @property
    def message(self) -> dict[str, Any]:
        text = self.body.decode()
        for line in text.splitlines():
            if line.startswith("data:") and line[5:].strip():
                return dict(json.loads(line[5:]))
        return dict(json.loads(text))

    @property
    def structured(self) -> dict[str, Any]:
        return dict(self.message["result"]["structuredContent"])


class Caller:
    """One client of an application. `user` is put into the scope, as the bearer check would."""

    def __init__(self, app: ASGIApp, user: Any = None, host: str = "127.0.0.1:8000") -> None:
        self.app = app
        self.user = user
        self.host = host

    async def request(
        self, method: str, path: str, content: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        async with self.open(method, path, content, headers) as answer:
            pass
        return answer

    async def post(self, message: dict[str, Any], session: str | None = None, **headers: str) -> Answer:
        named = {"mcp-session-id": session} if session else {}
        return await self.request("POST", "/mcp", message, LEGACY | named | headers)

    @asynccontextmanager
    async def open(
        self, method: str, path: str, content: Any = None, headers: dict[str, str] | None = None, until_end: bool = True
    ) -> AsyncIterator[Answer]:
        """An answer that has begun; leaving the block waits for its end, or hangs up first unless `until_end`."""
        body = content if isinstance(content, bytes) else b"" if content is None else json.dumps(content).encode()
        named = {"host": self.host} | (headers or {})
        path, _, query = path.partition("?")
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in named.items()],
            "client": ("127.0.0.1", 40_000),
            "server": ("127.0.0.1", 8_000),
            "state": {},
        }
        if self.user is not None:
            scope["user"] = self.user
        answer, gone, sent = Answer(), anyio.Event(), False

        async def receive() -> Message:
            nonlocal sent
            if not sent:
                sent = True
                return {"type": "http.request", "body": body, "more_body": False}
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(event: Message) -> None:
            if event["type"] == "http.response.start":
                answer.status = event["status"]
                answer.headers = {name.decode().lower(): value.decode() for name, value in event["headers"]}
                answer.started.set()
            else:
                answer.body += event.get("body", b"")
                if not event.get("more_body"):
                    gone.set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.app, scope, receive, send)
            with anyio.fail_after(20):
                await answer.started.wait()
            yield answer
            if not until_end:
                gone.set()


@asynccontextmanager
async def lifespan(app: ASGIApp) -> AsyncIterator[None]:
    """The application started, and ended when the block is left."""
    events: list[Message] = [{"type": "lifespan.startup"}]
    started, ending, ended = anyio.Event(), anyio.Event(), anyio.Event()

    async def receive() -> Message:
        if events:
            return events.pop()
        await ending.wait()
        return {"type": "lifespan.shutdown"}

    async def send(event: Message) -> None:
        assert event["type"] in ("lifespan.startup.complete", "lifespan.shutdown.complete"), event
        (started if event["type"] == "lifespan.startup.complete" else ended).set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(app, {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
        with anyio.fail_after(20):
            await started.wait()
        try:
            yield
        finally:
            ending.set()
            with anyio.fail_after(20, shield=True):
                await ended.wait()
