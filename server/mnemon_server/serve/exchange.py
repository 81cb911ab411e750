"""One request and its answer, as the layers around the SDK's endpoint see them."""

from __future__ import annotations

import json
from types import EllipsisType
from typing import Any

import anyio
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

_ID = b"mcp-session-id"


class Exchange:
    """Watches an answer go by. `rename` puts the second id for the first into its header. `hold` keeps an answer of
    that status back (`...`: any) until `release`."""

    def __init__(
        self, send: Send, rename: tuple[str, str] | None = None, hold: int | EllipsisType | None = None
    ) -> None:
        self._send = send
        self._rename = rename
        self._hold = hold
        self._answered = anyio.Event()
        self.status = 500
        self.headers = Headers()
        self.held: list[Message] = []

    async def send(self, event: Message) -> None:
        """The `send` to hand inwards."""
        if event["type"] == "http.response.start":
            self.status = event["status"]
            self.headers = Headers(raw=[(bytes(name), bytes(value)) for name, value in event["headers"]])
            if self._rename is not None:
                event = {**event, "headers": self._renamed(event)}
        elif not event.get("more_body"):
            self._answered.set()
        if self.held or self._is_to_be_held(event):
            self.held.append(event)
        else:
            await self._send(event)

    async def release(self) -> None:
        """Send what was held back."""
        held, self.held = self.held, []
        for event in held:
            await self._send(event)

    def until_answered(self, body: bytes) -> Receive:
        """The `receive` of a request that nobody sent: its body, and a disconnect once it is answered."""
        is_read = False

        async def receive() -> Message:
            nonlocal is_read
            if not is_read:
                is_read = True
                return {"type": "http.request", "body": body, "more_body": False}
            await self._answered.wait()
            return {"type": "http.disconnect"}

        return receive

    def _is_to_be_held(self, event: Message) -> bool:
        return event["type"] == "http.response.start" and self._hold in (..., event["status"])

    def _renamed(self, event: Message) -> list[tuple[bytes, bytes]]:
        assert self._rename is not None
        inner, outer = (each.encode() for each in self._rename)
        return [(name, outer if name.lower() == _ID and value == inner else value) for name, value in event["headers"]]


async def body_of(receive: Receive) -> bytes:
    """The whole body; its length was bounded further out. What came until a disconnect, when there is one."""
    parts: list[bytes] = []
    while True:
        event = await receive()
        if event["type"] != "http.request":
            break
        parts.append(event.get("body", b""))
        if not event.get("more_body"):
            break
    return b"".join(parts)


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives `body` first, then what still comes (a disconnect)."""
    is_read = False

    async def again() -> Message:
        nonlocal is_read
        if not is_read:
            is_read = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again


def message_of(body: bytes) -> dict[str, Any]:  # Any: JSON
    """The JSON object that a body is; an empty one for what is none."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def is_notification(message: dict[str, Any]) -> bool:
    """Whether a message of the protocol wants no answer."""
    method = message.get("method")
    return "id" not in message and isinstance(method, str) and method.startswith("notifications/")


def with_session(scope: Scope, session_id: str) -> Scope:
    """The same request in another session."""
    headers = [(name, session_id.encode() if name == _ID else value) for name, value in scope["headers"]]
    return {**scope, "headers": headers}


async def unknown_session(scope: Scope, receive: Receive, send: Send) -> None:
    """The answer to an id that is nobody's, in the protocol's own words."""
    error = {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "Session not found"}}
    await JSONResponse(error, status_code=404)(scope, receive, send)
