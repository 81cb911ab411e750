"""Keeping a server awake: detached, bounded, and only where there is a remote."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

import pytest
from tests.server.hooks.conftest import Program

from mnemon_server.errors import MnemonError
from mnemon_server.hooks import polling, prewarm, warm
from mnemon_server.hooks.event import HookEvent
from mnemon_server.settings import Settings, load_settings, remote_url

EVENT = HookEvent("claude-code")


class Sleeper(HTTPServer):
    """A server that is awake from the third request on."""

    asked: list[str]
    headers: list[dict[str, str]]
    moves_to = ""
    sleeps_for = 3


@pytest.fixture
def sleeper() -> Iterator[Sleeper]:
    class Handler(BaseHTTPRequestHandler):
        server: Sleeper

        def do_GET(self) -> None:
            self.server.asked.append(self.path)
            self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
            if self.server.moves_to and self.path != self.server.moves_to:
                self.send_response(302)
                self.send_header("Location", self.server.moves_to)
            else:
                self.send_response(200 if len(self.server.asked) >= self.server.sleeps_for else 503)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = Sleeper(("127.0.0.1", 0), Handler)
    server.asked, server.headers = [], []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def remote(sleeper: Sleeper, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Sleeper:
    monkeypatch.setattr(polling, "_PAUSE", 0.01)
    settings.folder.mkdir()
    (settings.folder / "remote_url").write_text(f"http://127.0.0.1:{sleeper.server_port}\n")
    return sleeper


@pytest.fixture
def elsewhere(remote: Sleeper, settings: Settings) -> Settings:
    return load_settings(os.environ | {"MNEMON_VAULT_DIR": str(settings.folder)}, settings.folder.parent)


@pytest.mark.parametrize("hook", [warm, prewarm])
def test_the_server_is_asked_until_it_is_awake(remote: Sleeper, elsewhere: Settings, hook: ModuleType) -> None:
    outcome = hook.run(EVENT, elsewhere)
    assert outcome.note == "awake after 3 tries"
    assert outcome.answer == ""
    assert remote.asked == ["/health"] * 3


def test_nothing_of_the_users_is_sent(remote: Sleeper, elsewhere: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNEMON_LOCAL_TOKEN", "a-token-that-stays-here")
    warm.run(EVENT, elsewhere)
    assert remote.headers
    assert not any("authorization" in headers or "a-token" in str(headers) for headers in remote.headers)


def test_a_redirect_is_not_followed(remote: Sleeper, elsewhere: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    remote.moves_to = "/elsewhere"
    monkeypatch.setattr(warm, "PATIENCE", 0.2)
    assert "no answer" in warm.run(EVENT, elsewhere).note
    assert set(remote.asked) == {"/health"}


def test_without_a_remote_nothing_is_asked(settings: Settings) -> None:
    assert warm.run(EVENT, settings).note == "no remote"


@pytest.mark.parametrize("hook", ["surface", "session_start", "warm"])
def test_without_a_remote_nothing_of_http_is_loaded(hook: str, settings: Settings) -> None:
    code = (
        "import sys; from pathlib import Path; from mnemon_server.settings import Settings;"
        "from mnemon_server.hooks.event import HookEvent;"
        f"from mnemon_server.hooks import {hook} as hook;"
        f"from mnemon_server.client import connect; connect(Settings(Path({str(settings.folder)!r})), 'cli');"
        f"hook.run(HookEvent('claude-code'), Settings(Path({str(settings.folder)!r})));"
        "sys.exit('http.client' in sys.modules or 'ssl' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("hook", [warm, prewarm])
def test_it_gives_up(settings: Settings, monkeypatch: pytest.MonkeyPatch, hook: ModuleType) -> None:
    assert (warm.PATIENCE, prewarm.PATIENCE) == (35.0, 60.0)
    monkeypatch.setattr(hook, "PATIENCE", 0.2)
    monkeypatch.setattr(polling, "_PAUSE", 0.05)
    began = time.monotonic()
    assert "no answer" in hook.run(EVENT, replace(settings, remote="http://127.0.0.1:9")).note
    assert time.monotonic() - began < 5
    assert "no answer" in hook.run(EVENT, replace(settings, remote="https://a..b")).note


@pytest.mark.parametrize("hook", ["warm", "prewarm"])
def test_the_hook_returns_at_once_and_asks_from_outside(remote: Sleeper, program: Program, hook: str) -> None:
    began = time.monotonic()
    done = program.run(hook, payload={"session_id": "s"})
    seconds = time.monotonic() - began
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert "awake after 3 tries" in program.await_log(hook)
    assert seconds < time.monotonic() - began - 1  # of the pauses between the tries


@pytest.mark.parametrize("address", ["http://example.com", "ftp://x", "https://", "javascript:alert(1)"])
def test_an_address_that_is_not_safe_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(MnemonError, match="https"):
        remote_url({"MNEMON_REMOTE_URL": address}, tmp_path)
    assert remote_url({"MNEMON_REMOTE_URL": "https://my-mnemon.fly.dev/"}, tmp_path) == "https://my-mnemon.fly.dev"
    assert remote_url({}, tmp_path) == ""
