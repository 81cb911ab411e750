"""The server with one of everything behind the layers of ours, on a port of this machine."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from tests.fakes.everything import Events, everything

from mnemon_server.auth.authority import Authority
from mnemon_server.auth.sessions import SessionStore
from mnemon_server.auth.store import AuthStore
from mnemon_server.serve.http_app import Tuning, stack
from mnemon_server.serve.remote import Order, doors_of


@contextmanager
def everything_served(folder: Path, token: str) -> Iterator[int]:
    """Its port, for the length of the block. It demands `token` as its bearer."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        doors = doors_of(Order(port=port), port, "")
        authority = Authority(AuthStore(folder / "oauth.sqlite"), doors.public_url, token, None)
        sessions = SessionStore(folder / "sessions.sqlite", time.time)
        app = stack(everything(), authority, sessions, doors, Tuning(event_store=Events(), retry_interval=100))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join()
            authority.store.close()
