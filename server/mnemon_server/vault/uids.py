"""Names of memories that are the same in every vault."""

from __future__ import annotations

import os
import uuid


def new_uid(now: int) -> str:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 random bits."""
    random = int.from_bytes(os.urandom(10), "big")
    high = (now & (1 << 48) - 1) << 80
    value = high | 0x7 << 76 | (random >> 68 & 0xFFF) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return str(uuid.UUID(int=value))
