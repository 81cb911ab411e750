"""A connection to the resident of a vault, as its callers have it."""

from __future__ import annotations

import json
import os
import socket

from mnemon_server.resident.connecting import NoResident, connected, require_own
from mnemon_server.resident.frames import (
    HEAD,
    HELLO,
    LARGEST,
    OLDEST,
    PROTOCOL,
    framed,
    head_of,
)
from mnemon_server.resident.identity import Identity, identity, should_replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_AT_ONCE = 65_536  # bytes


class Lost(Exception):
    """It was there, and the connection broke, or what came is no frame, or (`is_late`) nothing came in time."""

    is_late = False


class Unfit(NoResident):
    """One is there that does not take us. `answer` is what it said; `is_outdated` when it should give way to us."""

    def __init__(self, why: str, answer: dict[str, Any], is_outdated: bool = False) -> None:  # Any: JSON
        super().__init__(why)
        self.answer = answer
        self.is_outdated = is_outdated


class Line:
    """One connection. One thread may send while another one receives."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._rest = bytearray()
        self.resident: dict[str, Any] = {}  # what it said of itself  # Any: JSON

    def send(self, kind: bytes, payload: bytes) -> None:
        """One frame.

        Raises:
            Lost: it cannot be sent.
        """
        try:
            self._sock.sendall(framed(kind, payload))
        except (OSError, ValueError) as trouble:
            raise Lost(str(trouble)) from None

    def receive(self) -> tuple[bytes, bytes]:
        """The next frame: its kind and what is in it.

        Raises:
            Lost: there will be none.
        """
        kind, length = head_of(self._taken(HEAD))
        if length > LARGEST:
            raise Lost("a frame that is too large")
        return kind, self._taken(length)

    def is_quiet(self) -> bool:
        """Whether it stands, as far as can be told, and nothing has come that nobody asked for."""
        before = self._sock.gettimeout()
        try:
            self._sock.setblocking(False)
            self._sock.recv(1, socket.MSG_PEEK)
            return False  # a farewell, or its end
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            return False
        finally:
            try:
                self._sock.settimeout(before)
            except OSError:
                pass

    def patience(self, seconds: float | None) -> None:
        """How long one sending or receiving may take from now on."""
        self._sock.settimeout(seconds)

    def hang_up(self) -> None:
        """Nothing more will be sent; what the other side still has to say can be received."""
        try:
            self._sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self) -> None:
        """Also wakes a thread that is receiving."""
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._sock.close()

    def _taken(self, count: int) -> bytes:
        rest = self._rest
        try:
            while len(rest) < count:
                piece = self._sock.recv(max(_AT_ONCE, min(count - len(rest), 1_048_576)))
                if not piece:
                    raise Lost("it hung up")
                rest += piece
        except OSError as trouble:
            lost = Lost(str(trouble))
            lost.is_late = isinstance(trouble, TimeoutError)
            raise lost from None
        taken = bytes(rest[:count])
        del rest[:count]
        return taken


def open_line(folder: str, purpose: str, seconds: float = 5.0, **more: Any) -> Line:  # Any: JSON
    """A connection to the resident of the vault in `folder`, past the exchange of names; `more` goes into our HELLO.

    Raises:
        NoResident: there is none.
        Unfit: it speaks another language, does not take us, or is of a program that ours should replace.
    """
    sock, token = connected(folder, seconds)
    line, me = Line(sock), identity()
    try:
        sock.settimeout(seconds)
        require_own(sock)
        greeting = {"protocol": PROTOCOL, **me, "for": purpose, "pid": os.getpid(), "token": token, **more}
        line.resident = _answer(line, greeting)
        _require_fit(line.resident, me, purpose)
        sock.settimeout(None)
        return line
    except BaseException:
        line.close()
        raise


def _answer(line: Line, greeting: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    try:
        line.send(HELLO, json.dumps(greeting).encode())
        kind, payload = line.receive()
        told = json.loads(payload)
    except (Lost, ValueError, RecursionError) as trouble:
        raise NoResident(f"it does not answer ({trouble})") from None
    if kind != HELLO or not isinstance(told, dict):
        raise NoResident("it does not answer as a resident does")
    return told


def _require_fit(told: dict[str, Any], me: Identity, purpose: str) -> None:  # Any: JSON
    is_outdated = should_replace(me, told)
    if told.get("refused"):
        raise Unfit(str(told.get("message") or told["refused"])[:500], told, is_outdated)
    if purpose == "leave":
        return  # which is understood in all versions
    if _version_of(told, "oldest") > PROTOCOL or _version_of(told, "protocol") < OLDEST:
        raise Unfit("it speaks another language than this program", told, is_outdated)
    if is_outdated and purpose != "state":
        raise Unfit(f"it is of version {told.get('version')}, installed before ours", told, is_outdated)


def _version_of(told: dict[str, Any], name: str) -> int:  # Any: JSON
    """A resident that does not say speaks the language of the first."""
    found = told.get(name, 1)
    return found if isinstance(found, int) else 0
