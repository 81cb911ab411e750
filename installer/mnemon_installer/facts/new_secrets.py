"""Secrets made anew: the token of an app's server, and its owner's passphrase."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
_GROUPS, _LETTERS = 6, 4  # 119 bits


def new_token() -> str:
    """256 random bits that say what they are: the token of a server on the web."""
    return f"mnemon_w_{secrets.token_urlsafe(32)}"


def new_passphrase() -> str:
    """One that can be read out, typed on a phone and written down."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))


def digest_of(known: Mapping[str, str]) -> str:
    """What is noted of secrets that were staged: enough to tell whether they are still the same."""
    return hashlib.sha256(repr(sorted(known.items())).encode()).hexdigest()
