"""What a resident does while it lives: let callers in, load the model, look whether it is still needed, hand over."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from mnemon_server.errors import MnemonError
from mnemon_server.resident.identity import Identity, identity, is_installed, is_on_disk
from mnemon_server.serve.open_vault import open_vault
from mnemon_server.serve.resident.answering import Answering
from mnemon_server.serve.resident.door import Door
from mnemon_server.serve.resident.presence import Presence
from mnemon_server.serve.resident.program import BACKLOG, forget, ignored_signals, name_inode
from mnemon_server.serve.resident.rooms import Rooms
from mnemon_server.serve.resident.state import state_of
from mnemon_server.settings import Settings

LOOK_EVERY = 1.0  # seconds
MINUTE = 60.0
MISSING_LOOKS = 30  # that find no program where ours was; then it is gone for good
WARM_AFTER = 0.2  # seconds of quiet: whoever started us is answered first
SEE_OFF_SECONDS = 10.0
_log = logging.getLogger("mnemon")


def live(settings: Settings, folder: str, listener: socket.socket, token: str, let_go: Callable[[], None]) -> None:
    """Until it is time to leave. `let_go` gives up the lock: from then on another resident may start."""
    asyncio.run(_Life(settings, folder, token, let_go).lived(listener))


class _Life:
    def __init__(self, settings: Settings, folder: str, token: str, let_go: Callable[[], None]) -> None:
        self._folder = folder
        self._idle = MINUTE * float(settings.value("resident_minutes"))
        self._let_go = let_go
        self._me: Identity = identity()
        self._presence = Presence()
        self._rooms = Rooms(lambda settings: open_vault(settings, lambda: self._presence.under_way > 0))
        self._answering = Answering(Path(folder), Path.home(), self._rooms)
        self._token = token
        self._settings = settings
        self._leaving = asyncio.Event()
        self._why = ""
        self._missing = 0
        self._config_sign = -1
        self._started = time.time()
        self._inode = name_inode(folder)
        self._folder_inode = Path(folder).stat().st_ino

    async def lived(self, listener: socket.socket) -> None:
        door = Door(self._answering, self._presence, self._me, self._token, self._leave, self._state)
        if self._token:
            server = await asyncio.start_server(door.admit, sock=listener, backlog=BACKLOG)
        else:
            server = await asyncio.start_unix_server(door.admit, sock=listener, backlog=BACKLOG)
        self._heed_signals()
        _log.info("version %s is there", self._me["version"])
        watch = asyncio.create_task(self._watch())
        await self._leaving.wait()
        _log.info("leaving: %s", self._why)
        server.close()
        forget(self._folder, self._inode)
        self._let_go()
        door.close()
        await door.see_off(SEE_OFF_SECONDS)
        watch.cancel()
        await asyncio.get_running_loop().run_in_executor(None, self._rooms.close)

    def _leave(self, why: str) -> None:
        if not self._why:
            self._why = why
        self._leaving.set()

    async def _watch(self) -> None:
        """Warm up once it is quiet; then look whether there is a reason to go."""
        await asyncio.sleep(WARM_AFTER)
        while self._presence.under_way:
            await asyncio.sleep(WARM_AFTER)
        threading.Thread(target=self._warm, name="warm", daemon=True).start()
        while not self._leaving.is_set():
            if why := self._reason():
                self._leave(why)
            await asyncio.sleep(LOOK_EVERY)

    def _reason(self) -> str:
        try:
            if Path(self._folder).stat().st_ino != self._folder_inode:
                return "the vault's folder is another one"
            if name_inode(self._folder) != self._inode:
                return "another one has our place"
        except OSError:
            return "the vault's folder is gone"
        if is_on_disk(self._me):
            self._missing = 0
        else:
            # In the middle of an installation nothing is there to take our place.
            self._missing = 0 if is_installed(self._me) else self._missing + 1
            if not 0 < self._missing < MISSING_LOOKS:
                return "mnemon was installed anew" if not self._missing else "mnemon is no more installed"
        self._heed_settings()
        if not self._idle:
            return "the settings want none"
        if self._presence.idle_seconds > self._idle:
            return "nobody has asked for anything"
        return ""

    def _heed_settings(self) -> None:
        """What config.toml says since it was changed; one that cannot be read changes nothing."""
        path = self._settings.config_path
        sign = path.stat().st_mtime_ns if path.exists() else 0
        if sign != self._config_sign:
            self._config_sign = sign
            with suppress(MnemonError):
                self._idle = MINUTE * float(self._answering.settings({}).value("resident_minutes"))

    def _warm(self) -> None:
        """Load the model, and embed what is waiting."""
        try:
            if self._settings.remote or not self._settings.has_vault:
                return
            with self._rooms.entered(self._settings) as vault:
                if vault.models.state().is_present and not vault.models.state().problem:
                    vault.models.load()
                vault.embedding.wake()
        except Exception as trouble:  # noqa: BLE001  whoever needs the model meets the same trouble, and says so
            _log.warning("the model is not loaded: %s", trouble)

    def _state(self) -> dict[str, Any]:  # Any: JSON
        return {
            **self._me,
            "pid": os.getpid(),
            "started": self._started,
            "idle_seconds": round(self._presence.idle_seconds, 1),
            "idle_limit_seconds": self._idle,
            **state_of(self._presence, self._rooms),
        }

    def _heed_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in ignored_signals().values():
            signal.signal(number, signal.SIG_IGN)
        with suppress(NotImplementedError):  # not on Windows, where they end the process
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self._leave, signal.Signals(number).name)
