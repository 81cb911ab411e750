"""A rebuild on a server is begun there and watched from here, in requests that are short."""

from __future__ import annotations

from typing import Any

from mnemon_server.client.rebuilding import rebuild_there


class Server:
    """Answers as a server does that embeds `pending` memories, some a second; keeps what it was asked."""

    def __init__(self, pending: list[int], reason: str = "") -> None:
        self.asked: list[str] = []
        self._pending = pending
        self._reason = reason

    def call(self, action: str, /, **parameters: Any) -> dict[str, Any]:
        self.asked.append(action)
        if action == "start_rebuild":
            return {"words": 9, "pending": 12, "model": "m", "reason": self._reason}
        return {"pending": self._pending.pop(0) if len(self._pending) > 1 else self._pending[0]}

    def close(self) -> None:
        pass


def test_it_is_watched_until_nothing_is_pending() -> None:
    server, shown = Server([9, 5, 5, 0]), list[tuple[int, int]]()
    done = rebuild_there(server, lambda now, total: shown.append((now, total)), pause=0)
    assert done == {"words": 9, "embedded": 12, "model": "m", "reason": ""}
    assert server.asked == ["start_rebuild", "status", "status", "status", "status"]
    assert shown == [(0, 9), (4, 9), (4, 9)]


def test_without_a_model_there_is_nothing_to_watch() -> None:
    server = Server([9], reason="no model there")
    assert rebuild_there(server, lambda now, total: None)["reason"] == "no model there"
    assert server.asked == ["start_rebuild"]
