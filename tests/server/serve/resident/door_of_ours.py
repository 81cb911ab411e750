"""The resident's door in this process, with a real socket, and callers of it that mind no rules."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from mnemon_server.resident import place
from mnemon_server.resident.frames import ANSWER, CHALLENGE, HEAD, HELLO, PROOF, QUESTION, framed, head_of, proof_of
from mnemon_server.resident.identity import identity
from mnemon_server.serve.open_vault import open_vault
from mnemon_server.serve.resident.answering import Answering
from mnemon_server.serve.resident.door import Door
from mnemon_server.serve.resident.presence import Presence
from mnemon_server.serve.resident.program import listen
from mnemon_server.serve.resident.rooms import Rooms
from mnemon_server.serve.resident.state import state_of

Json = dict[str, Any]  # Any: JSON
SOON = 5.0  # seconds; for what has always happened by then


class Raw:
    """One connection, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        with suppress(OSError):  # it was sent away already
            self.writer.write(data)
            await self.writer.drain()

    async def greet(self, purpose: object, **more: object) -> Json:
        told = {"protocol": 1, **identity(), "for": purpose, "pid": 1, **more}
        await self.send(framed(HELLO, json.dumps(told).encode()))
        kind, answer = await self.frame()
        assert kind == HELLO
        return dict(json.loads(answer))

    async def frame(self) -> tuple[bytes, bytes]:
        async with asyncio.timeout(SOON):
            kind, length = head_of(await self.reader.readexactly(HEAD))
            return kind, await self.reader.readexactly(length)

    async def asked(self, sent: bytes) -> Json:
        await self.send(framed(QUESTION, sent))
        kind, answer = await self.frame()
        assert kind == ANSWER
        return dict(json.loads(answer))

    async def rest(self) -> bytes:
        """All that still comes, until it hangs up."""
        async with asyncio.timeout(SOON):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""

    async def has_ended(self) -> bool:
        return await self.rest() == b""

    def close(self) -> None:
        self.writer.transport.abort()


class Guarded:
    """A door that is open."""

    def __init__(self, folder: Path, token: str, door: Door, presence: Presence) -> None:
        self.folder = folder
        self.token = token
        self.door = door
        self.presence = presence
        self._callers: list[Raw] = []

    async def caller(self) -> Raw:
        if place.has_sockets():
            streams = await asyncio.open_unix_connection(place.socket_path(str(self.folder)))
        else:
            port = json.loads(Path(place.port_path(str(self.folder))).read_text())["port"]
            streams = await asyncio.open_connection("127.0.0.1", port)
            streams[1].write(b"c" * CHALLENGE)
            assert await streams[0].readexactly(PROOF) == proof_of(self.token, b"c" * CHALLENGE)
        self._callers.append(Raw(*streams))
        return self._callers[-1]

    async def is_well(self) -> bool:
        """Whether a program that behaves is answered, and nobody else is thought to be there any more."""
        honest = await self.caller()
        assert "refused" not in await honest.greet("calls", token=self.token)
        answered = await honest.asked(b'{"action": "status"}')
        honest.close()
        for _ in range(200):
            if not self.presence.callers and not self.door._open:
                break
            await asyncio.sleep(0.01)
        return answered["result"]["total"] >= 0 and not self.presence.callers and not self.door._waiting._ungreeted

    def hang_up(self) -> None:
        for caller in self._callers:
            caller.close()


@asynccontextmanager
async def guarded(folder: Path) -> AsyncIterator[Guarded]:
    (folder / "run").mkdir(parents=True, exist_ok=True)
    listener, token = listen(str(folder))
    presence, rooms = Presence(), Rooms(open_vault)
    answering = Answering(folder, folder, rooms)
    door = Door(answering, presence, identity(), token, lambda why: None, lambda: state_of(presence, rooms))
    start = asyncio.start_server if token else asyncio.start_unix_server
    server = await start(door.admit, sock=listener)
    there = Guarded(folder, token, door, presence)
    try:
        yield there
    finally:
        there.hang_up()
        server.close()
        door.close()
        await door.see_off(1.0)
        rooms.close()
