"""Callers that mind no rules: they are sent away, and others do not notice."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.server.serve.resident.door_of_ours import Guarded, Raw, guarded

from mnemon_server.client.in_process import InProcess
from mnemon_server.resident.frames import EVENT, HELLO, LARGEST, LARGEST_HELLO, MESSAGE, MOVE, QUESTION, framed
from mnemon_server.resident.place import has_sockets
from mnemon_server.serve.resident import channel as channels
from mnemon_server.serve.resident import door as doors
from mnemon_server.serve.resident import rooms as all_rooms
from mnemon_server.serve.resident import waiting
from mnemon_server.serve.resident.channel import Budget, Channel
from mnemon_server.settings import Settings

pytestmark = pytest.mark.skipif(not has_sockets(), reason="no sockets with a name here")
NOISE = random.Random(10).randbytes(2_000)
NESTED = b"[" * 60_000


@pytest.fixture
def folder() -> Iterator[Path]:
    """A vault's folder with a short name."""
    made = Path(tempfile.mkdtemp(prefix="mnemon-"))
    yield made / "vault"
    shutil.rmtree(made)


def attacked(folder: Path, attack: Callable[[Guarded], Awaitable[None]]) -> None:
    """The door is well after it."""

    async def tried() -> None:
        async with guarded(folder) as there:
            await attack(there)
            there.hang_up()
            assert await there.is_well()

    asyncio.run(tried())


@pytest.mark.parametrize(
    "sent",
    [
        NOISE,
        b"",
        b"H\0\0",
        framed(HELLO, b""),
        framed(HELLO, b"hello"),
        framed(HELLO, b"[1]"),
        framed(HELLO, b"\xff\xfe"),
        framed(HELLO, b"9" * 20_000),
        framed(HELLO, NESTED),
        framed(HELLO, b" " * (LARGEST_HELLO + 1)),
        framed(QUESTION, b"{}"),
        b"H" + (LARGEST + 1).to_bytes(4, "big"),
        b"H\xff\xff\xff\xff",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)
def test_who_does_not_greet_hears_nothing(folder: Path, sent: bytes) -> None:
    async def attack(there: Guarded) -> None:
        caller = await there.caller()
        await caller.send(sent)
        if caller.writer.can_write_eof() and len(sent) < 60_000:
            caller.writer.write_eof()
        assert await caller.has_ended()

    attacked(folder, attack)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("pid", ["1", -1, 10**30, None, [1], 1.5]),
        ("environment", [[1], "x", 5, {"MNEMON_MODEL_PATH": 1}, {"MNEMON_MODEL_PATH": "a\0b"},
                         {"MNEMON_MODEL_PATH": "\ud800"}, {"MNEMON_LLM_PATH": "\0"}, {"PATH": "/x"}]),
        ("token", ["\ud800", 5, None, {}]),
        ("version", ["\x1b[2J\n", 5, None, "9" * 3_000]),
        ("protocol", [1, 2, 10**30]),
        ("place", [1, "\0", None]),
    ],
)  # fmt: skip
def test_a_greeting_with_a_field_that_is_odd_is_one_all_the_same(folder: Path, field: str, values: list[Any]) -> None:
    async def attack(there: Guarded) -> None:
        for value in values:
            caller = await there.caller()
            assert "refused" not in await caller.greet("calls", **{field: value})
            assert "result" in await caller.asked(b'{"action": "search", "parameters": {"query": "x"}}')
            caller.close()

    attacked(folder, attack)


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        *(({"for": value}, "purpose") for value in ("all", ["calls"], None, {"a": 1}, "\ud800\x1b[2J", True)),
        *(({"protocol": value}, "protocol") for value in (-1, "1", 0, None, float("nan"), [1])),
        ({"environment": {"MNEMON_REMOTE_URL": "javascript:alert(1)"}}, "settings"),
        ({"environment": {"MNEMON_REMOTE_URL": "\ud800"}}, "settings"),
    ],
)
def test_who_wants_what_we_do_not_give_hears_why(folder: Path, more: dict[str, Any], refused: str) -> None:
    async def attack(there: Guarded) -> None:
        caller = await there.caller()
        told = await caller.greet("calls", **more)
        assert told["refused"] == refused
        assert told["message"].isprintable()
        assert await caller.has_ended()

    attacked(folder, attack)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "usage"),
        (b"[]", "usage"),
        (NESTED, "usage"),
        (b"\xff\xfe", "usage"),
        (b"9" * 20_000, "usage"),
        *((b'{"action": "%s"}' % action, "usage") for action in (b"freeze", b"retire", b"pull", b"rebuild", b"adopt")),
        (b'{"action": "token_new", "parameters": {"name": "x"}}', "usage"),
        (b'{"action": "__import__"}', "usage"),
        (b'{"action": ["status"]}', "usage"),
        (b'{"action": "status", "parameters": [1]}', "usage"),
        (b'{"action": "status", "parameters": {"context": 1}}', "usage"),
        (b'{"action": "status", "parameters": {"a": 1}}', "usage"),
        (b'{"action": "status", "client": 5}', "usage"),
        (b'{"action": "status", "session": "%s"}' % (b"x" * 2_000), "usage"),
        (b'{"action": "list", "parameters": {"limit": NaN}}', "usage"),
        (b'{"action": "search", "parameters": {"query": 5}}', "bug"),
        (b'{"action": "get", "parameters": {"id": 1e400}}', "unknown-memory"),
        (b'{"action": "save", "parameters": {"title": "\\ud800", "content": "c"}}', "bad-content"),
        (b'{"action": "save", "parameters": {"title": "t", "content": "c"}, "client": "\\ud800"}', "bad-content"),
    ],
)
def test_a_question_that_is_none_is_answered_with_a_problem(folder: Path, sent: bytes, code: str) -> None:
    async def attack(there: Guarded) -> None:
        caller = await there.caller()
        await caller.greet("calls")
        assert (await caller.asked(sent))["problem"]["code"] == code
        assert "result" in await caller.asked(b'{"action": "status"}')

    attacked(folder, attack)


def test_escape_codes_in_a_name_reach_no_message(folder: Path) -> None:
    async def attack(there: Guarded) -> None:
        caller = await there.caller()
        await caller.greet("calls")
        told = await caller.asked(b'{"action": "\\u001b[2J"}')
        assert told["problem"]["message"].isprintable()

    attacked(folder, attack)


@pytest.mark.parametrize("kind", [b"Z", b"\0", HELLO, MESSAGE, MOVE, QUESTION, EVENT])
@pytest.mark.parametrize("purpose", ["calls", "hook"])
def test_a_frame_that_does_not_belong_here_ends_it(folder: Path, kind: bytes, purpose: str) -> None:
    async def attack(there: Guarded) -> None:
        caller = await there.caller()
        await caller.greet(purpose, hook="surface")
        await caller.send(framed(kind, b"{}"))
        if (purpose, kind) in (("calls", QUESTION), ("hook", EVENT)):
            assert (await caller.frame())[0] == b"A"
        else:
            assert await caller.has_ended()

    attacked(folder, attack)


def test_a_frame_that_comes_byte_by_byte_is_one(folder: Path) -> None:
    async def attack(there: Guarded) -> None:
        caller = await there.caller()
        await caller.greet("calls")
        for byte in framed(QUESTION, b'{"action": "status"}'):
            await caller.send(bytes([byte]))
            await asyncio.sleep(0)
        assert (await caller.frame())[0] == b"A"

    attacked(folder, attack)


def test_a_frame_whose_rest_does_not_come_is_given_up_and_its_room_is_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "FRAME_SECONDS", 0.05)

    async def attack(there: Guarded) -> None:
        callers = [await there.caller() for _ in range(6)]  # of which four fill all the room
        for caller in callers:
            await caller.greet("calls")
            await caller.send(b"Q" + LARGEST.to_bytes(4, "big") + b"{")
        for caller in callers:
            assert await caller.has_ended()

    attacked(folder, attack)


@pytest.mark.parametrize("is_greeted", [False, True])
def test_who_says_nothing_is_sent_away(folder: Path, is_greeted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "GREETING_SECONDS", 0.05)

    async def attack(there: Guarded) -> None:
        caller = await there.caller()
        if is_greeted:
            await caller.greet("hook", hook="surface")
        assert await caller.has_ended()

    attacked(folder, attack)


def test_of_too_many_that_do_not_greet_the_first_ones_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST_UNGREETED", 3)

    async def attack(there: Guarded) -> None:
        callers = [await there.caller() for _ in range(8)]
        for caller in callers[:5]:
            assert await caller.has_ended()
        assert "refused" not in await callers[-1].greet("calls")

    attacked(folder, attack)


@pytest.mark.parametrize(("purpose", "is_let_in"), [("calls", True), ("hook", True), ("mcp", False)])
def test_who_holds_a_line_and_says_nothing_makes_room(
    folder: Path, purpose: str, is_let_in: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "MOST", {purpose: 3})

    async def attack(there: Guarded) -> None:
        if not is_let_in:  # a client's talk is its own for as long as it likes
            there.presence.callers += [doors.Caller(purpose, 1)] * 3
        holding = [await there.caller() for _ in range(5)]
        told = [await caller.greet(purpose, hook="surface") for caller in holding]
        assert ["refused" in each for each in told] == [not is_let_in] * 5
        if is_let_in:
            assert await holding[0].has_ended()
            assert await holding[1].has_ended()
            await holding[4].send(framed(QUESTION if purpose == "calls" else EVENT, b"{}"))
            assert (await holding[4].frame())[0] == b"A"
        else:
            there.presence.callers.clear()

    attacked(folder, attack)


def test_a_vault_is_not_opened_for_ever_more_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(all_rooms, "MOST", 2)

    async def attack(there: Guarded) -> None:
        answering = there.door._answering
        places = [answering.settings({"MNEMON_MODEL_PATH": f"/{number}"}) for number in range(4)]
        entered = [answering.rooms.enter(each) for each in places]
        caller = await there.caller()
        assert (await caller.greet("calls", environment={"MNEMON_MODEL_PATH": "/9"}))["refused"] == "full"
        with pytest.raises(doors.MnemonError, match="too many"):
            answering.rooms.enter(answering.settings({"MNEMON_MODEL_PATH": "/9"}))
        for vault in entered:
            answering.rooms.leave(vault)

    attacked(folder, attack)


@pytest.mark.parametrize("stage", ["before", "greeted", "asked", "in the middle"])
@pytest.mark.parametrize("is_reset", [False, True])
def test_who_hangs_up_is_gone(folder: Path, stage: str, is_reset: bool) -> None:
    async def attack(there: Guarded) -> None:
        for _ in range(5):
            caller = await there.caller()
            if stage != "before":
                await caller.greet("calls")
            whole = framed(QUESTION, b'{"action": "status"}')
            await caller.send({"asked": whole, "in the middle": whole[:9]}.get(stage, b""))
            if is_reset:
                caller.close()
            else:
                caller.writer.write_eof()
                assert (await caller.rest() != b"") is (stage == "asked")

    attacked(folder, attack)


@pytest.mark.parametrize("how", ["deleted", "renamed", "replaced"])
def test_a_vault_that_has_gone_is_not_made_anew_by_who_still_asks(folder: Path, how: str) -> None:
    before = InProcess(Settings(folder), "test")
    before.call("save", title="a", content="b")
    before.close()

    async def tried() -> None:
        async with guarded(folder) as there:
            asking, telling = await there.caller(), await there.caller()
            await asking.greet("calls")
            assert "result" in await asking.asked(b'{"action": "status"}')
            await telling.greet("hook", hook="surface", client="claude-code")
            stray = await there.caller()
            if how == "deleted":
                shutil.rmtree(folder)
            else:
                folder.rename(folder.with_name("elsewhere"))
            if how == "replaced":
                folder.mkdir()
            await asking.send(framed(QUESTION, b'{"action": "search", "parameters": {"query": "b"}}'))
            assert await asking.frame() == (MOVE, b"")  # it asks whoever is there now
            await telling.send(framed(EVENT, b'{"prompt": "b"}'))
            assert await telling.has_ended()
            assert (await stray.greet("calls"))["refused"] == "leaving"
        assert not folder.exists() or list(folder.iterdir()) == []

    asyncio.run(tried())


# --- one connection, without a door ---


async def connected(budget: Budget) -> tuple[Channel, Raw]:
    """A channel and its other end."""
    import socket

    ours, theirs = socket.socketpair()
    channel = Channel(*await asyncio.open_connection(sock=ours), budget)
    return channel, Raw(*await asyncio.open_connection(sock=theirs))


def test_a_flood_of_frames_leaves_others_their_turn() -> None:
    async def tried() -> None:
        channel, other = await connected(Budget())
        await other.send(framed(b"Z", b"") * 2_000)
        await asyncio.sleep(0.01)
        turns = 0

        async def somebody_else() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        task = asyncio.create_task(somebody_else())
        for _ in range(2_000):
            await channel.receive()
        task.cancel()
        assert turns > 1_000
        channel.abort()
        other.close()

    asyncio.run(tried())


def test_who_takes_nothing_is_not_listened_to_and_can_be_told_nothing() -> None:
    async def tried() -> None:
        channel, other = await connected(Budget())
        other.reader._transport.pause_reading()  # type: ignore[attr-defined]  # as a program that does not read
        stuck = asyncio.create_task(channel.send(MESSAGE, b"x" * 2_000_000, seconds=None))
        await other.send(framed(MESSAGE, b"more") * 100)
        await asyncio.sleep(0.01)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.03):
                await channel.receive()
        with pytest.raises(TimeoutError):
            await channel.send(MOVE, b"", seconds=0.03)  # a resident that leaves does not wait behind it
        channel.abort()
        await asyncio.wait([stuck], timeout=1.0)
        assert stuck.done()
        other.close()

    asyncio.run(tried())


def test_a_large_frame_has_its_room_until_the_next_one_is_wanted() -> None:
    async def tried() -> None:
        budget = Budget(200_000)
        (first, one), (second, two) = await connected(budget), await connected(budget)
        for other in (one, two):
            await other.send(framed(QUESTION, b"x" * 150_000))
        assert await first.receive()
        waiting = asyncio.create_task(second.receive())
        await asyncio.sleep(0.02)
        assert not waiting.done()  # the first one is still worked on
        again = asyncio.create_task(first.receive())
        assert await asyncio.wait_for(waiting, 1.0)
        again.cancel()
        for each in (first, second):
            each.abort()
        assert budget._left == 200_000
        for other in (one, two):
            other.close()

    asyncio.run(tried())


def test_of_too_many_answers_that_nobody_takes_the_oldest_is_dropped() -> None:
    async def tried() -> None:
        budget = Budget(5_000_000)
        ends = [await connected(budget) for _ in range(3)]
        for _, other in ends:
            other.reader._transport.pause_reading()  # type: ignore[attr-defined]  # as a program that does not read
        sending = [asyncio.create_task(channel.send(b"A", b"x" * 2_000_000)) for channel, _ in ends]
        await asyncio.sleep(0.05)
        assert [task.done() for task in sending] == [True, False, False]
        for channel, other in ends:
            channel.abort()
            other.close()
        await asyncio.gather(*sending, return_exceptions=True)
        assert budget._going == {}

    asyncio.run(tried())
