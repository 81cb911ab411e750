"""What the pages ask of the vault, wherever it is; an answer is kept until the vault has changed."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mnemon_server.client import VaultClient
from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings

# Every page asks some ten questions as it is drawn: whether anything changed is asked once for all of them.
FRESH = 1.5  # seconds
# Ages grow, a model is fetched, a backup is made, and the vault is the same.
LONGEST = 60.0  # seconds that an answer is kept even so
_MOST_KEPT = 400  # answers

Answer = dict[str, Any]  # Any: JSON, by the contract of actions


class Book:
    """One vault, read through a client; safe to use from several threads.

    Reading answers are kept per vault version, so that a page that is drawn again costs one question.
    """

    def __init__(self, settings: Settings, client: VaultClient) -> None:
        self.settings = settings
        self._client = client
        self._lock = threading.RLock()
        self._kept = OrderedDict[str, tuple[float, Any]]()  # Any: JSON, or what `remember` was given
        self._version = ""
        self._looked_at = float("-inf")

    @property
    def is_remote(self) -> bool:
        return bool(self.settings.remote)

    @property
    def place(self) -> str:
        """Where the vault is, for people: a path, or the server's name."""
        if self.is_remote:
            return urlsplit(self.settings.remote).netloc
        path, home = self.settings.vault_path, Path.home()
        return f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) else str(path)

    def version(self) -> str:
        """Another text once the vault has changed; asked anew after a moment.

        Raises:
            MnemonError: the vault cannot be reached.
        """
        with self._lock:
            if time.monotonic() - self._looked_at > FRESH:
                found = str(self._call("version", {})["version"])
                if found != self._version:
                    self._kept.clear()
                self._version, self._looked_at = found, time.monotonic()
            return self._version

    def ask(self, action: str, **parameters: Any) -> Answer:  # Any: JSON
        """The answer of an action that only reads.

        Raises:
            MnemonError: as the action says.
        """
        key = json.dumps([action, parameters], sort_keys=True)
        found: Answer = self.remember(key, lambda: self._call(action, parameters), LONGEST)
        return found

    def once(self, action: str, **parameters: Any) -> Answer:  # Any: JSON
        """The answer of an action that only reads, not kept: for what is large, and kept in another shape.

        Raises:
            MnemonError: as the action says.
        """
        return self._call(action, parameters)

    def remember(self, key: str, work_out: Any, longest: float = float("inf")) -> Any:  # Any: as `work_out()` gives it
        """What `work_out()` gives, worked out once per version of the vault under this key; anew after `longest`
        seconds."""
        with self._lock:
            version = self.version()
            kept_at, kept = self._kept.get(key, (float("-inf"), None))
            if time.monotonic() - kept_at < longest:
                self._kept.move_to_end(key)
                return kept
        asked_at, found = time.monotonic(), work_out()
        with self._lock:
            # Another thread may have met a newer vault meanwhile: this is the answer of the one before.
            if version == self._version:
                self._kept[key] = (asked_at, found)
                self._kept.move_to_end(key)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return found

    def change(self, action: str, **parameters: Any) -> Answer:  # Any: JSON
        """Carry out an action that changes the vault; what was kept is asked anew afterwards.

        Raises:
            MnemonError: as the action says; the vault is as it was.
        """
        try:
            return self._call(action, parameters)
        finally:
            with self._lock:
                self._looked_at = float("-inf")

    def pages(self, action: str, part: str, most: int, **parameters: Any) -> list[Any]:  # Any: JSON
        """Up to `most` entries of an action that answers page by page: those under `part` of every page."""

        def all_of_them() -> list[Any]:
            found, before = list[Any](), None
            while len(found) < most:
                page = self._call(action, parameters | {"before": before})
                found += page[part]
                before = page["next"]
                if before is None:
                    break
            return found[:most]

        key = json.dumps(["pages", action, part, most, parameters], sort_keys=True)
        whole: list[Any] = self.remember(key, all_of_them)
        return whole

    def close(self) -> None:
        """Let go of the vault; the next question opens it again."""
        self._client.close()

    def _call(self, action: str, parameters: dict[str, Any]) -> Answer:
        try:
            return self._client.call(action, **parameters)
        except MnemonError:
            with self._lock:
                self._looked_at = float("-inf")
            raise
