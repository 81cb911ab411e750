"""What `secrets import` makes of its stdin: a port of flyctl's parser, with every one of its traps."""

from __future__ import annotations

from tests.fakes.fly.trouble import Trouble

_LONGEST_LINE = 64 * 1024  # bytes; from there on flyctl reads no further, and says nothing


def parse_secrets(text: bytes) -> dict[str, str]:
    """
    Raises:
        Trouble: a line that is no NAME=VALUE.
    """
    found = dict[str, str]()
    key, block = "", None
    for line in _lines(text):
        if block is not None:
            if line.endswith('"""'):
                found[key], block = block + line.removesuffix('"""'), None
            else:
                block += line + "\n"
        elif not line.startswith("#") and line.strip():
            name, is_pair, value = line.partition("=")
            if not is_pair:
                raise Trouble(
                    "Failed to parse secrets from stdin: "
                    f"Secrets must be provided as NAME=VALUE pairs ({line} is invalid)"
                )
            key, value = name.strip(), _without_comment(value.lstrip(" "))
            if value.startswith('"""') and not (value.endswith('"""') and len(value) >= 6):
                block = value.removeprefix('"""') + "\n"
            else:
                found[key] = _without_quotes(value)
    return found  # a block that nobody closed is gone


def _lines(text: bytes) -> list[str]:
    kept = []
    for line in text.split(b"\n"):
        if len(line) >= _LONGEST_LINE:
            break
        kept.append(line.removesuffix(b"\r").decode("utf-8", "replace"))
    return kept


def _without_comment(value: str) -> str:
    """Cut off at a `#` unless a double quote is open before it: single quotes do not protect one."""
    before, is_cut, _ = value.partition("#")
    return before.rstrip(" ") if is_cut and before.count('"') % 2 == 0 else value


def _without_quotes(value: str) -> str:
    """Nothing inside them is unescaped."""
    if value.startswith('"""') and value.endswith('"""') and len(value) >= 6:
        return value[3:-3]
    for quote in ('"', "'"):
        if value.startswith(quote) and value.endswith(quote):
            if len(value) == 1:
                raise Trouble("panic: runtime error: slice bounds out of range [1:0]", status=3)
            return value[1:-1]
    return value
