"""Keeping a server awake: detached, bounded, and only where there is a remote."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from tests.server.hooks.conftest import Program

from mnemon_server.errors import MnemonError
from mnemon_server.hooks import polling, prewarm, warm
from mnemon_server.hooks.event import HookEvent
from mnemon_server.settings import Settings, remote_url

EVENT = HookEvent("claude-code")


class Sleeper(HTTPServer):
    """A server that is awake from the third request on."""

    asked: list[str]


@pytest.fixture
def sleeper() -> Iterator[Sleeper]:
    class Handler(BaseHTTPRequestHandler):
        server: Sleeper

        def do_GET(self) -> None:
            self.server.asked.append(self.path)
            self.send_response(200 if len(self.server.asked) >= 3 else 503)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = Sleeper(("127.0.0.1", 0), Handler)
    server.asked = []
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


@pytest.mark.parametrize("hook", [warm, prewarm])
def test_the_server_is_asked_until_it_is_awake(remote: Sleeper, settings: Settings, hook: object) -> None:
    outcome = (prewarm if hook is prewarm else warm).run(EVENT, settings)
    assert outcome.note == "awake after 3 tries"
    assert outcome.answer == ""
    assert remote.asked == ["/health"] * 3


def test_without_a_remote_nothing_is_asked(settings: Settings) -> None:
    assert warm.run(EVENT, settings).note == "no remote"


def test_it_gives_up(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNEMON_REMOTE_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(warm, "PATIENCE", 0.2)
    monkeypatch.setattr(polling, "_PAUSE", 0.05)
    began = time.monotonic()
    assert "no answer" in warm.run(EVENT, settings).note
    assert time.monotonic() - began < 5


def test_the_hook_returns_at_once_and_asks_from_outside(remote: Sleeper, program: Program) -> None:
    done = program.run("warm", payload={"session_id": "s"})
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert "awake" in program.await_log("warm")


@pytest.mark.parametrize("address", ["http://example.com", "ftp://x", "https://", "javascript:alert(1)"])
def test_an_address_that_is_not_safe_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(MnemonError, match="https"):
        remote_url({"MNEMON_REMOTE_URL": address}, tmp_path)
    assert remote_url({"MNEMON_REMOTE_URL": "https://my-mnemon.fly.dev/"}, tmp_path) == "https://my-mnemon.fly.dev"
    assert remote_url({}, tmp_path) == ""
