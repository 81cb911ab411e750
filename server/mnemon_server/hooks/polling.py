"""Ask a server for its health until it answers."""

from __future__ import annotations

import os
import time
from contextlib import closing
from urllib.parse import urlsplit

from mnemon_server.hooks.answer import Outcome
from mnemon_server.settings import Settings

_PAUSE = 1.0  # seconds
_ONE_TRY = 10.0


def poll(settings: Settings, patience: float) -> Outcome:
    """Ask until the server says 200 or `patience` seconds have passed."""
    if not settings.remote:
        return Outcome(note="no remote")
    end, tries = time.monotonic() + patience, 0
    while (left := end - time.monotonic()) > 0:
        tries += 1
        if _is_awake(settings.remote, min(left, _ONE_TRY)):
            return Outcome(note=f"awake after {tries} tries")
        time.sleep(min(_PAUSE, max(0.0, end - time.monotonic())))
    return Outcome(note=f"no answer in {tries} tries")


def _is_awake(url: str, seconds: float) -> bool:
    """One request; no redirect is followed, and nothing of the user's is sent with it."""
    import http.client  # loads OpenSSL, which whoever has no remote need not pay for
    import ssl

    from mnemon_server.client.connecting import connected

    parts, seconds = urlsplit(url), max(0.1, seconds)
    tls = ssl.create_default_context() if parts.scheme == "https" else None
    try:
        with closing(connected(parts, tls, time.monotonic() + seconds, os.environ)) as connection:
            connection.sock.settimeout(seconds)
            connection.request("GET", parts.path.rstrip("/") + "/health", headers={"User-Agent": "mnemon"})
            return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException, ValueError):  # the last for what cannot be a host's name
        return False
