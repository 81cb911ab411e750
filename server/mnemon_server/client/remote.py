"""The vault on the web, over HTTP."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from mnemon_server.client.repeating import is_repeatable
from mnemon_server.client.timed import Gone
from mnemon_server.client.troubles import trouble_of
from mnemon_server.client.wire import Answer, Request, TooLarge, Wire
from mnemon_server.errors import MnemonError

PATIENCE = 30.0  # seconds for a call, waking the server's machine included
LONG_PATIENCE = 600.0
_LONG = {"rebuild", "embed_pending", "check_integrity", "push", "adopt", "sync_verify", "sync_status", "sync_history"}
_WAKING = (502, 503, 504)  # what stands before a sleeping machine says so
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0  # seconds


class RemoteUnreachable(MnemonError):
    """The server did not answer."""

    code = "remote-unreachable"


class RemoteRefused(MnemonError):
    """The server does not take the token."""

    code = "remote-refused"
    exit_status = 4


class RemoteStrange(MnemonError):
    """What answers is not mnemon, or not as it should."""

    code = "remote-strange"


class RemoteVault:
    """A client of the vault behind `url`; its methods may be called from any thread. `patience` is in seconds, for a
    whole call."""

    def __init__(
        self,
        url: str,
        token: str,
        caller: str,
        session: str | None = None,
        project: str = "",
        patience: float | None = None,
        waiting: Callable[[str], None] | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._wire = Wire(url, token, environment)
        self._url = url
        self._caller = caller
        self._session = ("" if caller == "cli" else uuid.uuid4().hex) if session is None else session
        self._project = project
        self._patience = patience
        self._waiting = waiting or (lambda host: None)

    def call(self, action: str, /, **parameters: Any) -> dict[str, Any]:  # Any: JSON on both sides
        """Carry out one action; see the protocol.

        Raises:
            RemoteUnreachable: no answer within the patience.
            RemoteRefused: the token is not taken.
            RemoteStrange: something else than mnemon answers.
            MnemonError: as the action says.
        """
        return self.perform(action, parameters, self._caller, self._session)

    def perform(
        self, action: str, parameters: dict[str, Any], client: str, session: str
    ) -> dict[str, Any]:  # Any: JSON
        """The same for a client of that name, in that session."""
        order = {"parameters": parameters, "client": client, "session": session, "project": self._project}
        request = Request(
            "POST",
            f"/vault/actions/{action}",
            json.dumps(order).encode(),
            is_repeatable=is_repeatable(action, parameters),
        )
        usual = LONG_PATIENCE if action in _LONG else PATIENCE
        return self._result(self._asked(request, usual if self._patience is None else self._patience))

    def import_stretch(self, lines: bytes, dry_run: bool) -> dict[str, Any]:  # Any: JSON
        """Take in JSON lines, at most a megabyte of them; the tally of `portable.jsonl.import_lines`."""
        path = f"/vault/import{'?dry_run=1' if dry_run else ''}"
        return self._result(self._asked(Request("POST", path, lines), self._patience or LONG_PATIENCE))

    def export_stretches(self) -> Iterator[bytes]:
        """All live memories as JSON lines, in pieces that end anywhere. The patience is for each piece."""
        patience = self._patience or PATIENCE
        self.call("status")  # wakes the server's machine, and meets whatever trouble there is
        try:
            with self._wire.opened(Request("GET", "/vault/export"), time.monotonic() + patience) as response:
                if response.status != 200:
                    body = response.piece()
                    self._result(Answer(response.status, response.headers.get("Location", ""), body))
                    raise self._strange("its answer is none")
                while piece := response.piece(time.monotonic() + patience):
                    yield piece
        except Gone as gone:
            raise self._unreachable(gone) from None

    def close(self) -> None:
        """Hang up."""
        self._wire.close()

    def _asked(self, request: Request, patience: float) -> Answer:
        """An answer that is not that of a sleeping machine; those are waited out as long as there is patience."""
        end, pause, is_second = time.monotonic() + patience, _FIRST_PAUSE, False
        while True:
            trouble: MnemonError
            try:
                answer = self._wire.exchange(request, end)
                if answer.status not in _WAKING or _of_ours(answer) is not None:
                    return answer
                trouble = self._asleep(answer, request)
                if not request.is_repeatable:
                    raise trouble
            except TooLarge:
                raise self._strange("its answer has no end") from None
            except Gone as gone:
                trouble = self._unreachable(gone)
                has_broken = gone.stage == "waiting" and not gone.is_timeout and request.is_repeatable
                if has_broken and not is_second:
                    is_second = True
                    continue
                if not gone.is_refused:
                    raise trouble from None
            if time.monotonic() + pause >= end:
                raise trouble
            if pause == _FIRST_PAUSE:
                self._waiting(self._wire.host)
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _result(self, answer: Answer) -> dict[str, Any]:  # Any: JSON
        if 300 <= answer.status < 400:
            raise self._strange(f"it redirects to {_host_in(answer.location)}, which is not followed")
        told = _of_ours(answer)
        if answer.status == 401 or (answer.status == 403 and told is None):
            raise RemoteRefused(
                f"{self._wire.host} does not take this machine's token (status {answer.status})",
                f"mnemon setup --remote-url {self._url}",
            )
        if told is None:
            raise self._strange(_kind(answer))
        if told["ok"]:
            return dict(told["result"])
        raise trouble_of(told["problem"])

    def _unreachable(self, gone: Gone) -> MnemonError:
        if gone.stage == "connecting":
            what = "your memories are safe there, and nothing was changed here"
        else:
            what = "your memories are safe there, and nothing was changed here; whether it was done there is not known"
        return RemoteUnreachable(
            f"{self._wire.host} cannot be reached: {gone.reason}; {what}", "try again in a moment, or: mnemon doctor"
        )

    def _asleep(self, answer: Answer, request: Request) -> MnemonError:
        doubt = "" if request.is_repeatable else "; whether it was done there is not known"
        return RemoteUnreachable(
            f"{self._wire.host} cannot be reached: only what stands before it answers, with status {answer.status};"
            f" your memories are safe there, and nothing was changed here{doubt}",
            "try again in a moment, or: mnemon doctor",
        )

    def _strange(self, what: str) -> MnemonError:
        return RemoteStrange(
            f"{self._wire.host} does not answer as mnemon does: {what}; nothing was changed here",
            f"is the address right? mnemon setup --remote-url {self._url}",
        )


def _of_ours(answer: Answer) -> dict[str, Any] | None:  # Any: JSON
    """The object of an answer in our shape."""
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    if told.get("ok") is True and answer.status == 200 and isinstance(told.get("result"), dict):
        return told
    return told if told.get("ok") is False and isinstance(told.get("problem"), dict) else None


def _host_in(location: str) -> str:
    """Fit for a terminal."""
    try:
        host = urlsplit(location).netloc
    except ValueError:
        host = ""
    return host if host.isprintable() and 0 < len(host) < 300 else "another path"


def _kind(answer: Answer) -> str:
    text = answer.body.lstrip()[:1]
    if text == b"<":
        return f"a web page came instead (status {answer.status})"
    if text in (b"{", b"["):
        return f"other JSON came instead (status {answer.status})"
    return f"something else came instead (status {answer.status})"
