"""Hiding secrets in TOML before it is shown, by the same names as in JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from mnemon_installer.edits.mask import HIDDEN, announces_secret, is_covered, mask_text

_ANY_TEXT = re.compile(r'"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')


def mask_toml(text: str) -> str:
    """`text` with secret values hidden; of one that is not TOML every quoted text is."""
    try:
        document = tomlkit.parse(text.removeprefix("\ufeff").replace("\r\n", "\n"))
        _hide(document, False)
        return mask_text(tomlkit.dumps(document))
    except (TOMLKitError, ValueError):
        return _ANY_TEXT.sub(f'"{HIDDEN}"', text)


def _hide(table: Any, hidden: bool) -> None:  # Any: tomlkit's containers
    for name in list(table):
        _hide_value(table, name, is_covered(name, hidden))


def _hide_items(array: Any, hidden: bool) -> None:  # Any: tomlkit's lists
    follows_secret = False
    for number in range(len(array)):
        said = array[number]
        _hide_value(array, number, hidden or follows_secret)
        follows_secret = announces_secret(said)


def _hide_value(owner: Any, place: Any, hidden: bool) -> None:  # Any: tomlkit's containers, and a key or a number
    value = owner[place]
    if isinstance(value, Mapping):
        _hide(value, hidden)
    elif isinstance(value, list):
        _hide_items(value, hidden)
    elif hidden and not isinstance(value, bool):
        owner[place] = HIDDEN
