"""Talking to one address, carefully."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import SplitResult, urlsplit

from mnemon_installer.world import Answer, NoAnswer

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_LARGEST = 16 * 1024 * 1024


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:  # Any: the library's own signature
        return None


def fetch(url: str, timeout: float) -> bytes:
    """The body at `url`; see World.fetch."""
    answer = ask(url, "", None, timeout)
    if answer.status != 200:
        raise NoAnswer(f"{url} answered {answer.status}")
    return answer.body


def ask(url: str, token: str, body: bytes | None, timeout: float) -> Answer:
    """What is answered at `url`; see World.ask."""
    parts = urlsplit(url)
    is_here = parts.hostname in _LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise NoAnswer(f"{url} is neither https nor on this machine")
    request = urllib.request.Request(url, body)  # noqa: S310  the scheme was looked at above
    if body is not None:
        request.add_header("Content-Type", "application/json")
    if token:
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    # A proxy would be asked for an address that means the proxy's own machine.
    direct = [urllib.request.ProxyHandler({})] if is_here else []
    try:
        with urllib.request.build_opener(_NoRedirect, *direct).open(request, timeout=timeout) as answer:
            return Answer(answer.status, answer.read(_LARGEST))
    except urllib.error.HTTPError as trouble:
        with trouble:
            return Answer(trouble.code, trouble.read(_LARGEST))
    except (OSError, http.client.HTTPException) as trouble:
        raise NoAnswer(f"{url} did not answer{_way(parts)}: {_reason(trouble)}") from None
    except ValueError:  # a token that fits into no header; the message would show it
        raise NoAnswer(f"{url} cannot be asked with this token") from None


def _way(parts: SplitResult) -> str:
    """By what the request went that may be the one in the way; never the proxy's address, which may hold a password."""
    host = parts.hostname or ""
    if parts.scheme not in urllib.request.getproxies() or host in _LOOPBACK or urllib.request.proxy_bypass(host):
        return ""
    return " by way of the proxy that is set (HTTPS_PROXY)"


def _reason(trouble: OSError | http.client.HTTPException) -> str:
    """Without the library's own words around it."""
    inner = trouble.reason if isinstance(trouble, urllib.error.URLError) else trouble
    return getattr(inner, "strerror", None) or str(inner) or type(inner).__name__
