"""Addresses that memories and secrets may be sent to."""

from __future__ import annotations

import re

from mnemon_server.errors import BadConfig

_SAFE_ADDRESS = re.compile(
    r"https://[\w.-]+(:\d+)?(/\S*)?|http://(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?(/\S*)?", re.IGNORECASE
)


def checked_address(text: str, what: str) -> str:
    """An address without its last slash.

    Raises:
        BadConfig: not https, and not on this machine either; or without a port that there can be.
    """
    if not _SAFE_ADDRESS.fullmatch(text):
        raise BadConfig(f"{what} is not https", "https is needed for anything beyond this machine")
    from urllib.parse import urlsplit  # whoever has no remote need not pay for it

    try:
        urlsplit(text).port  # noqa: B018  looks at it
    except ValueError:
        raise BadConfig(f"{what} has no port from 0 to 65535") from None
    return text.rstrip("/")
