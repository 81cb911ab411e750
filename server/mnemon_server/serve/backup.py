"""A server's automatic backups: after the vault has changed, not too often, and when the server ends."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mnemon_server.actions import push, sync_verify
from mnemon_server.actions.context import ActionContext
from mnemon_server.errors import MnemonError
from mnemon_server.memory import as_milliseconds
from mnemon_server.sync.state import is_sent, load_state, stamp_of

_DRILL_EVERY = timedelta(hours=24)
_log = logging.getLogger("mnemon")


@dataclass(frozen=True)
class Pace:
    """Seconds: how often it looks, how long the vault has to be quiet before a push, how long a push waits for that,
    how far two pushes are apart, and how long it waits after one that failed."""

    look: float = 30.0
    quiet: float = 60.0
    longest: float = 600.0
    apart: float = 3_600.0
    after_trouble: float = 300.0


class AutomaticBackup:
    """Does nothing without a bucket, or with `backup_minutes` set to 0."""

    def __init__(
        self, context: ActionContext, pace: Pace | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        minutes = int(context.settings.value("backup_minutes"))
        self._context = context
        self._pace = pace or Pace(apart=60.0 * minutes)
        self._clock = clock
        self._is_on = bool(context.settings.bucket) and minutes > 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._not_before = float("-inf")
        self._changed_since: float | None = None
        self._stamp = ""
        self._quiet_since = 0.0
        self._last = ""
        self._problem = ""

    def start(self) -> None:
        """Returns at once."""
        if self._is_on and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="backup", daemon=True)
            self._thread.start()

    def told(self) -> dict[str, Any] | None:
        """For `/health`: when the last push of this process was, and what stands in the way; None when it is off."""
        return {"last_push": self._last or None, "problem": self._problem or None} if self._is_on else None

    def close(self, patience: float = 40.0) -> None:
        """Push what has changed since the last time, and stop. Whoever has no patience left may end the process: a
        push that is cut off harms nothing."""
        if not self._is_on or self._stop.is_set():
            return
        self._stop.set()
        if self._thread is not None:
            self._thread.join(patience)
            if self._thread.is_alive():
                return
        if self._context.settings.vault_path.exists() and not self._is_sent():
            self._push()

    def _run(self) -> None:
        while not self._stop.wait(self._pace.look):
            try:
                if self._is_due():
                    self._push()
                    self._drill()
            except Exception:  # noqa: BLE001  a bug must not end the thread that backups hang on
                self._problem = "the server failed; its log says where"
                self._not_before = self._clock() + self._pace.after_trouble
                _log.exception("an automatic backup failed")

    def _is_due(self) -> bool:
        """Whether there is something to send, and now is the time."""
        now = self._clock()
        if not self._context.settings.vault_path.exists() or self._is_sent():
            self._changed_since = None
            return False
        stamp = self._stamp_now()
        if self._changed_since is None:
            self._changed_since = now
        if not stamp or stamp != self._stamp:  # it was written to
            self._stamp, self._quiet_since = stamp, now
        is_quiet = now - self._quiet_since >= self._pace.quiet or now - self._changed_since >= self._pace.longest
        return is_quiet and now >= self._not_before

    def _push(self) -> None:
        try:
            told = push.run(self._context)
        except MnemonError as trouble:
            self._note(trouble.message)
            self._not_before = self._clock() + self._pace.after_trouble
            return
        self._problem = ""
        self._changed_since = None
        self._not_before = self._clock() + self._pace.apart
        if told["outcome"] == "pushed":
            self._last = told["at"]
            _log.info("backed up", extra={"told": {"sha256": told["sha256"], "memories": told["memories"]}})

    def _drill(self) -> None:
        """A backup that was never restored is none: once a day one is."""
        verified = load_state(self._context.settings.sync_state_path).verified
        if self._problem or (verified is not None and _age(verified.at) < _DRILL_EVERY):
            return
        try:
            sync_verify.run(self._context)
        except MnemonError as trouble:
            self._note(trouble.message)

    def _note(self, problem: str) -> None:
        if problem != self._problem:
            _log.warning("the vault is not backed up: %s", problem)
        self._problem = problem

    def _is_sent(self) -> bool:
        return is_sent(self._context.settings)

    def _stamp_now(self) -> str:
        return stamp_of(self._context.settings.vault_path)


def _age(moment: str) -> timedelta:
    return datetime.now(UTC) - datetime.fromtimestamp(as_milliseconds(moment) / 1000, UTC)
