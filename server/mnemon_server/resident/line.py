"""A connection to the resident of a vault, as its callers have it."""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
import time

from mnemon_server.resident import place
from mnemon_server.resident.frames import (
    CHALLENGE,
    HEAD,
    HELLO,
    LARGEST,
    OLDEST,
    PROOF,
    PROTOCOL,
    framed,
    head_of,
    proof_of,
)
from mnemon_server.resident.identity import Identity, identity, should_replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_AT_ONCE = 65_536  # bytes
_PAUSE = 0.01  # seconds


class NoResident(Exception):
    """Nobody is there. `str()` says why, for people."""


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
    sock, token = _connected(folder, seconds)
    line, me = Line(sock), identity()
    try:
        sock.settimeout(seconds)
        _require_own(sock)
        greeting = {"protocol": PROTOCOL, **me, "for": purpose, "pid": os.getpid(), "token": token, **more}
        line.send(HELLO, json.dumps(greeting).encode())
        line.resident = _answer(line)
        _require_fit(line.resident, me, purpose)
        sock.settimeout(None)
        return line
    except BaseException:
        line.close()
        raise


def _answer(line: Line) -> dict[str, Any]:  # Any: JSON
    try:
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


def _connected(folder: str, seconds: float) -> tuple[socket.socket, str]:
    """A socket that is connected, and the token to show where anybody could connect."""
    if not place.has_sockets():
        return _connected_by_port(folder, seconds)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        _connect(sock, place.socket_path(folder), time.monotonic() + seconds)
    except OSError as trouble:
        sock.close()
        raise NoResident(trouble.strerror or "none answers") from None
    return sock, ""


def _connect(sock: socket.socket, path: str, end: float) -> None:
    """A socket with a name does not wait where too many want in at once: it says so, as if nobody were there."""
    while True:
        try:
            return sock.connect(path)
        except BlockingIOError:
            if time.monotonic() + _PAUSE >= end:
                raise
            time.sleep(_PAUSE)


def _connected_by_port(folder: str, seconds: float) -> tuple[socket.socket, str]:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        with open(place.port_path(folder), encoding="utf-8") as file:
            told = json.load(file)
        sock.settimeout(seconds)
        sock.connect(("127.0.0.1", int(told["port"])))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _require_proof(sock, str(told["token"]))
        return sock, str(told["token"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as trouble:
        sock.close()
        raise NoResident(getattr(trouble, "strerror", None) or "none answers") from None


def _require_proof(sock: socket.socket, token: str) -> None:
    """Before it hears a word of ours: the port of a resident that was killed may be somebody else's by now."""
    challenge, told = os.urandom(CHALLENGE), b""
    sock.sendall(challenge)
    while len(told) < PROOF and (piece := sock.recv(PROOF - len(told))):
        told += piece
    if told != proof_of(token, challenge):
        raise ValueError("it does not know the token")


def _require_own(sock: socket.socket) -> None:
    """Where the system tells whose the other end is, it must be ours: a socket in a shared folder may be anybody's."""
    owner = owner_of(sock)
    if owner is not None and owner != os.getuid():
        raise NoResident("what answers belongs to another user")


def owner_of(sock: socket.socket) -> int | None:
    """The user at the other end; None where the system does not tell."""
    if not place.has_sockets() or sock.family != socket.AF_UNIX:
        return None
    system = str(sys.platform)  # a type checker would take the other systems' lines for dead
    if system == "linux":
        told = sock.getsockopt(socket.SOL_SOCKET, 17, struct.calcsize("i2I"))  # SO_PEERCRED: process, user, group
        return int(struct.unpack("i2I", told)[1])
    if system == "darwin":
        told = sock.getsockopt(0, 1, 76)  # SOL_LOCAL, LOCAL_PEERCRED: version, user, groups
        return int(struct.unpack("2I", told[:8])[1])
    return None
