"""Whether Codex runs hooks of ours: it asks its user for each, and notes the answer in its `config.toml`.

`[hooks.state."/home/me/.codex/hooks.json:user_prompt_submit:0:0"]` is the first handler of the first group of an event.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mnemon_installer.edits.paths import Place


def hooks_off(config: Mapping[str, Any], path: Path, places: Sequence[Place]) -> str:  # Any: TOML values
    """The setting in `config` that keeps hooks of ours from running, if one does. `places` are theirs in `path`."""
    if _at(config, "features", "hooks") is False:
        return "features.hooks is false"
    off = [place for place in places if _state(config, path, place).get("enabled") is False]
    return f"hooks.state has enabled = false for the hook of {off[0][1]}" if off else ""


def are_reviewed(config: Mapping[str, Any], path: Path, places: Sequence[Place]) -> bool:  # Any: TOML values
    """Each has been trusted once; one that has changed since waits for its user again, which cannot be seen here."""
    return all("trusted_hash" in _state(config, path, place) for place in places)


def _state(config: Mapping[str, Any], path: Path, place: Place) -> Mapping[str, Any]:  # Any: TOML values
    _, event, group, _, number = place
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", str(event)).lower()
    for file in (str(path), os.path.realpath(path)):
        if found := _at(config, "hooks", "state", f"{file}:{name}:{group}:{number}"):
            return found if isinstance(found, Mapping) else {}
    return {}


def _at(config: Mapping[str, Any], *keys: str) -> Any:  # Any: TOML values
    found: Any = config  # Any: as above
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found
