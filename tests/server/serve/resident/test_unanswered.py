"""How much of one client's is worked on at once."""

from __future__ import annotations

import asyncio

import pytest

from mnemon_server.serve.resident import talk
from mnemon_server.serve.resident.talk import MOST_UNANSWERED, Unanswered

ASKED = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}'


def test_a_client_with_many_unanswered_requests_is_not_listened_to_until_it_has_an_answer() -> None:
    async def story() -> None:
        unanswered = Unanswered()
        for _ in range(MOST_UNANSWERED):
            await asyncio.wait_for(unanswered.room(), 1)
            unanswered.more(ASKED)
        waiting = asyncio.create_task(unanswered.room())
        await asyncio.sleep(0)
        assert not waiting.done()
        unanswered.less()
        await asyncio.wait_for(waiting, 1)

    asyncio.run(story())


def test_what_is_never_answered_keeps_no_client_waiting_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "_PAUSE", 0.001)

    async def story() -> None:
        unanswered = Unanswered()
        for _ in range(3 * MOST_UNANSWERED):
            unanswered.more(ASKED)
        unanswered.more(b'{"method": "notifications/cancelled"}')
        await asyncio.wait_for(unanswered.room(), 5)

    asyncio.run(story())
