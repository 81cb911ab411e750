"""One client's messages to the resident and its answers back. Standard library only.

The resident may leave, be killed, or be replaced by a newer one: the pump connects anew and tells it what the client
told the one before. What was under way is asked again where that does no harm; otherwise the client hears that it is
not known whether it was done.
"""

from __future__ import annotations

import os
import sys
import threading
import time

from mnemon_server.resident import place
from mnemon_server.resident.client_end import ClientEnd, Gone
from mnemon_server.resident.connecting import NoResident
from mnemon_server.resident.fallback import InProcess
from mnemon_server.resident.frames import MESSAGE, MOVE
from mnemon_server.resident.launch import reach
from mnemon_server.resident.line import Line, Lost, open_line
from mnemon_server.resident.message import lost_answer, read_message
from mnemon_server.resident.pending import Pending, Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

START_SECONDS = 10.0  # for a resident to be there, at the beginning and again after each loss
REPLAY_SECONDS = 30.0  # for a new one to answer what the client opened its session with
MOVE_SECONDS = 10.0  # for what is under way to be answered by a resident that is about to leave
END_SECONDS = 10.0  # the same once the client has said all
LOOK_AGAIN_SECONDS, LOOK_SECONDS = 30.0, 0.5  # how often a client on its own looks for a resident, and for how long


class Pump:
    """Between a client and a resident. Messages of the client are handled by one thread, those of the resident
    by another; `_upward` is held by whoever sends to the resident or looks for another one. `leave` is called when the
    client has gone, from whichever thread sees it."""

    def __init__(self, folder: str, client: ClientEnd, leave: Callable[[], object]) -> None:
        self._folder = folder
        self._client = client
        self._leave = leave
        self._upward = threading.RLock()
        self._line: Line | InProcess | None = None
        self._is_moving = False
        self._pending = Pending()
        self._opening: Request | None = None  # the `initialize` of a client that opens a session
        self._opened = b""  # and its word that it has heard the answer
        self._is_open = False
        self._is_over = False
        self._looks_again_at = 0.0
        self._broken: Line | InProcess | None = None  # the last connection that was lost

    def connect(self) -> None:
        """To the resident, which is started when there is none.

        Raises:
            NoResident: it cannot be reached.
        """
        self._take(reach(self._folder, "mcp", START_SECONDS, **self._greeting()))

    def _greeting(self) -> dict[str, Any]:  # Any: JSON
        return {"cwd": place.working_folder(), "environment": place.passed_on(dict(os.environ))}

    def run(self) -> None:
        """Until the client has said all and has its answers, or has gone."""
        try:
            for line in self._client.lines():
                if line:
                    self._from_client(line)
            self._pending.await_that(self._pending.is_empty, END_SECONDS)
        except Gone:
            pass
        self._is_over = True  # not under the lock: a search for another resident may hold it for long
        if (last := self._line) is not None:
            last.close()

    # --- from the client ---

    def _from_client(self, line: bytes) -> None:
        message = read_message(line)
        request = None
        if message.is_request:
            request = Request(message, line)
            self._pending.add(request)
            if message.method == "initialize":
                self._opening = request
        elif message.method == "notifications/cancelled":
            self._pending.take_out(message.cancelled)
        elif message.method == "notifications/initialized":
            self._opened = line
        self._deliver(line, request)

    def _deliver(self, line: bytes, request: Request | None) -> None:
        with self._upward:
            if self._is_moving and request is not None:
                self._await_answers()
                self._recover(self._line)
            if request is not None and isinstance(self._line, InProcess):
                self._look_again(self._line)
            for _ in range(3):
                try:
                    up = self._line or self._reconnect()
                    up.send(MESSAGE, line)
                except Lost:
                    self._recover(self._line)
                    continue
                except NoResident as none:
                    self._refuse(request, str(none))
                    return
                if request is not None:
                    request.is_sent = True
                return
            self._refuse(request, "it went away again and again")

    def _await_answers(self) -> None:
        """Of the resident that is about to leave, unless it goes before it has given them."""
        self._pending.await_that(lambda: not self._pending.sent() or self._broken is self._line, MOVE_SECONDS)

    # --- from the resident ---

    def _listen(self, line: Line | InProcess) -> None:
        try:
            self._pass_on(line)
        except Gone:
            self._leave()

    def _pass_on(self, line: Line | InProcess) -> None:
        try:
            while True:
                kind, payload = line.receive()
                if kind == MESSAGE:
                    self._from_resident(payload)
                elif kind == MOVE and line is self._line:
                    self._is_moving = True
                if self._is_moving and self._pending.is_empty():
                    self._let_go(line)
                    return
        except Lost:
            self._broken = line
            self._pending.wake()
            with self._upward:
                self._recover(line)

    def _from_resident(self, payload: bytes) -> None:
        answered = read_message(payload)
        if answered.is_answer:
            request = self._pending.take_out(answered.key)
            if request is not None and request is self._opening:
                self._is_open = not answered.is_error
        self._client.write(payload)

    def _let_go(self, line: Line | InProcess) -> None:
        """Nothing is under way; the next message looks for the successor."""
        with self._upward:
            if self._line is line:
                self._line = None
                self._is_moving = False
            line.close()

    # --- from one resident to the next ---

    def _recover(self, lost: Line | InProcess | None) -> None:
        """With the lock held: leave the connection that was lost; what was under way goes to another one, or is told to
        be unknown."""
        if lost is None or self._line is not lost or self._is_over:
            return
        self._line = None
        self._is_moving = False
        lost.close()
        under_way = self._pending.sent()
        if not under_way:
            return
        for request in under_way:
            if not request.message.is_repeatable:
                self._answer(request, lost_answer(request.message))
        for request in under_way:
            if request.message.is_repeatable:
                request.is_sent = False
                self._deliver(request.line, request)

    def _reconnect(self) -> Line | InProcess:
        """With the lock held: the resident, or a process of our own where there is none any more."""
        try:
            self.connect()
        except NoResident as none:
            if self._is_over:
                raise
            sys.stderr.write(f"mnemon: the shared server is out of reach ({none}); a process of its own takes over\n")
            self._looks_again_at = time.monotonic() + LOOK_AGAIN_SECONDS
            self._take(InProcess())
        assert self._line is not None
        return self._line

    def _look_again(self, own: InProcess) -> None:
        """With the lock held: back to a resident, if one is there by now. It is not started from here: whatever was in
        its way may still be."""
        if self._pending.sent() or time.monotonic() < self._looks_again_at:
            return
        self._looks_again_at = time.monotonic() + LOOK_AGAIN_SECONDS
        try:
            self._take(open_line(self._folder, "mcp", LOOK_SECONDS, **self._greeting()))
        except (NoResident, Lost):
            self._line = own
            return
        own.close()

    def _take(self, line: Line | InProcess) -> None:
        """Tell it what the client told the one before, and listen to it from now on.

        Raises:
            Lost: it went away meanwhile.
        """
        try:
            self._open_anew(line)
        except BaseException:
            line.close()
            raise
        self._line = line
        self._is_moving = False
        threading.Thread(target=self._listen, args=(line,), name="answers", daemon=True).start()

    def _open_anew(self, line: Line | InProcess) -> None:
        opening = self._opening
        if not self._is_open or opening is None:
            return
        line.patience(REPLAY_SECONDS)
        line.send(MESSAGE, opening.line)
        while True:
            kind, payload = line.receive()
            told = read_message(payload)
            if kind == MESSAGE and told.is_answer and told.key == opening.message.key:
                break
        if self._opened:
            line.send(MESSAGE, self._opened)
        line.patience(None)

    # --- to the client ---

    def _refuse(self, request: Request | None, why: str) -> None:
        if request is not None:
            self._answer(request, lost_answer(request.message, why))

    def _answer(self, request: Request, payload: bytes) -> None:
        if self._pending.take_out(request.message.key) is not None:
            self._client.write(payload)
