"""A connection to a server, encrypted and by way of a proxy where that has to be."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from urllib.parse import SplitResult

from mnemon_server.client.proxy import proxy_to, reached_through
from mnemon_server.client.timed import encrypted, reached


def connected(
    parts: SplitResult, tls: ssl.SSLContext | None, end: float, environment: Mapping[str, str]
) -> http.client.HTTPConnection:
    """To the server of an address, encrypted with `tls` where that is given, by `end` of the monotonic clock;
    the `environment` says which proxy stands between.

    Not by `connect` of the standard library, whose time-out is for each address of a name, and then for the encryption
    once more.

    Raises:
        OSError: it did not come about; a ProxyTrouble when that is a proxy's doing.
        ValueError: its host is no name.
    """
    host = parts.hostname or ""
    if tls is None:
        plain = http.client.HTTPConnection(host, parts.port)
        plain.sock = reached(host, parts.port or 80, end)
        return plain
    port = parts.port or 443
    proxy = proxy_to(host, port, environment)
    sock = reached(host, port, end) if proxy is None else reached_through(proxy, host, port, end)
    safe = http.client.HTTPSConnection(host, parts.port, context=tls)
    safe.sock = encrypted(sock, tls, host, end)
    return safe
