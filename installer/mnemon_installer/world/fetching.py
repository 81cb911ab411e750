"""Fetching one address, carefully."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from mnemon_installer.world import NoAnswer

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_LARGEST = 16 * 1024 * 1024


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:  # Any: the library's own signature
        return None


def fetch(url: str, timeout: float) -> bytes:
    """The body at `url`; see World.fetch."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise NoAnswer(f"{url} is neither https nor on this machine")
    try:
        with urllib.request.build_opener(_NoRedirect).open(url, timeout=timeout) as answer:
            body: bytes = answer.read(_LARGEST)
            return body
    except urllib.error.HTTPError as trouble:
        with trouble:
            raise NoAnswer(f"{url} answered {trouble.code}") from trouble
    except OSError as trouble:
        raise NoAnswer(f"{url} did not answer: {trouble}") from trouble
