"""The HTTP server as an ASGI application: who may talk to it, what it takes, and what is behind each path.

From the outside in: a log line per request, headers for every answer, known hosts only, bounded bodies, the bearer;
then the MCP endpoint with sessions that outlive the process, the doors for our own programs, health, OAuth.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio.to_thread
from mcp.server import Server
from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend, RequireAuthMiddleware
from mcp.server.streamable_http import EventStore
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import AnyHttpUrl
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from mnemon_server.auth.authority import Authority
from mnemon_server.auth.routes import auth_routes
from mnemon_server.auth.sessions import SessionStore
from mnemon_server.serve import answers
from mnemon_server.serve.access_log import AccessLog
from mnemon_server.serve.endpoints import vault_routes
from mnemon_server.serve.health import Health
from mnemon_server.serve.limits import (
    BEHIND_THE_BEARER,
    LARGEST_BODY,
    LARGEST_FORM,
    BoundedBody,
    BoundedConcurrency,
    KnownHosts,
    NoSurprises,
)
from mnemon_server.serve.mcp_server import build
from mnemon_server.serve.resume import ResumingSessions
from mnemon_server.serve.service import Service

REQUESTS, STREAMS = 48, 200  # at once
_WORKERS = REQUESTS + 16  # threads: a request that has a place never waits for one
SESSION_IDLE = 900.0  # seconds until a session leaves memory; it is resumed when it comes back
_MOST_SESSIONS = 2_000  # in memory at once


@dataclass(frozen=True)
class Doors:
    """Where the server can be reached: its public address, and the Host and Origin values that are ours."""

    public_url: str
    hosts: frozenset[str]
    origins: frozenset[str]

    @property
    def resource(self) -> str:
        return f"{self.public_url}/mcp"


@dataclass(frozen=True)
class Tuning:
    """What tests and fixtures set otherwise."""

    session_idle: float | None = SESSION_IDLE
    requests: int = REQUESTS
    streams: int = STREAMS
    slowest_body: float = 30.0
    event_store: EventStore | None = None
    retry_interval: int | None = None


def build_app(
    service: Service, authority: Authority, sessions: SessionStore, doors: Doors, tuning: Tuning | None = None
) -> Starlette:
    """The whole server over one vault. Its lifespan ends with the vault closed and the WAL written back."""
    mcp_server = build(service.desk())
    return stack(mcp_server, authority, sessions, doors, tuning or Tuning(), service)


def stack(
    mcp_server: Server[Any],  # Any: the SDK's type of lifespan state
    authority: Authority,
    sessions: SessionStore,
    doors: Doors,
    tuning: Tuning,
    service: Service | None = None,
) -> Starlette:
    """Any MCP server in the layers of ours; without a `service` there is no vault behind it."""
    endpoint = StreamableHTTPSessionManager(
        mcp_server,
        event_store=tuning.event_store,
        retry_interval=tuning.retry_interval,
        session_idle_timeout=tuning.session_idle,
        max_sessions=_MOST_SESSIONS,
        security_settings=TransportSecuritySettings(
            allowed_hosts=sorted(doors.hosts), allowed_origins=sorted(doors.origins)
        ),
    )
    resuming = ResumingSessions(StreamableHTTPASGIApp(endpoint), sessions)
    health = Health(service, sessions, resuming)
    bounded = _bounded(resuming, tuning)
    routes: list[BaseRoute] = [
        *(
            Route(path, endpoint=_required(_Once(health, bounded), ["memory"], authority, doors))
            for path in ("/mcp", "/mcp/")
        ),
        Route("/health", health.answer, methods=["GET", "HEAD"]),
        *auth_routes(authority),
    ]
    if service is not None:
        inner = _bounded(Router(vault_routes(service), redirect_slashes=False), tuning)
        routes.append(Mount("/vault", app=_required(_Once(health, inner), ["memory", "owner"], authority, doors)))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _WORKERS
        async with AsyncExitStack() as leaving:
            leaving.callback(sessions.close)
            if service is not None:
                leaving.callback(service.close)
            await leaving.enter_async_context(endpoint.run())
            if service is not None:
                service.start()
            health.is_open = True
            yield
            health.is_open = False

    app = Starlette(routes=routes, lifespan=lifespan, middleware=_middleware(authority, doors, tuning))
    app.router.redirect_slashes = False
    return app


def _middleware(authority: Authority, doors: Doors, tuning: Tuning) -> Sequence[Middleware]:
    backend = BearerAuthBackend(authority, resource_server_url=AnyHttpUrl(doors.resource))
    return [
        Middleware(AccessLog),
        Middleware(NoSurprises),
        Middleware(KnownHosts, hosts=doors.hosts, origins=doors.origins),
        Middleware(BoundedBody, largest=LARGEST_FORM, slowest=tuning.slowest_body, passing=BEHIND_THE_BEARER),
        Middleware(AuthenticationMiddleware, backend=backend, on_error=_no_authentication),
        Middleware(AuthContextMiddleware),
    ]


def _no_authentication(connection: HTTPConnection, trouble: Exception) -> Response:
    return answers.refusal(401, "unauthorized", "the credential could not be read")


def _bounded(app: ASGIApp, tuning: Tuning) -> ASGIApp:
    """Inside the bearer check: whoever has none gets no megabyte read and takes nobody's place."""
    return BoundedBody(BoundedConcurrency(app, tuning.requests, tuning.streams), LARGEST_BODY, tuning.slowest_body)


def _required(app: ASGIApp, scopes: list[str], authority: Authority, doors: Doors) -> ASGIApp:
    metadata = f"{doors.public_url}/.well-known/oauth-protected-resource/mcp"
    required = RequireAuthMiddleware(app, scopes, AnyHttpUrl(metadata) if authority.has_oauth else None)
    return _Watched(required, authority)


class _Once:
    """Nobody gets at the vault before it was brought here: whoever did would make an empty one."""

    def __init__(self, health: Health, app: ASGIApp) -> None:
        self._health = health
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._health.state == "seeding":
            message = "the vault is being brought here from its backup"
            await answers.refusal(503, "seeding", message, retry_after=5)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class _Watched:
    """Notes in the log of attempts who comes without a credential. (A class: Starlette would take a function for one
    that wants a request.)"""

    def __init__(self, app: ASGIApp, authority: Authority) -> None:
        self._app = app
        self._authority = authority

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["user"].is_authenticated:
            has_one = "authorization" in Headers(scope=scope)
            await self._authority.note_refused("unknown credential" if has_one else "no credential")
        await self._app(scope, receive, send)
