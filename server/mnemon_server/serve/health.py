"""`/health`: whether the server is there, for anybody; how it is, for whoever may come in."""

from __future__ import annotations

import os
import time
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import anyio.to_thread
import apsw
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mnemon_server import __version__
from mnemon_server.auth.sessions import SessionStore
from mnemon_server.errors import MnemonError
from mnemon_server.serve.resume import ResumingSessions
from mnemon_server.serve.service import Service


class Health:
    """`is_open` while the server runs; it takes requests once the vault has been brought here, too."""

    def __init__(self, service: Service | None, store: SessionStore, sessions: ResumingSessions) -> None:
        self._service = service
        self._store = store
        self._sessions = sessions
        self._started = time.time()
        self.is_open = False

    async def answer(self, request: Request) -> Response:
        """200 `{"status": "ok"}`, 503 while it opens or closes; with a bearer the details too. Loads no model."""
        told: dict[str, Any] = {"status": self.state}
        if request.user.is_authenticated:
            told |= await anyio.to_thread.run_sync(self._details)
            told["known_as"] = request.user.display_name
        return JSONResponse(told, 200 if told["status"] == "ok" else 503)

    @property
    def state(self) -> str:
        """`ok`, `seeding`, `closing`."""
        if not self.is_open:
            return "closing"
        return "ok" if self._service is None or self._service.seeding.is_over else "seeding"

    def _details(self) -> dict[str, Any]:
        sessions = {"live": self._sessions.live, "stored": self._stored(), "resumed": self._sessions.resumed}
        found = {
            "version": __version__,
            "build": _build(),
            "pid": os.getpid(),
            "uptime_s": round(time.time() - self._started, 1),
            "sessions": sessions,
        }
        return found | (_of_the_vault(self._service) if self._service is not None else {})

    def _stored(self) -> int | None:
        """None when the store of sessions is in trouble, which is no reason to call the server ill."""
        try:
            return self._store.count()
        except (apsw.Error, OSError, MnemonError):
            return None


@cache
def _build() -> str:
    """What tells two builds of one version apart: what the image says, or the version of the distribution."""
    if named := os.environ.get("MNEMON_BUILD", ""):
        return named
    try:
        return version("mnemon-memory")
    except PackageNotFoundError:
        return __version__


def _of_the_vault(service: Service) -> dict[str, Any]:
    """A vault in trouble is an answer too."""
    if not service.seeding.is_over:
        return {"vault_state": "seeding", "problem": service.seeding.problem or None}
    try:
        status = service.perform("status", {}, "health")
    except MnemonError as trouble:
        return {"vault_state": trouble.code, "problem": trouble.message}
    names = {"model": "model", "verified_backup": "verified_backup", "state": "vault_state", "pending": "pending"}
    return {name: status[key] for key, name in names.items()} | {"backup": service.backup.told()}
