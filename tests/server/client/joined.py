"""A machine that has joined a server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.remote_server import TOKEN

from mnemon_server.settings import Settings, load_settings

Type = Callable[..., tuple[int, str, str]]


def join(home: Path, url: str, origin: str = "") -> Settings:
    folder = home / ".mnemon"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "remote_url").write_text(f"{url}\n")
    (folder / "local_token").write_text(f"{TOKEN}\n{origin or url}\n")
    return load_settings({}, home)


def result(answer: tuple[int, str, str]) -> Any:
    assert answer[0] == 0, answer
    return json.loads(answer[1])["result"]
