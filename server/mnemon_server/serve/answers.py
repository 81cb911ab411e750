"""How the server answers our own programs: one JSON shape for what went well and for what did not."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

from mnemon_server import __version__
from mnemon_server.errors import DiskTrouble, MnemonError, UnknownMemory, UsageError, VaultBusy, VaultMoved

_STATUSES: tuple[tuple[type[MnemonError], int], ...] = (
    (UsageError, 400),
    (UnknownMemory, 404),
    (VaultBusy, 503),
    (VaultMoved, 503),
    (DiskTrouble, 507),
)
_RETRY_AFTER = 5  # seconds


def result(found: dict[str, Any]) -> JSONResponse:  # Any: JSON
    return JSONResponse({"ok": True, "result": found, "version": __version__})


def problem(trouble: MnemonError) -> JSONResponse:
    """An expected failure, with the exit status that the command line has for it."""
    status = next((status for kind, status in _STATUSES if isinstance(trouble, kind)), 409)
    headers = {"Retry-After": str(_RETRY_AFTER)} if isinstance(trouble, VaultBusy) else {}
    return _told(status, trouble.to_json() | {"exit_status": trouble.exit_status}, headers)


def refusal(status: int, code: str, message: str, retry_after: int | None = None, hint: str = "") -> JSONResponse:
    """A request that the server does not take."""
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    exit_status = 4 if status in (401, 403) else 2 if status == 400 else 1
    return _told(status, {"code": code, "message": message, "hint": hint, "exit_status": exit_status}, headers)


def _told(status: int, told: dict[str, Any], headers: dict[str, str]) -> JSONResponse:  # Any: JSON
    return JSONResponse({"ok": False, "problem": told, "version": __version__}, status, headers)
