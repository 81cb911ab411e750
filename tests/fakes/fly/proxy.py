"""What stands at the address of an app: passes requests on, and wakes a machine that sleeps.

`python -m tests.fakes.fly.proxy STATE APP PORT`; one process per app, at the same port for good.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.fakes.fly import machine as machines
from tests.fakes.fly.relay import Gone, Head, Unanswered, relay_answer, relay_body
from tests.fakes.fly.state import State, new_ulid

_PATIENCE = float(os.environ.get("FAKEFLY_START_PATIENCE", "60"))  # seconds until a machine has to take a connection
_MOST_STARTS = 3  # that one request causes
_LOOK_EVERY = 0.02  # seconds
_IDLE_STOP = float(os.environ.get("FAKEFLY_IDLE_STOP", "0"))  # seconds; 0 leaves idle machines alone
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    def __init__(self, state: State, app: str) -> None:
        self._state = state
        self._app = app
        self._under_way = 0
        self._last = time.monotonic()

    async def serve(self, port: int) -> None:
        """Until killed, or the state is gone."""
        server = await asyncio.start_server(self._handle, "127.0.0.1", port, limit=1 << 20)
        while server.is_serving() and self._state.path.exists():
            await asyncio.sleep(min(1.0, _IDLE_STOP / 4 or 1.0))
            if _IDLE_STOP and not self._under_way and time.monotonic() - self._last > _IDLE_STOP:
                await asyncio.to_thread(self._sleep)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Requests of one connection, one after the other."""
        keeps = True
        try:
            while keeps:
                head = Head.parsed(await reader.readuntil(b"\r\n\r\n"))
                self._under_way += 1
                try:
                    keeps = await self._attended(head, reader, writer)
                finally:
                    self._under_way -= 1
                    self._last = time.monotonic()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, Gone):
            pass  # the client, or the machine in the middle of an answer
        finally:
            writer.close()

    async def _attended(self, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One exchange, given up when the client goes away meanwhile."""
        exchange = asyncio.create_task(self._exchange(head, reader, writer))
        while not exchange.done():
            await asyncio.wait((exchange,), timeout=0.2)
            if reader.at_eof() and not exchange.done():
                exchange.cancel()
                raise Gone
        return exchange.result()

    async def _exchange(self, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection may be used again."""
        found = await self._connect()
        if isinstance(found, int):
            return await _refuse(found, writer)
        upstream, out = found
        peer = writer.get_extra_info("peername")[0]
        own = {"fly-client-ip": peer, "x-forwarded-for": peer, "x-forwarded-proto": "http", "via": "1.1 fly.io"}
        out.write(head.passed_on({**own, "fly-request-id": new_ulid(), "connection": "close"}))
        body = asyncio.create_task(relay_body(head, reader, out))
        try:
            is_whole = await relay_answer(head, upstream, writer)
            return is_whole and body.done() and body.exception() is None and head.keeps
        except Unanswered:
            return await _refuse(502, writer)
        finally:
            body.cancel()
            out.close()

    async def _connect(self) -> Streams | int:
        """A connection to a machine that runs, if need be after it was started; else the status to answer."""
        until, starts = time.monotonic() + _PATIENCE, 0
        while time.monotonic() < until:
            app = self._state.read()["apps"].get(self._app, {"machines": {}})
            found = [(machines.status_of(one), one) for one in app["machines"].values()]
            running = [one for status, one in found if status == "running"]
            if running:
                if not (port := running[0]["port"]):
                    return 502  # it listens to itself only
                with suppress(OSError):
                    return await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
            elif not any(status == "busy" for status, _ in found):
                if not found or not app["config"].get("http_service", {}).get("auto_start_machines", True):
                    return 503
                if starts == _MOST_STARTS:
                    return 502
                starts += 1
                await asyncio.to_thread(machines.start, self._state, self._app, found[0][1]["id"])
                continue
            await asyncio.sleep(_LOOK_EVERY)
        return 502

    def _sleep(self) -> None:
        app = self._state.read()["apps"].get(self._app, {"machines": {}})
        for one in app["machines"].values():
            if machines.status_of(one) == "running" and app["config"]["http_service"].get("auto_stop_machines"):
                machines.stop(self._state, self._app, one["id"])


async def _refuse(status: int, writer: asyncio.StreamWriter) -> bool:
    line = {502: "502 Bad Gateway", 503: "503 Service Unavailable"}[status]
    writer.write(f"HTTP/1.1 {line}\r\nserver: Fly\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
    await writer.drain()
    return False


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # machines it has started leave no zombies
    asyncio.run(Proxy(State(Path(sys.argv[1])), sys.argv[2]).serve(int(sys.argv[3])))
