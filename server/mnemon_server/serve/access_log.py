"""Structured logs: one JSON object a line on standard error, without ids, tokens, addresses or anybody's text."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What a path may show; whatever else was asked for is "other", because people paste secrets into addresses.
_SHOWN = (
    "/mcp", "/mcp/", "/authorize", "/consent", "/token", "/register", "/revoke", "/auth/exchange", "/vault/import",
    "/vault/export", "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
    "/.well-known/oauth-authorization-server",
)  # fmt: skip
_QUIET = ("/health",)
_access = logging.getLogger("mnemon.access")


class AccessLog:
    """One line per request; health checks, which come every few seconds, only when they fail."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 500

        async def watching(event: Message) -> None:
            nonlocal status
            if event["type"] == "http.response.start":
                status = event["status"]
            await send(event)

        try:
            await self._app(scope, receive, watching)
        finally:
            if status >= 500 or scope["path"] not in _QUIET:
                told = {"method": scope["method"], "path": shown_path(scope["path"]), "status": status}
                _access.info("request", extra={"told": told | {"ms": round((time.monotonic() - began) * 1000, 1)}})


def shown_path(path: str) -> str:
    """The path as the log may show it."""
    if path in _SHOWN:
        return path
    name = path.removeprefix("/vault/actions/")
    return path if name != path and name.isascii() and name.replace("_", "").isalpha() and len(name) < 40 else "other"


class JsonLines(logging.Formatter):
    """Our own messages as they are; of libraries and of exceptions only kind and place: their words may quote."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
        }
        is_ours = record.name == "mnemon" or record.name.startswith("mnemon.")
        line["event"] = record.getMessage() if is_ours else f"{record.name}:{record.lineno}"
        line |= getattr(record, "told", {})
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["where"] = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames][-8:]
        return json.dumps(line, ensure_ascii=False)


def log_to_stderr() -> None:
    """Ours from INFO on, everybody else's from WARNING on, in one format."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("mnemon").setLevel(logging.INFO)
