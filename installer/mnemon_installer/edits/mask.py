"""Hiding secrets before a text is shown. What is hidden keeps its place, so that lines stay lines."""

from __future__ import annotations

import re

from mnemon_installer.edits.jsonc import Document
from mnemon_installer.edits.jsonc_tree import Node

HIDDEN = "***"
# Ours, and no secret: a reader wants to see where the vault is.
_SHOWN = ("MNEMON_VAULT_DIR", "MNEMON_MODEL_PATH")
_SECRET_HOLDERS = ("env", "environment", "envs", "headers", "http_headers")
_SECRET_NAME = re.compile(r"auth|token|secret|passw|passphrase|credential|(api|private)[_-]?key|cookie", re.IGNORECASE)
# Each with what of it may stay.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b(bearer|basic) [^\s\"'\\]+"), rf"\1 {HIDDEN}"),
    (re.compile(r"\b(?:sk|pk|ghp|gho|ghs|glpat|xox[a-z]|npm|hf|AKIA|AIza)[-_A-Za-z0-9]{12,}"), HIDDEN),
    (re.compile(r"(://)[^\s/@\"]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(?i)([?&][a-z_-]*(?:token|key|secret|password|sig)[a-z_-]*=)[^\s&\"]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)(-[a-z-]*(?:token|key|secret|password)[a-z-]*=)[^\s\"]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?<![\w/.-])[A-Za-z0-9+_-]{40,}={0,2}(?![\w/.-])"), HIDDEN),
)


def mask_json(text: str) -> str:
    """`text` with secret values hidden. Raises NotJson."""
    spans: list[tuple[int, int]] = []
    _collect(Document(text).root, False, spans)
    for start, end in sorted(spans, reverse=True):
        text = f'{text[:start]}"{HIDDEN}"{text[end:]}'
    return mask_text(text)


def mask_text(text: str) -> str:
    """`text` with everything hidden that looks like a token, a key or a password."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def _collect(node: Node, hidden: bool, spans: list[tuple[int, int]]) -> None:
    """Spans of the scalars that a secret's name, or a holder of secrets, covers."""
    if hidden and isinstance(node.data, str | int | float) and not isinstance(node.data, bool):
        spans.append((node.start, node.end))
    follows_secret = False
    for item in node.items:
        _collect(item.value, hidden or follows_secret, spans)
        follows_secret = announces_secret(item.value.data)
    for name, member in node.members.items():
        _collect(member.value, is_covered(name, hidden), spans)


def is_covered(name: str, hidden: bool) -> bool:
    """Is what stands under `name` a secret, or may it be, in a place that is `hidden` or not?"""
    return (hidden or name in _SECRET_HOLDERS or _is_secret_name(name)) and name not in _SHOWN


def announces_secret(argument: object) -> bool:
    """An argument like `--token`, whose value is the next one."""
    return isinstance(argument, str) and argument.startswith("-") and _is_secret_name(argument)


def _is_secret_name(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None
