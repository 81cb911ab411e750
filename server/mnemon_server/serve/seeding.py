"""A server on an empty folder brings the newest backup there before it opens; on any other it opens at once."""

from __future__ import annotations

import logging
import threading
from contextlib import closing

from mnemon_server.actions import pull
from mnemon_server.actions.context import ActionContext
from mnemon_server.errors import MnemonError
from mnemon_server.sync.place import place_of
from mnemon_server.sync.trouble import NoBackup

_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 60.0  # seconds between two tries
_log = logging.getLogger("mnemon")


class Seeding:
    """`is_over` once the vault may be opened: by then it is there, or there never was a backup. While the store is
    in trouble it is not: an empty vault must not take the place of one that only cannot be reached."""

    def __init__(self, context: ActionContext) -> None:
        self._context = context
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._over = threading.Event()
        self.problem = ""
        settings = context.settings
        if settings.vault_path.exists() or not settings.bucket:
            self._over.set()

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    def start(self) -> None:
        """Returns at once."""
        if not self.is_over:
            self._thread = threading.Thread(target=self._run, name="seeding", daemon=True)
            self._thread.start()

    def close(self, patience: float = 2.0) -> None:
        """Stop before the next try."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(patience)

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stop.is_set():
            try:
                self._seed()
            except Exception as trouble:  # noqa: BLE001  a bug must not leave the server closed without a word
                self._note(trouble)
            else:
                self.problem = ""
                self._over.set()
                return
            self._stop.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _seed(self) -> None:
        _log.info("seeding", extra={"told": {"bucket": self._context.settings.bucket}})
        try:
            told = pull.run(self._context, only_new=True)
        except NoBackup:
            _log.info("there is no backup yet: the vault begins empty")
            return
        extra = {"sha256": told["sha256"], "memories": told["memories"], "waits": self._waits()}
        _log.info("seeded", extra={"told": extra})

    def _waits(self) -> bool:
        """Whether the vault stays closed for now, because it is only on its way here."""
        from mnemon_server.sync.hand_over import wait_for
        from mnemon_server.sync.shelf import open_shelf

        with closing(open_shelf(place_of(self._context.settings))) as shelf:
            return wait_for(self._context.settings, shelf, self._context.vault)

    def _note(self, trouble: Exception) -> None:
        told = trouble.message if isinstance(trouble, MnemonError) else "the server failed; its log says where"
        if told == self.problem:
            return
        self.problem = told
        if isinstance(trouble, MnemonError):
            _log.warning("the vault cannot be brought here: %s", told)
        else:
            _log.error("the vault cannot be brought here", exc_info=trouble)
