"""What the stand-in knows between two commands: one JSON file, changed under a lock and replaced whole."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import signal
import string
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.fakes.fly.trouble import Trouble

Json = dict[str, Any]  # Any: whatever JSON holds

_LETTERS = string.ascii_lowercase + string.digits
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_INTERRUPTS = (signal.SIGINT, signal.SIGTERM)


class State:
    """The folder with `state.json`, `lock`, `calls.jsonl`, `volumes/`, `machines/`, `proxies/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "state.json"

    def read(self) -> Json:
        return dict(json.loads(self.path.read_text(encoding="utf-8")))

    @contextmanager
    def change(self) -> Iterator[Json]:
        """Alone with the state; nothing is written when the block raises."""
        with _uninterrupted(), (self.folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            data = self.read()
            yield data
            self.write(data)

    def write(self, data: Json) -> None:
        draft = self.path.with_name(f"state.json.part-{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(data, indent=1), encoding="utf-8")
        draft.replace(self.path)

    def volume(self, volume_id: str) -> Path:
        return self.folder / "volumes" / volume_id

    def machine(self, machine_id: str) -> Path:
        return self.folder / "machines" / machine_id

    def proxy(self, app: str) -> Path:
        return self.folder / "proxies" / app


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Signals wait until it is over: a process that was started meanwhile has to be known. (They are not blocked: a
    process that is started inherits that.)"""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pending = list[int]()
    before = {one: signal.signal(one, lambda number, frame: pending.append(number)) for one in _INTERRUPTS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for arrived in pending[:1]:
            os.kill(os.getpid(), arrived)


def app_of(data: Json, name: str, prefix: str = "") -> Json:
    """The app of that name, of ours.

    Raises:
        Trouble: there is none.
    """
    if name not in data["apps"]:
        raise Trouble(f'{prefix}Could not find App "{name}"')
    return dict.__getitem__(data["apps"], name)


def new_id(length: int, letters: str = _LETTERS) -> str:
    return "".join(secrets.choice(letters) for _ in range(length))


def new_ulid() -> str:
    return "01" + new_id(24, _CROCKFORD)


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def milliseconds() -> int:
    return int(time.time() * 1000)
