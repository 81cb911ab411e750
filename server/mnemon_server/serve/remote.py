"""`mnemon serve-remote`: the vault of this machine over HTTP, for clients elsewhere."""

from __future__ import annotations

import gc
import ipaddress
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mnemon_server.errors import MnemonError, UsageError
from mnemon_server.serve.access import Access, find_access
from mnemon_server.settings import Settings, load_settings

if TYPE_CHECKING:
    import uvicorn

    from mnemon_server.serve.http_app import Doors

DEFAULT_PORT = 8000
_GRACE = 5  # seconds for requests under way when the server is told to end
_LAST_RESORT = 12.0  # seconds from being told to end until the process is gone, whatever still runs
_LAST_BACKUP = 45.0  # more, where the vault is backed up on the way out
_MOST_CONNECTIONS = 1_000


class Refused(MnemonError):
    """The server will not listen as it was told to."""

    code = "serve-refused"
    exit_status = 4


class NotListening(MnemonError):
    """The port is taken, or the address is none of this machine's."""

    code = "not-listening"


@dataclass(frozen=True)
class Order:
    """What the command line asks for. Port 0 is one that the system picks."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT

    @property
    def is_loopback(self) -> bool:
        return is_loopback(self.host)


def main(arguments: Sequence[str]) -> int:
    """Serve until told to end; returns the exit status.

    Raises:
        UsageError: arguments that are none.
        Refused: beyond loopback without a credential or a public address, or the port is taken.
    """
    order = ordered(arguments)
    settings = load_settings(os.environ, Path.home())
    if settings.remote:
        raise Refused("this machine's vault is on the web, so there is none here to serve", "mnemon setup --local")
    access = find_access(os.environ, settings, order.is_loopback)
    _check(order, access)
    from mnemon_server.serve.access_log import log_to_stderr

    log_to_stderr()
    # uvicorn raises the signal that ended it once more when it is done; to be told to end is no failure.
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    status = 0
    try:
        _serve(order, settings, access)
    except KeyboardInterrupt:
        status = 130
    # A worker thread may still wait for a lock; the vault is closed, so leave.
    sys.stderr.flush()
    os._exit(status)


def ordered(arguments: Sequence[str]) -> Order:
    """The command line: `--host H --port P`, also as `--host=H`."""
    words = [part for word in arguments for part in (word.split("=", 1) if word.startswith("--") else [word])]
    found = {"--host": "127.0.0.1", "--port": str(DEFAULT_PORT)}
    while words:
        name = words.pop(0)
        if name not in found:
            raise UsageError(f"serve-remote takes no {name!r}", "mnemon serve-remote --help")
        if not words:
            raise UsageError(f"{name} wants a value", "mnemon serve-remote --help")
        found[name] = words.pop(0)
    port = found["--port"]
    if not (port.isascii() and port.isdigit() and int(port) < 65_536):
        raise UsageError(f"--port takes a number from 0 to 65535, not {port!r}")
    return Order(found["--host"], int(port))


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`. A name other than localhost may lead anywhere."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _check(order: Order, access: Access) -> None:
    if order.is_loopback:
        return
    if not access.token and not access.passphrase_hash and not access.has_devices:
        raise Refused(
            f"without a credential anybody who reaches {order.host} could read every memory",
            "set MNEMON_LOCAL_TOKEN, or make a token first: mnemon token new NAME",
        )
    if not access.public_url:
        raise Refused(
            "beyond this machine the server must know its own address, to tell requests meant for it from others",
            "set MNEMON_PUBLIC_URL=https://...",
        )


def doors_of(order: Order, port: int, public_url: str) -> Doors:
    """The addresses that are ours: the public one, and on loopback every name of it."""
    from mnemon_server.serve.http_app import Doors

    bare = order.host.strip("[]")
    url = public_url or f"http://{f'[{bare}]' if ':' in bare else bare}:{port}"
    hosts, origins = {urlsplit(url).netloc.lower()}, set[str]()
    if order.is_loopback:
        names = ("localhost", "127.0.0.1", "[::1]")
        hosts |= {*names, *(f"{name}:*" for name in names)}
        origins |= {f"http://{name}:*" for name in names} | {f"http://{name}" for name in names}
    return Doors(url, frozenset(hosts), frozenset(origins))


def _serve(order: Order, settings: Settings, access: Access) -> None:
    # As in stdio.py: what is imported now stays, so looking for garbage in it only costs start-up time.
    gc.disable()
    import uvicorn

    from mnemon_server.auth.authority import Authority
    from mnemon_server.auth.sessions import SessionStore
    from mnemon_server.auth.store import AuthStore
    from mnemon_server.serve.http_app import build_app
    from mnemon_server.serve.service import open_service

    listening = _listen(order)
    port = listening.getsockname()[1]
    doors = doors_of(order, port, access.public_url)
    authority = Authority(AuthStore(settings.oauth_path), doors.public_url, access.token, access.passphrase_hash)
    service = open_service(settings, authority)
    app = build_app(service, authority, SessionStore(settings.sessions_path, time.time), doors)
    gc.freeze()
    gc.enable()
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=75,
    )
    _announce(doors.public_url, order, port, access)
    last_resort = _LAST_RESORT + (_LAST_BACKUP if service.backup.told() is not None else 0)
    _server_of(config, last_resort).run(sockets=[listening])


def _listen(order: Order) -> socket.socket:
    """The socket, before anything slow: a port that is taken is said at once."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            order.host.strip("[]"), order.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as trouble:
        raise NotListening(
            f"{order.host} port {order.port} cannot be listened at: {trouble.strerror or trouble}",
            "another --port, or end the other program",
        ) from trouble
    listening.set_inheritable(True)
    return listening


def _announce(url: str, order: Order, port: int, access: Access) -> None:
    log = logging.getLogger("mnemon")
    told = {"address": f"{order.host}:{port}", "url": url, "oauth": bool(access.passphrase_hash)}
    log.info("serving", extra={"told": told})
    if access.made is not None:
        log.info("a token was made", extra={"told": {"file": str(access.made)}})


def _server_of(config: uvicorn.Config, last_resort: float) -> uvicorn.Server:
    """uvicorn's server, with an end to its patience: whatever hangs, the process is gone in time."""
    import uvicorn

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            if not self.should_exit:
                watch = threading.Timer(last_resort, os._exit, (1,))
                watch.daemon = True
                watch.start()
            super().handle_exit(sig, frame)

    return Server(config)
