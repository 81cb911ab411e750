"""One client that speaks MCP through a pump: its messages in frames, the session the SDK's as on standard input."""

from __future__ import annotations

import asyncio
import gc
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Any, cast

from mnemon_server.errors import VaultRefused
from mnemon_server.projects import repository_of
from mnemon_server.resident.frames import MESSAGE
from mnemon_server.serve.elsewhere import Elsewhere
from mnemon_server.serve.following import Following, Place
from mnemon_server.serve.resident.answering import Answering
from mnemon_server.serve.resident.channel import BadFrame, Channel
from mnemon_server.serve.resident.presence import Caller, Presence
from mnemon_server.settings import Settings
from mnemon_server.tools.surface import Desk

MOST_UNANSWERED = 32  # of one client; then it is not listened to until it has an answer
WORKERS = 16  # threads for the calls of all clients together
_PAUSE = 1.0  # seconds
_log = logging.getLogger("mnemon")


def read_in() -> None:
    """Import the SDK, which takes half a second: once, in a worker thread, so that hooks are answered meanwhile."""
    # Its models are a quarter of a million objects that live until the end: collecting garbage while they are made only
    # costs time.
    gc.disable()
    try:
        import mcp.server.stdio  # noqa: F401

        import mnemon_server.serve.mcp_server  # noqa: F401
    finally:
        gc.freeze()
        gc.enable()


def place_of(
    answering: Answering, presence: Presence, caller: Caller, environment: Mapping[str, str], folder: str
) -> Following:
    """Where the calls of one client are answered.

    Raises:
        MnemonError: its settings cannot be used.
    """
    session, project = uuid.uuid4().hex, repository_of(folder)

    def at_home(settings: Settings) -> Place:
        vault = answering.rooms.enter(settings)

        def perform(action: str, parameters: dict[str, Any], client: str, _: str) -> dict[str, Any]:  # Any: JSON
            if not answering.is_at_home():
                raise VaultRefused(f"the vault's folder {settings.folder} is gone, or another one by now")
            return vault.perform(action, parameters, client, session, project)

        def leave() -> None:
            answering.rooms.leave(vault)

        return Place(Desk(_noted(perform, presence, caller)), leave, leave)

    def make(settings: Settings) -> Place:
        if not settings.remote:
            return at_home(settings)
        elsewhere = Elsewhere(settings, session, project, environment)
        desk = Desk(_noted(elsewhere.desk().perform, presence, caller))
        return Place(desk, elsewhere.close, lambda: None)

    def load() -> Settings:
        return answering.settings(environment)

    return Following(load(), load, make)


async def converse(channel: Channel, desk: Desk, presence: Presence) -> None:
    """Until the client hangs up."""
    import anyio.to_thread
    from mcp.server.stdio import stdio_server

    from mnemon_server.serve.mcp_server import build

    anyio.to_thread.current_default_thread_limiter().total_tokens = WORKERS
    server = build(desk)
    # The SDK takes whatever is read line by line and written to; these are frames.
    unanswered = Unanswered()
    coming, going = cast(Any, _Coming(channel, presence, unanswered)), cast(Any, _Going(channel, unanswered))
    try:
        async with stdio_server(coming, going) as (read_stream, write_stream):
            await server.run(read_stream, write_stream, server.create_initialization_options())
    except* (OSError, BadFrame) as gone:
        _log.info("a client's connection broke: %s", gone.exceptions[0])


def _noted(
    perform: Callable[[str, dict[str, Any], str, str], dict[str, Any]], presence: Presence, caller: Caller
) -> Callable[[str, dict[str, Any], str, str], dict[str, Any]]:  # Any: JSON
    def noting(action: str, parameters: dict[str, Any], client: str, session: str) -> dict[str, Any]:  # Any: JSON
        caller.name = client
        with presence.working():
            return perform(action, parameters, client, session)

    return noting


class Unanswered:
    """How much of what a client asked is not answered yet: the workers are all clients', and so is the memory. About as
    much, for a request that was taken back has no answer, and what looks like a request may be none."""

    def __init__(self) -> None:
        self._count = 0
        self._fewer = asyncio.Event()

    async def room(self) -> None:
        while self._count >= MOST_UNANSWERED:
            self._fewer.clear()
            try:
                async with asyncio.timeout(_PAUSE):
                    await self._fewer.wait()
            except TimeoutError:
                self._count -= 1  # perhaps there will be no answer

    def more(self, payload: bytes) -> None:
        if b'"method"' in payload and b'"id"' in payload:
            self._count += 1

    def less(self) -> None:
        self._count = max(0, self._count - 1)
        self._fewer.set()


class _Coming:
    """The client's messages, as the lines of a file."""

    def __init__(self, channel: Channel, presence: Presence, unanswered: Unanswered) -> None:
        self._channel = channel
        self._unanswered = unanswered
        self._presence = presence

    async def __aiter__(self) -> AsyncIterator[str]:
        while (frame := await self._next()) is not None:
            self._presence.touch()
            kind, payload = frame
            if kind == MESSAGE:
                self._unanswered.more(payload)
                yield payload.decode("utf-8", "replace")

    async def _next(self) -> tuple[bytes, bytes] | None:
        await self._unanswered.room()
        return await self._channel.receive()


class _Going:
    """What goes to the client, as a file that is written to."""

    def __init__(self, channel: Channel, unanswered: Unanswered) -> None:
        self._channel = channel
        self._unanswered = unanswered

    async def write(self, text: str) -> None:
        with suppress(ValueError):  # an answer beyond all measure: no vault has one
            await self._channel.send(MESSAGE, text.rstrip("\n").encode(), seconds=None)
        self._unanswered.less()

    async def flush(self) -> None:
        """Sent already."""
