"""A kept `initialize`, said once more inside: the SDK's endpoint opens a session for a client that has one already."""

from __future__ import annotations

import json
from typing import Any

import anyio
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Scope

from mnemon_server.auth.sessions import KeptSession
from mnemon_server.serve.exchange import Exchange

_PATIENCE = 10.0  # seconds


class NotNow(Exception):
    """The session is a good one, and cannot be resumed at this moment."""


async def shake_hands(app: ASGIApp, scope: Scope, kept: KeptSession) -> str | None:
    """The id of a fresh session for the client that sent the request in `scope`; None when the endpoint takes such an
    opening no more.

    Raises:
        NotNow: the endpoint is full, fails, or does not answer in time.
    """
    with anyio.move_on_after(_PATIENCE):
        return await _opened(app, scope, kept)
    raise NotNow


async def _opened(app: ASGIApp, scope: Scope, kept: KeptSession) -> str | None:
    opening = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": kept.initialize}
    status, headers = await _call(app, scope, {}, opening)
    if status >= 500 or status == 429:
        raise NotNow
    inner = headers.get("mcp-session-id")
    if status != 200 or inner is None:
        return None
    extra = {"mcp-session-id": inner, "mcp-protocol-version": kept.version}
    if kept.version not in HANDSHAKE_PROTOCOL_VERSIONS:
        del extra["mcp-protocol-version"]
    await _call(app, scope, extra, {"jsonrpc": "2.0", "method": "notifications/initialized"})
    return inner


async def _call(
    app: ASGIApp, scope: Scope, extra: dict[str, str], message: dict[str, Any]
) -> tuple[int, Headers]:  # Any: JSON
    """One message of ours, with the Host, Origin and credential of the request that made it due."""
    ours = {"accept": "application/json, text/event-stream", "content-type": "application/json", **extra}
    kept = [
        (name, value)
        for name, value in scope["headers"]
        if not name.startswith(b"mcp-") and name.decode("latin-1") not in (*ours, "content-length", "last-event-id")
    ]
    headers = kept + [(name.encode(), value.encode()) for name, value in ours.items()]
    exchange = Exchange(_nowhere)
    inbound = exchange.until_answered(json.dumps(message).encode())
    await app({**scope, "method": "POST", "headers": headers}, inbound, exchange.send)
    return exchange.status, exchange.headers


async def _nowhere(event: Message) -> None:
    return
