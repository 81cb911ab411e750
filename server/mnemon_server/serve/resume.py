"""Sessions that survive the process, as a layer around the SDK's endpoint that uses nothing private of it.

Every session id we hand out is kept (as a hash, with what the client said in `initialize` and whose credential it
was). A known id that reaches a process which does not have the session is resumed: the kept `initialize` is replayed
inside, and from then on the client's id stands for the new one on the way in and out.
"""

from __future__ import annotations

import json
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import anyio
import anyio.to_thread
import apsw
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser, authorization_context
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnemon_server.auth.sessions import KeptSession, SessionStore, hashed
from mnemon_server.errors import MnemonError
from mnemon_server.serve.answers import refusal
from mnemon_server.serve.exchange import (
    Exchange,
    body_of,
    is_notification,
    message_of,
    replayed,
    unknown_session,
    with_session,
)
from mnemon_server.serve.handshake import NotNow, shake_hands
from mnemon_server.serve.mcp_server import SESSION_NAME

_ID = b"mcp-session-id"
_LARGEST_PARAMETERS = 64_000  # bytes of `initialize` that are kept
_MOST_LIVE = 20_000
_RECENT = 1_800.0  # seconds
_log = logging.getLogger("mnemon")
Found = TypeVar("Found")


@dataclass
class _Live:
    """A session that this process has, under the id it has in here, which is another than the client's once resumed."""

    inner: str
    owner: str
    used: float


class ResumingSessions:
    """An ASGI application around the SDK's Streamable HTTP endpoint. It belongs inside the bearer check."""

    def __init__(self, app: ASGIApp, store: SessionStore) -> None:
        self._app = app
        self._store = store
        self._live: OrderedDict[str, _Live] = OrderedDict()
        self._locks: WeakValueDictionary[str, anyio.Lock] = WeakValueDictionary()
        self.resumed = 0

    @property
    def live(self) -> int:
        """Sessions of this process that were used in the last half hour."""
        then = time.monotonic() - _RECENT
        return sum(1 for live in self._live.values() if live.used >= then)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        version = headers.get("mcp-protocol-version")
        if version is not None and version not in HANDSHAKE_PROTOCOL_VERSIONS:
            await self._app(scope, receive, send)  # the modern era has no sessions
            return
        session_id = headers.get("mcp-session-id")
        if session_id is not None:
            await self._within_or_later(session_id, scope, receive, send)
        elif scope["method"] == "POST":
            await self._opening(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    # --- A request that may open a session -------------------------------------------------------------------------

    async def _opening(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await body_of(receive)
        message = message_of(body)
        if is_notification(message):
            # Seen from claude.ai: `notifications/initialized` without the id. There is nothing to do for it.
            await Response(status_code=202)(scope, receive, send)
            return

        async def keeping(event: Message) -> None:
            # Only a 200 to `initialize` makes a session: the SDK's refusals carry the id of a dead one.
            if event["type"] == "http.response.start" and event["status"] == 200:
                opened = dict(event["headers"]).get(_ID)
                if opened is not None and message.get("method") == "initialize":
                    await self._keep(opened.decode(), message.get("params"), principal(scope))
            await send(event)

        await self._app(scope, replayed(body, receive), keeping)

    async def _keep(self, session_id: str, parameters: Any, owner: str) -> None:  # Any: JSON, from the client
        self._put_live(session_id, _Live(session_id, owner, time.monotonic()))
        version = parameters.get("protocolVersion") if isinstance(parameters, dict) else None
        if not isinstance(version, str) or len(json.dumps(parameters)) > _LARGEST_PARAMETERS:
            return  # an `initialize` that was answered with an error, though by a 200
        kept = KeptSession(version, parameters, owner)
        await self._ask_store(lambda: self._store.put(session_id, kept), None)

    # --- A request within a session --------------------------------------------------------------------------------

    async def _within_or_later(self, session_id: str, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._within(session_id, scope, receive, send)
        except NotNow:
            busy = refusal(503, "server-busy", "the session cannot be resumed at this moment", retry_after=2)
            await busy(scope, receive, send)

    async def _within(self, session_id: str, scope: Scope, receive: Receive, send: Send) -> None:
        live = await self._found(session_id, scope)
        if live is None:
            await unknown_session(scope, receive, send)
            return
        if scope["method"] == "DELETE":
            await self._ending(session_id, live, scope, receive, send)
            return
        body = await body_of(receive) if scope["method"] == "POST" else None
        exchange = await self._forward(session_id, live, scope, body, receive, send)
        if exchange.held:
            # The SDK has dropped it in the meantime, for having been idle: once more, with a fresh one.
            again = await self._found(session_id, scope, instead_of=live)
            if again is None:
                await exchange.release()
                return
            exchange = await self._forward(session_id, again, scope, body, receive, send, is_last=True)
        if exchange.status < 400 and self._store.is_due(session_id):
            await self._ask_store(lambda: self._store.note_use(session_id), None)

    async def _found(self, session_id: str, scope: Scope, instead_of: _Live | None = None) -> _Live | None:
        """The session in this process, resumed if need be; None for one that is unknown, ended or somebody else's."""
        live = self._live.get(session_id)
        if live is None or live is instead_of:
            async with self._lock_of(session_id):
                live = self._live.get(session_id)  # somebody else may have resumed it while we waited
                if live is None or live is instead_of:
                    self._live.pop(session_id, None)
                    live = await self._resume(session_id, scope)
        if live is None or live.owner != principal(scope):
            return None
        live.used = time.monotonic()
        self._live.move_to_end(session_id)
        return live

    async def _resume(self, session_id: str, scope: Scope) -> _Live | None:
        kept = await self._kept(session_id)
        if kept is None or kept.owner != principal(scope):
            return None
        inner = await shake_hands(self._app, scope, kept)
        if inner is None:
            return None
        live = _Live(inner, kept.owner, time.monotonic())
        self._put_live(session_id, live)
        self.resumed += 1
        return live

    async def _kept(self, session_id: str) -> KeptSession | None:
        """Unlike elsewhere a store in trouble is told of: a client that is sent a 404 gives its session up."""
        try:
            return await anyio.to_thread.run_sync(self._store.find, session_id)
        except (apsw.Error, OSError, MnemonError) as trouble:
            _log.warning("the store of sessions failed: %s", type(trouble).__name__)
            raise NotNow from None

    async def _forward(
        self,
        session_id: str,
        live: _Live,
        scope: Scope,
        body: bytes | None,
        receive: Receive,
        send: Send,
        is_last: bool = False,
    ) -> Exchange:
        exchange = Exchange(
            send,
            rename=(live.inner, session_id) if live.inner != session_id else None,
            hold=None if is_last else 404,
        )
        inbound = receive if body is None else replayed(body, receive)
        named = {**scope, SESSION_NAME: hashed(session_id).hex()[:16]}
        await self._app(with_session(named, live.inner), inbound, exchange.send)
        return exchange

    async def _ending(self, session_id: str, live: _Live, scope: Scope, receive: Receive, send: Send) -> None:
        """DELETE is final: nothing resumes the session between the SDK's answer and ours."""
        async with self._lock_of(session_id):
            exchange = Exchange(send, rename=(live.inner, session_id), hold=...)
            await self._app(with_session(scope, live.inner), receive, exchange.send)
            if exchange.status < 300 or exchange.status == 404:
                self._live.pop(session_id, None)
                if not await self._ask_store(lambda: self._is_ended(session_id), False):
                    busy = refusal(503, "not-ended", "the session could not be ended for good", retry_after=5)
                    await busy(scope, receive, send)
                    return
        if exchange.status == 404:  # the SDK had dropped it already; now it is gone for good, as asked
            await Response(status_code=200)(scope, receive, send)
            return
        await exchange.release()

    # --- Small things ----------------------------------------------------------------------------------------------

    def _lock_of(self, session_id: str) -> anyio.Lock:
        return self._locks.setdefault(session_id, anyio.Lock())

    def _put_live(self, session_id: str, live: _Live) -> None:
        self._live[session_id] = live
        while len(self._live) > _MOST_LIVE:
            self._live.popitem(last=False)  # it is resumed when it comes back

    def _is_ended(self, session_id: str) -> bool:
        self._store.end(session_id)
        return True

    async def _ask_store(self, ask: Callable[[], Found], otherwise: Found) -> Found:
        """A store in trouble (a full disk, say) costs resuming, never the request."""
        try:
            return await anyio.to_thread.run_sync(ask)
        except (apsw.Error, OSError, MnemonError) as trouble:
            _log.warning("the store of sessions failed: %s", type(trouble).__name__)
            return otherwise


def principal(scope: Scope) -> str:
    """Names the credential's owner as the SDK does: a session may be used by whoever opened it, and nobody else."""
    user = scope.get("user")
    context = authorization_context(user) if isinstance(user, AuthenticatedUser) else None
    return json.dumps(context, sort_keys=True)
