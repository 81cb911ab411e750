"""The proxy between this machine and a server on the web, where there is one."""

from __future__ import annotations

import http.client
import socket
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from mnemon_server.client.timed import Response, reached
from mnemon_server.resident.place import PROXY_VARIABLES

_LOOPBACK = ("localhost", "::1")
_HTTP = 80


class ProxyTrouble(OSError):
    """No way leads through the proxy. Its own name and password are in no message."""

    def __init__(self, sentence: str) -> None:
        super().__init__(0, sentence)


@dataclass(frozen=True)
class Proxy:
    """An HTTP proxy; `credentials` is `name:password` or empty."""

    host: str
    port: int
    credentials: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        return f"{self.host}:{self.port}"


def proxy_to(host: str, port: int, environment: Mapping[str, str]) -> Proxy | None:
    """The one before `host`: as HTTPS_PROXY, ALL_PROXY and NO_PROXY have it in the environment of whoever asks;
    on macOS and Windows as the system has it where these say nothing. What runs on this machine is asked directly.

    Raises:
        ProxyTrouble: what is set there is no proxy of a kind we speak to.
    """
    if host in _LOOPBACK or host.startswith("127."):
        return None
    found = _set_in(environment)
    if address := found.get("https") or found.get("all"):
        return None if _is_passed_by(host, port, found.get("no", "")) else _parsed(address)
    return _of_system(host, port) if sys.platform in ("darwin", "win32") else None


def reached_through(proxy: Proxy, host: str, port: int, end: float) -> socket.socket:
    """A connection to `host` that the proxy passes on unseen (RFC 9110, section 9.3.6). The proxy looks up the name.

    Raises:
        ProxyTrouble: it cannot be reached, or does not let us through.
        OSError: it broke off, or `end` of the monotonic clock has come.
    """
    try:
        sock = reached(proxy.host, proxy.port, end)
    except TimeoutError:
        raise
    except OSError as trouble:
        raise ProxyTrouble(f"the proxy {proxy.shown} takes no connection") from trouble
    try:
        status = _asked_for_tunnel(sock, proxy, host, port, end)
    except TimeoutError:
        sock.close()
        raise
    except (OSError, http.client.HTTPException) as trouble:
        sock.close()
        raise ProxyTrouble(f"the proxy {proxy.shown} hung up, or does not speak HTTP") from trouble
    if 200 <= status < 300:
        return sock
    sock.close()
    if status == http.HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        wants = "another name and password" if proxy.credentials else "a name and password"
        raise ProxyTrouble(f"the proxy {proxy.shown} wants {wants} (in HTTPS_PROXY, as http://NAME:PASSWORD@HOST:PORT)")
    raise ProxyTrouble(f"the proxy {proxy.shown} does not let us through (status {status})")


def _asked_for_tunnel(sock: socket.socket, proxy: Proxy, host: str, port: int, end: float) -> int:
    named = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    headers = {"Host": named}  # of the tunnel's end; http.client would name the proxy
    if proxy.credentials:
        headers["Proxy-Authorization"] = f"Basic {b64encode(proxy.credentials.encode()).decode()}"
    asking = http.client.HTTPConnection(proxy.host, proxy.port)
    asking.sock = sock
    asking.request("CONNECT", named, headers=headers)
    response = Response(sock, end, method="CONNECT")
    try:
        response.begin()
        return response.status
    finally:
        response.close()  # the answer's file; the socket stays


def _set_in(environment: Mapping[str, str]) -> dict[str, str]:
    """By kind: `https`, `all`, `no`. A name in small letters goes before one in capitals, even when it is empty."""
    found = dict[str, str]()
    for name, value in sorted(environment.items()):
        if name.upper() in PROXY_VARIABLES:
            found[name.lower().removesuffix("_proxy")] = value
    return found


def _is_passed_by(host: str, port: int, exceptions: str) -> bool:
    """Of `example.com, .other.org, third.net:8443`, each with the names below it; or `*`."""
    for each in exceptions.lower().replace(",", " ").split():
        name = each.lstrip("*.")
        if each == "*" or any(
            whole == name or whole.endswith(f".{name}") for whole in (host, f"{host}:{port}") if name
        ):
            return True
    return False


def _of_system(host: str, port: int) -> Proxy | None:
    import urllib.request  # which a hook elsewhere need not load

    found = urllib.request.getproxies()
    address = found.get("https") or found.get("all")
    return _parsed(address) if address and not urllib.request.proxy_bypass(f"{host}:{port}") else None


def _parsed(address: str) -> Proxy:
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        host, port = parts.hostname or "", parts.port or _HTTP
    except ValueError:
        raise ProxyTrouble("HTTPS_PROXY or ALL_PROXY is no address of a proxy") from None
    credentials = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}" if parts.username else ""
    # The way to a proxy called https is usually plain all the same; a password goes over it only where that is said.
    if parts.scheme != "http" and (parts.scheme != "https" or credentials):
        kind = "an encrypted" if parts.scheme == "https" else f"a {parts.scheme}"
        raise ProxyTrouble(f"{kind} proxy is set; mnemon speaks to http ones (a server in NO_PROXY is asked directly)")
    if not host:
        raise ProxyTrouble("HTTPS_PROXY or ALL_PROXY is no address of a proxy")
    return Proxy(host, port, credentials)
