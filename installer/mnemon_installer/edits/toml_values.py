"""How values look in TOML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def render_value(value: Any) -> str:  # Any: a TOML value
    """`value` on one line; tables as inline ones.

    Raises:
        TypeError: TOML has no such value.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON escapes what TOML wants escaped, but for this one.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        pairs = ", ".join(render_pair(name, inner) for name, inner in value.items())
        return f"{{{pairs}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(render_value, value))}]"
    raise TypeError(f"TOML has no {type(value).__name__}")


def render_pair(name: str, value: Any) -> str:  # Any: a TOML value
    return f"{render_key((name,))} = {render_value(value)}"


def render_table(path: tuple[str, ...], value: Mapping[str, Any]) -> str:  # Any: TOML values
    """A header and its pairs, a line each, without a line break at the end."""
    return "\n".join([f"[{render_key(path)}]", *(render_pair(name, inner) for name, inner in value.items())])


def render_key(path: tuple[str, ...]) -> str:
    return ".".join(name if _BARE.fullmatch(name) else render_value(name) for name in path)
