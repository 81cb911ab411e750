"""Who may talk to the dashboard: pages of its own, by a name of this machine; and what those pages may load."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:  # the command line reads this room without a server
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
# Charts are drawn by functions that Vega makes from text, and styled in place; nothing comes from elsewhere.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'{scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
)
_REFUSED = b"The dashboard answers its own pages only, at http://localhost.\n"


class Gate:
    """ASGI in front of Streamlit, which by itself answers to any name and to any page of this machine, and asks an
    address on the internet for this machine's when a page from elsewhere knocks."""

    def __init__(self, app: ASGIApp, inline_scripts: Sequence[str] = ()) -> None:
        """`inline_scripts` are the only ones that run although they stand in a page."""
        self._app = app
        hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline_scripts)
        policy = _POLICY.format(scripts="".join(f" 'sha256-{digest}'" for digest in hashes))
        self._headers = (*_HEADERS, (b"content-security-policy", policy.encode()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif _is_ours(scope):
            await self._app(scope, receive, self._with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": _REFUSED})

    def _with_headers(self, send: Send) -> Send:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *self._headers]}
            await send(message)

        return sent


def inline_scripts(page: str) -> list[str]:
    """The scripts that stand in the text of a page of ours."""
    return re.findall(r"<script>(.*?)</script>", page, re.DOTALL)


def _is_ours(scope: Scope) -> bool:
    """A name that was made to point here is none of ours, and neither is a page of another port. Programs send no
    origin; browsers always do where it matters."""
    named: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        named.setdefault(name, []).append(value)
    hosts, origins = named.get(b"host", []), named.get(b"origin", [])
    if len(hosts) != 1 or _name(hosts[0]) not in _NAMES:
        return False
    return not origins or origins == [b"http://" + hosts[0]]


def _name(host: bytes) -> str:
    """Without the port, which is another one behind a tunnel."""
    try:
        return urlsplit(f"//{host.decode('ascii')}").hostname or ""
    except ValueError:
        return ""
