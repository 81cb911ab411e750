"""Who may come in, for what, and how many: every connection to the resident begins here."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from mnemon_server.errors import MnemonError
from mnemon_server.resident.connecting import owner_of
from mnemon_server.resident.frames import (
    ANSWER,
    EVENT,
    HELLO,
    LARGEST,
    LARGEST_HELLO,
    MOVE,
    OLDEST,
    PROTOCOL,
    QUESTION,
)
from mnemon_server.resident.identity import Identity
from mnemon_server.serve.resident.answering import Answering
from mnemon_server.serve.resident.channel import BadFrame, Budget, Channel
from mnemon_server.serve.resident.hello import Hello, environment_of, number_of, read_hello
from mnemon_server.serve.resident.presence import Caller, Presence
from mnemon_server.serve.resident.talk import converse, place_of, read_in
from mnemon_server.serve.resident.waiting import Waiting

GREETING_SECONDS = 5.0  # for a HELLO, and for the event of a hook
MOST = {"mcp": 200, "calls": 100, "hook": 100}
_ASKERS, _HOOKS = 8, 4  # threads
_log = logging.getLogger("mnemon")


class Door:
    """Lives in one event loop. `leave` is called when somebody asks the resident to go; `state` says how it is."""

    def __init__(
        self,
        answering: Answering,
        presence: Presence,
        me: Identity,
        token: str,
        leave: Callable[[str], None],
        state: Callable[[], Hello],
    ) -> None:
        self._answering = answering
        self._presence = presence
        self._me = me
        self._token = token
        self._leave = leave
        self._state = state
        self._budget = Budget()
        self._waiting = Waiting()
        self._talking: set[Channel] = set()
        self._sdk: asyncio.Future[None] | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._askers = ThreadPoolExecutor(_ASKERS, "asked")
        self._hooks = ThreadPoolExecutor(_HOOKS, "hook")
        self._closed = asyncio.Event()
        self._is_closing = False

    async def admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its first byte to its last."""
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        channel = Channel(reader, writer, self._budget)
        try:
            if self._is_ours(writer.get_extra_info("socket")):
                await self._greet(channel)
            await channel.close()
        except (BadFrame, OSError) as trouble:
            _log.info("a connection was closed: %s", trouble)
        except Exception:  # noqa: BLE001  one caller's trouble is nobody else's
            _log.exception("a connection failed")
        finally:
            channel.abort()
            self._open.discard(task)

    def close(self) -> None:
        """Nobody is let in any more; whoever asked us to leave hears of it."""
        self._is_closing = True
        self._closed.set()

    async def see_off(self, seconds: float) -> None:
        """Ask all clients to connect elsewhere, and wait until what is under way is done, or the time is up."""
        self._waiting.send_home_all()
        await asyncio.gather(*(_told_to_move(channel) for channel in self._talking))
        mine = asyncio.current_task()
        left = {task for task in self._open if task is not mine}
        if left:
            _, late = await asyncio.wait(left, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=1.0)
        self._askers.shutdown(wait=False, cancel_futures=True)
        self._hooks.shutdown(wait=False, cancel_futures=True)

    def _is_ours(self, sock: socket.socket) -> bool:
        owner = owner_of(sock)
        if owner is None or owner == os.getuid():
            return True
        _log.warning("another user's program (%s) was sent away", owner)
        return False

    async def _greet(self, channel: Channel) -> None:
        try:
            async with asyncio.timeout(GREETING_SECONDS):
                with self._waiting.for_greeting(channel):
                    if self._token:
                        await channel.prove(self._token)
                    frame = await channel.receive(LARGEST_HELLO)
        except TimeoutError:
            return
        hello = read_hello(frame)
        if hello is None:
            return
        refusal = self._refusal(hello)
        greeting = {"protocol": PROTOCOL, "oldest": OLDEST, **self._me, "pid": os.getpid(), **refusal}
        await channel.send(HELLO, json.dumps(greeting).encode())
        if refusal:
            return
        with self._presence.let_in(Caller(str(hello["for"]), number_of(hello.get("pid")))) as caller:
            await self._PURPOSES[hello["for"]](self, channel, hello, caller)

    def _refusal(self, hello: Hello) -> Hello:
        """Empty for whoever is let in."""
        purpose = hello.get("for")
        if self._token and not self._is_token(hello.get("token")):
            return {"refused": "token", "message": "it does not take the token"}
        if purpose == "leave":
            return {}
        if self._is_closing or not self._answering.is_at_home():
            return {"refused": "leaving", "message": "it is about to leave"}
        if not isinstance(purpose, str) or purpose not in self._PURPOSES:
            return {"refused": "purpose", "message": f"it is nothing for {str(purpose)[:80]!r}"}
        if number_of(hello.get("protocol")) < OLDEST:
            return {"refused": "protocol", "message": f"it speaks no language before version {OLDEST}"}
        if self._presence.count(purpose) >= MOST.get(purpose, 100) and not self._waiting.send_home_one(purpose):
            return {"refused": "full", "message": "too many are there already"}
        if purpose in MOST:
            try:
                settings = self._answering.settings(environment_of(hello))
            except MnemonError as trouble:
                return {"refused": "settings", "message": trouble.message, "hint": trouble.hint}
            if not self._answering.rooms.has_room_for(settings):
                return {"refused": "full", "message": "too many with other settings are there already"}
        return {}

    def _is_token(self, shown: object) -> bool:
        return hmac.compare_digest(self._token.encode(), str(shown).encode("utf-8", "replace"))

    async def _talk(self, channel: Channel, hello: Hello, caller: Caller) -> None:
        loop = asyncio.get_running_loop()
        environment, folder = environment_of(hello), str(hello.get("cwd") or "")
        make = partial(place_of, self._answering, self._presence, caller, environment, folder)
        place = await loop.run_in_executor(self._askers, make)
        try:
            with self._presence.working():
                if self._sdk is None:
                    self._sdk = loop.run_in_executor(self._askers, read_in)
                await asyncio.shield(self._sdk)
            self._talking.add(channel)
            if self._is_closing:  # it did not hear that we leave
                await channel.send(MOVE, b"")
            await converse(channel, place.desk(), self._presence)
        finally:
            self._talking.discard(channel)
            await asyncio.shield(loop.run_in_executor(self._askers, place.close))

    async def _answer_questions(self, channel: Channel, hello: Hello, caller: Caller) -> None:
        environment = environment_of(hello)
        while (frame := await self._rested(channel, "calls")) is not None:
            kind, sent = frame
            if kind != QUESTION:
                raise BadFrame("no question")
            if self._is_closing or not self._answering.is_at_home():
                await channel.send(MOVE, b"")
                return
            await self._worked_out(channel, self._askers, partial(self._answering.question, environment, sent))

    async def _rested(self, channel: Channel, purpose: str) -> tuple[bytes, bytes] | None:
        with self._waiting.for_more(channel, purpose):
            return await channel.receive()

    async def _answer_event(self, channel: Channel, hello: Hello, caller: Caller) -> None:
        async with asyncio.timeout(GREETING_SECONDS):
            frame = await self._rested(channel, "hook")
        if frame is None or frame[0] != EVENT:
            raise BadFrame("no event")
        if not self._answering.is_at_home():
            return
        hook, client = str(hello.get("hook")), str(hello.get("client"))
        work = partial(self._answering.event, environment_of(hello), hook, client, frame[1])
        await self._worked_out(channel, self._hooks, work)

    async def _worked_out(self, channel: Channel, workers: ThreadPoolExecutor, work: Callable[[], bytes]) -> None:
        with self._presence.working():
            answer = await asyncio.get_running_loop().run_in_executor(workers, work)
        if len(answer) > LARGEST:
            answer = b'{"problem": {"code": "too-large", "message": "the answer is too large", "exit_status": 1}}'
        await channel.send(ANSWER, answer)

    async def _tell_state(self, channel: Channel, hello: Hello, caller: Caller) -> None:
        state = await asyncio.get_running_loop().run_in_executor(self._askers, self._state)
        await channel.send(ANSWER, json.dumps(state).encode())

    async def _be_asked_to_leave(self, channel: Channel, hello: Hello, caller: Caller) -> None:
        """The caller hears no more than that the connection closes, once nobody else can come in."""
        _log.info("asked to leave by %s, version %.40r", caller.pid, hello.get("version"))
        self._leave("asked to")
        await self._closed.wait()

    _PURPOSES: dict[str, Callable[[Door, Channel, Hello, Caller], Awaitable[None]]] = {  # noqa: RUF012  never changed
        "mcp": _talk,
        "calls": _answer_questions,
        "hook": _answer_event,
        "state": _tell_state,
        "leave": _be_asked_to_leave,
    }


async def _told_to_move(channel: Channel) -> None:
    try:
        await channel.send(MOVE, b"", seconds=1.0)
    except OSError:
        channel.abort()
