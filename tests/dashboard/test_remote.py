"""The same pages of a vault on the web, and what they say when it is not there."""

from __future__ import annotations

import http.server
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.dashboard.stage import PAGES, complaints, show, words
from tests.remote_server import RemoteServer, free_port
from tests.server.client.joined import join

import mnemon_server.client.remote
from mnemon_server.client import connect
from mnemon_server.settings import load_settings

pytestmark = pytest.mark.ui


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server is given half a second to wake, not half a minute."""
    monkeypatch.setattr(mnemon_server.client.remote, "PATIENCE", 0.5)


@pytest.fixture
def sleeping() -> Iterator[str]:
    """The address of a machine that sleeps; what stands before it says so."""

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_error(503)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{proxy.server_address[1]}"
        proxy.shutdown()


def test_pages_show_the_vault_on_the_web_and_open_none_here(
    joined_home: Path, server: RemoteServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One server for the whole story, since it takes a second to start."""
    for page in PAGES:
        app = show(page)
        assert (complaints(app), len(app.title)) == ([], 1), page
        assert f"Vault on the web: 127.0.0.1:{server.port}" in words(app)
    with server.talk() as talk, closing(connect(load_settings({}, joined_home), "cli")) as client:
        status = talk.action("status")
        shown = {each.label: each.value for each in show("overview").metric}
        assert (shown["Memories"], shown["Pinned"]) == (str(status["total"]), str(status["pinned"]))
        client.call("save", title="From elsewhere", content="It was saved on another machine.")

    token = joined_home / ".mnemon" / "local_token"
    good = token.read_text()
    token.write_text(good.replace("a-token", "another-token"))
    app = show("search")
    assert "does not take this machine's token (status 401)" in complaints(app)[0]
    assert f"mnemon setup --remote-url {server.url}" in words(app)
    token.write_text(good)
    assert complaints(app.run()) == []

    server.kill()
    time.sleep(1.6)  # for so long a page takes the vault for unchanged
    # Of this alone: to undo all would bring back the developer's home too.
    with monkeypatch.context() as hurried:
        hurried.setattr(mnemon_server.client.remote, "PATIENCE", 0.5)
        for page in PAGES:
            assert f"127.0.0.1:{server.port} cannot be reached" in complaints(show(page))[0]
    # It wakes while the page waits for it.
    waking = threading.Thread(target=server.start)
    waking.start()
    app = show("overview")
    waking.join()
    assert (complaints(app), f"Vault on the web: 127.0.0.1:{server.port}" in words(app)) == ([], True)
    assert not list(joined_home.rglob("default.sqlite*"))


def test_a_server_that_sleeps_on_is_named(home: Path, sleeping: str, impatient: None) -> None:
    join(home, sleeping)
    app = show("overview")
    assert "only what stands before it answers, with status 503" in complaints(app)[0]
    assert [each.label for each in app.button] == ["Try again"]


def test_the_pages_follow_a_vault_that_moves_to_the_web(
    filled_home: Path, server: RemoteServer, tmp_path: Path
) -> None:
    app = show("overview")
    assert "Vault on this machine" in words(app)
    with server.talk() as talk:
        talk.action("save", title="Only there", content="This one is on the web only.")
    local = {each.label: each.value for each in app.metric}["Memories"]
    shutil.move(filled_home / ".mnemon" / "default.sqlite", tmp_path / "archived.sqlite")
    join(filled_home, server.url)
    app.run()
    assert (complaints(app), f"Vault on the web: 127.0.0.1:{server.port}" in words(app)) == ([], True)
    assert {each.label: each.value for each in app.metric}["Memories"] == str(int(local) + 1)
    (filled_home / ".mnemon" / "remote_url").unlink()
    assert "Vault on this machine" in words(app.run())


def test_nobody_there_at_all(home: Path, impatient: None) -> None:
    join(home, f"http://127.0.0.1:{free_port()}")
    app = show("timeline")
    assert "your memories are safe there, and nothing was changed here" in complaints(app)[0]
    assert "try again in a moment, or: mnemon doctor" in words(app)
