"""What a caller says of itself, as far as it can be believed."""

from __future__ import annotations

import json
from typing import Any

from mnemon_server.resident.frames import HELLO
from mnemon_server.resident.place import passed_on

Hello = dict[str, Any]  # Any: JSON


def read_hello(frame: tuple[bytes, bytes] | None) -> Hello | None:
    if frame is None or frame[0] != HELLO:
        return None
    try:
        told = json.loads(frame[1])
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def environment_of(hello: Hello) -> dict[str, str]:
    told = hello.get("environment")
    if not isinstance(told, dict):
        return {}
    return passed_on({name: value for name, value in told.items() if isinstance(value, str)})


def number_of(told: object) -> int:
    return told if isinstance(told, int) and not isinstance(told, bool) else 0
