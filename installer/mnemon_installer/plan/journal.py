"""What was begun and done, for whoever wonders afterwards. It explains and decides nothing; it holds no secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mnemon_installer.world import World
from mnemon_server import __version__


class Journal:
    """One flow's journal on this machine; written only when a step changes something."""

    def __init__(self, world: World, folder: Path, flow: str, place: str = "local") -> None:
        self._world = world
        self._path = folder / f"{flow}-{place}.json"
        self._flow = flow
        self._entries: list[dict[str, str]] = []

    def begin(self, key: str, what: str) -> None:
        self._entries.append({"step": key, "what": what, "state": "begun", "begun": self._moment()})
        self._save()

    def end(self, key: str, state: str) -> None:
        """Mark the step last begun under `key`; one that was never begun leaves no line."""
        for entry in reversed(self._entries):
            if entry["step"] == key:
                entry.update({"state": state, "ended": self._moment()})
                self._save()
                return

    def _moment(self) -> str:
        return self._world.now().isoformat(timespec="seconds")

    def _save(self) -> None:
        record: dict[str, Any] = {  # Any: JSON
            "flow": self._flow,
            "program": __version__,
            "steps": self._entries,
        }
        content = json.dumps(record, indent=2, ensure_ascii=False).encode() + b"\n"
        self._world.write(self._path, content, self._world.read(self._path), 0o600)
