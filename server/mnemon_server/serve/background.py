"""Embedding, and comparing with what is near, in the background: no save waits for a model."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from mnemon_server.actions import examine_pending, rebuild
from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.embed_pending import embed_all, model_in_force
from mnemon_server.errors import MnemonError

_LEAVE_WORK = {
    "save", "start_rebuild", "state_fact", "capture", "put_handoff", "restore", "undo", "import",
}  # fmt: skip
# A large import takes minutes to be compared: half of the time is left to whoever waits for an answer.
_AT_WORK, _AT_REST = 0.5, 0.5  # seconds
_GIVE_WAY, _LOOK_AGAIN = 0.2, 0.01  # seconds: a server with something to do all the time must not stop us for good
_NICENESS = 10
_log = logging.getLogger("mnemon")


class BackgroundEmbedding:
    """One thread that embeds what is pending whenever it is woken, and compares what is new; started by the first
    wake.

    It runs at low priority, and `is_busy` says that somebody waits for an answer: before each batch it stands back
    for as long as that is so, 0.2 seconds at most. It is asked from the thread, some hundred times a second.
    """

    def __init__(self, context: ActionContext, is_busy: Callable[[], bool] = lambda: False) -> None:
        self._context = context
        self._is_busy = is_busy
        self._work = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._embedded_up_to = 0
        self._generation = 0

    def after(self, action: str) -> None:
        """An action was done. A save leaves something to embed, and so may whoever used the vault before us."""
        if action in _LEAVE_WORK or (action == "search" and self._thread is None):
            self.wake()

    def wake(self) -> None:
        """There may be something to embed or to compare. Returns at once."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="embedding", daemon=True)
                self._thread.start()
        self._work.set()

    def close(self, patience: float = 2.0) -> None:
        """Stop after the batch in hand; what is left stays pending."""
        self._stop.set()
        self._work.set()
        if self._thread is not None:
            self._thread.join(patience)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._work.wait()
            self._work.clear()
            if self._stop.is_set():
                return
            try:
                if self._context.models.state().is_present:
                    self._embed()
                self._examine()
            except MnemonError as trouble:
                _log.warning("work in the background stopped: %s", trouble.message)
            except Exception:  # noqa: BLE001  a bug must not end the thread that others wait for
                _log.exception("work in the background failed")

    def _embed(self) -> None:
        embedder = self._context.models.load()  # a search may be waiting for it, so not yet at low priority
        lower_priority()
        model = model_in_force(self._context, embedder)
        if model is None:
            return
        if rebuild.is_under_way(self._context):
            embed_all(self._context, embedder, model, should_stop=self._should_stop)
            rebuild.finish(self._context)
            return
        if self._context.vault.generation != self._generation:  # other content was put into the vault
            self._generation, self._embedded_up_to = self._context.vault.generation, 0
        # What we have looked through once need not be looked through again after each save: passages only
        # ever get larger ids. What another process leaves behind in between waits for the next start.
        _, self._embedded_up_to = embed_all(
            self._context, embedder, model, after=self._embedded_up_to, should_stop=self._should_stop
        )

    def _should_stop(self) -> bool:
        """Asked before each batch; whoever waits for an answer comes first."""
        end = time.monotonic() + _GIVE_WAY
        while self._is_busy() and time.monotonic() < end and not self._stop.wait(_LOOK_AGAIN):
            pass
        return self._stop.is_set()

    def _examine(self) -> None:
        lower_priority()
        while not self._should_stop() and not self._work.is_set():
            step = examine_pending.run(self._context, _AT_WORK)
            if not step["left"] or not step["examined"] or self._stop.wait(_AT_REST):
                return


def lower_priority() -> None:
    """Let this thread stand behind the others for good: a thread cannot raise its priority again.

    On Linux alone each thread has one of its own; elsewhere it would be that of the whole process.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):  # some sandboxes refuse it
            os.setpriority(os.PRIO_PROCESS, thread, max(_NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))
