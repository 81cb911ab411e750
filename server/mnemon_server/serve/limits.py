"""What one request may take: so many bytes, so long to send them, and a place among a bounded number."""

from __future__ import annotations

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnemon_server.serve.answers import refusal
from mnemon_server.serve.exchange import replayed

LARGEST_BODY = 2 * 1024 * 1024  # bytes; a memory of the longest kind takes 1.3 MB as JSON
LARGEST_FORM = 64 * 1024  # bytes, for those who have shown no credential
SLOWEST_BODY = 30.0  # seconds
BEHIND_THE_BEARER = ("/mcp", "/vault/")


class BoundedBody:
    """Reads the whole body before anything further in looks at it: 413 when it is too long, 408 when it does not come.
    Paths that begin with one of `passing` are bounded elsewhere."""

    def __init__(
        self, app: ASGIApp, largest: int, slowest: float = SLOWEST_BODY, passing: tuple[str, ...] = ()
    ) -> None:
        self._app = app
        self._largest = largest
        self._slowest = slowest
        self._passing = passing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_no_body = scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS")
        if has_no_body or scope["path"].startswith(self._passing):
            await self._app(scope, receive, send)
            return
        largest = self._largest
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:20]) > largest:
            await refusal(413, "too-large", f"a request here has at most {largest:,} bytes")(scope, receive, send)
            return
        body = None
        with anyio.move_on_after(self._slowest) as waiting:
            body = await _read(receive, largest)
        if body is None and not waiting.cancelled_caught:
            return  # whoever hung up half-way has asked for nothing
        if body is None:
            await refusal(408, "too-slow", "the request did not come in time")(scope, receive, send)
        elif len(body) > largest:
            await refusal(413, "too-large", f"a request here has at most {largest:,} bytes")(scope, receive, send)
        else:
            await self._app(scope, replayed(body, receive), send)


async def _read(receive: Receive, largest: int) -> bytes | None:
    """None when the other side hangs up before the end."""
    parts, length = list[bytes](), 0
    while length <= largest:
        event = await receive()
        if event["type"] != "http.request":
            return None
        parts.append(event.get("body", b""))
        length += len(parts[-1])
        if not event.get("more_body"):
            break
    return b"".join(parts)


class BoundedConcurrency:
    """So many requests at once; the next ones are told to come back. Streams (GET) have a bound of their own."""

    def __init__(self, app: ASGIApp, requests: int, streams: int) -> None:
        self._app = app
        self._bounds = {False: requests, True: streams}
        self._current = {False: 0, True: 0}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_stream = scope["method"] == "GET"
        if self._current[is_stream] >= self._bounds[is_stream]:
            busy = refusal(503, "server-busy", "the server is answering as many requests as it can", retry_after=1)
            await busy(scope, receive, send)
            return
        self._current[is_stream] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._current[is_stream] -= 1


class KnownHosts:
    """Refuses a Host that is not ours (421) and, where a browser has no business, a foreign Origin (403)."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], origins: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A platform's health check comes by address.
        if scope["type"] != "http" or scope["path"] == "/health":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not is_listed(headers.get("host", "").lower(), self._hosts):
            await refusal(421, "unknown-host", "this server is not the one that was asked for")(scope, receive, send)
            return
        origin = headers.get("origin")
        if (
            origin is not None
            and scope["path"].startswith(BEHIND_THE_BEARER)
            and not is_listed(origin.lower(), self._origins)
        ):
            await refusal(403, "foreign-origin", "web pages may not talk to this server")(scope, receive, send)
            return
        await self._app(scope, receive, send)


def is_listed(value: str, known: frozenset[str]) -> bool:
    """Whether `value` is one of `known`, or has a port where a known one ends in `:*`."""
    host, _, port = value.rpartition(":")
    return value in known or (port.isdigit() and f"{host}:*" in known)


class NoSurprises:
    """Headers for every answer: nothing of ours is sniffed, framed, kept by a cache or told to the next site."""

    _ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
    _UNLESS_SAID = ((b"cache-control", b"no-store"),)

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(event: Message) -> None:
            if event["type"] == "http.response.start":
                there = {name.lower() for name, _ in event["headers"]}
                more = [pair for pair in (*self._ALWAYS, *self._UNLESS_SAID) if pair[0] not in there]
                event = {**event, "headers": [*event["headers"], *more]}
            await send(event)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
