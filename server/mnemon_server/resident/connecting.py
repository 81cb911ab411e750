"""A socket that leads to the resident of a vault, and to nobody else."""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
import time

from mnemon_server.resident import place
from mnemon_server.resident.frames import CHALLENGE, PROOF, proof_of

_PAUSE = 0.01  # seconds


class NoResident(Exception):
    """Nobody is there. `str()` says why, for people."""


def connected(folder: str, seconds: float) -> tuple[socket.socket, str]:
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


def require_own(sock: socket.socket) -> None:
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
