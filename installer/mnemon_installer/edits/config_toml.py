"""config.toml of our own: set one key, keep comments and order."""

from __future__ import annotations

import tomlkit

from mnemon_server.settable import Value


def with_setting(text: str, name: str, value: Value) -> str:
    """The text of config.toml with `name` set to `value`; the same text when it has that value already."""
    document = tomlkit.parse(text)
    if name in document and document[name] == value:
        return text
    document[name] = value
    return tomlkit.dumps(document)
