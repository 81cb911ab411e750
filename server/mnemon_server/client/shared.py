"""The vault through the resident server of this machine, which is started when there is none."""

from __future__ import annotations

import json
import os
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

from mnemon_server.client.repeating import is_repeatable
from mnemon_server.errors import MnemonError
from mnemon_server.resident.connecting import NoResident
from mnemon_server.resident.frames import ANSWER, QUESTION, framed
from mnemon_server.resident.launch import reach
from mnemon_server.resident.line import Line, Lost, open_line
from mnemon_server.resident.place import passed_on
from mnemon_server.settings import Settings

if TYPE_CHECKING:
    from mnemon_server.client import Progress
    from mnemon_server.client.in_process import InProcess

START_SECONDS = 2.0  # for a resident to start; then the work is done here
_SECONDS, _MODEL_SECONDS = 15.0, 60.0  # for an answer, and for one that a judge's model may have to give
_WITH_MODEL = {"extract", "summarize", "contradictions"}
_LOOK_AGAIN = 60.0  # seconds that the work is done here after a resident could not be reached
# Everything else takes long and tells of its progress, or is about files of this machine: it is done in this process.
ASKED = frozenset({
    "save", "get", "search", "list", "timeline", "related", "contradictions", "conflicts", "resolve", "changes", "edit",
    "browse", "overview", "version", "points", "edges", "stated", "drop_fact", "judge", "extract", "summarize", "pin",
    "unpin", "forget", "restore", "undo", "inbox", "keep", "drop", "capture", "put_handoff", "opening", "surface",
    "sweep", "status", "profile", "state_fact",
})  # fmt: skip


class ResidentGone(MnemonError):
    """The resident ended, or fell silent, in the middle of what it was asked."""

    code = "resident-gone"


class SharedVault:
    """A client of the resident; its methods may be called from any thread. What no resident can do, and everything
    where none can be reached, is done in this process."""

    def __init__(
        self, settings: Settings, caller: str, report: Progress | None, session: str | None, project: str, start: bool
    ) -> None:
        if session is None:
            session = "" if caller == "cli" else uuid.uuid4().hex
        self._settings = settings
        self._from = {"client": caller, "session": session, "project": project}
        self._report = report
        self._start = start
        self._line: Line | None = None
        self._look_again_at = 0.0
        self._here: InProcess | None = None
        self._guard = threading.Lock()

    def call(self, action: str, /, **parameters: Any) -> dict[str, Any]:  # Any: JSON on both sides
        """Carry out one action; see the protocol.

        Raises:
            ResidentGone: it is not known whether it was done.
        """
        if action not in ASKED:
            return self._done_here(action, parameters)
        order = json.dumps({"action": action, "parameters": parameters, **self._from}).encode()
        with self._guard:
            told = self._asked(order, action, parameters)
        if told is None:
            return self._done_here(action, parameters)
        return _result(told)

    def close(self) -> None:
        """Hang up; and let go of the vault file, if it was opened here."""
        with self._guard:
            self._hang_up()
            if self._here is not None:
                self._here.close()

    def _asked(self, order: bytes, action: str, parameters: dict[str, Any]) -> bytes | None:  # Any: JSON
        """What the resident answers; None where there is none."""
        try:
            framed(QUESTION, order)
        except ValueError:
            return None  # too large for the line, and not for a vault
        for is_last in (False, True):
            line = self._connected()
            if line is None:
                return None
            try:
                line.send(QUESTION, order)
            except Lost:
                self._hang_up()  # it does not have all of it, and has done nothing
                continue
            try:
                line.patience(_MODEL_SECONDS if action in _WITH_MODEL else _SECONDS)
                kind, told = line.receive()
                if kind == ANSWER:
                    return told
                self._hang_up()  # it is about to leave, and has not looked at the question
            except Lost as lost:
                self._hang_up()
                if lost.is_late and is_repeatable(action, parameters):
                    self._look_again_at = time.monotonic() + _LOOK_AGAIN  # it hangs: nobody else shall wait for it
                    return None
                if is_last or not is_repeatable(action, parameters):
                    raise ResidentGone(
                        f"mnemon's server on this machine went away in the middle of this ({lost}); whether it was"
                        " done is not known",
                        "look, and try again",
                    ) from None
        return None

    def _connected(self) -> Line | None:
        if self._line is not None and not self._line.is_quiet():
            self._hang_up()  # the resident has left since
        if self._line is None and time.monotonic() >= self._look_again_at:
            more = {"environment": passed_on(os.environ)}
            try:
                folder = str(self._settings.folder)
                if self._start:
                    self._line = reach(folder, "calls", START_SECONDS, **more)
                else:
                    self._line = open_line(folder, "calls", START_SECONDS, **more)
            except NoResident:
                self._look_again_at = time.monotonic() + _LOOK_AGAIN
        return self._line

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _done_here(self, action: str, parameters: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
        with self._guard:
            if self._here is None:
                from mnemon_server.client.in_process import InProcess  # SQLite and all the rest

                names = self._from
                self._here = InProcess(
                    self._settings, names["client"], self._report, names["session"], names["project"]
                )
        return self._here.call(action, **parameters)


def _result(told: bytes) -> dict[str, Any]:  # Any: JSON
    try:
        answer = json.loads(told)
        if "problem" in answer:
            from mnemon_server.client.troubles import trouble_of

            raise trouble_of(dict(answer["problem"]))
        return dict(answer["result"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ResidentGone(
            "mnemon's server on this machine answers nonsense; whether this was done is not known",
            "mnemon resident restart",
        ) from None
