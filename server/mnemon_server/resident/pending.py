"""The requests that a client waits for, and how far each has come."""

from __future__ import annotations

import threading

from mnemon_server.resident.message import Message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Request:
    """`is_sent`: all of it has been handed over, and it may have been carried out."""

    def __init__(self, message: Message, line: bytes) -> None:
        self.message = message
        self.line = line
        self.is_sent = False


class Pending:
    """One thread adds, any may take out and wait."""

    def __init__(self) -> None:
        self._requests: dict[str, Request] = {}
        self._changed = threading.Condition()

    def add(self, request: Request) -> None:
        with self._changed:
            self._requests[request.message.key] = request

    def take_out(self, key: str) -> Request | None:
        """It is answered, or nobody waits for it any more; None when nobody did."""
        with self._changed:
            request = self._requests.pop(key, None)
            self._changed.notify_all()
            return request

    def is_empty(self) -> bool:
        return not self._requests

    def sent(self) -> list[Request]:
        """Those that may have been carried out, in the order they came."""
        with self._changed:
            return [each for each in self._requests.values() if each.is_sent]

    def wake(self) -> None:
        """Whoever waits looks whether it still makes sense."""
        with self._changed:
            self._changed.notify_all()

    def await_that(self, is_so: Callable[[], bool], seconds: float) -> None:
        """Until it is so, as requests are taken out, or the time is up."""
        with self._changed:
            self._changed.wait_for(is_so, seconds)
