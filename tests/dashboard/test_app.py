"""Every page of the dashboard, on vaults of every kind on this machine."""

from __future__ import annotations

import json
import time
from pathlib import Path

import apsw
import pytest
from tests.bench.corpus import Corpus
from tests.bench.meaning import Meaning
from tests.bench.vaults import _make
from tests.dashboard.stage import PAGES, TITLES, complaints, show, words
from tests.seeded import seeded
from tests.server.client.joined import join

from mnemon_installer.cli.main import run
from mnemon_server.client import connect
from mnemon_server.settings import Settings

pytestmark = pytest.mark.ui
FIGURES = {"Memories": "total", "Pinned": "pinned", "In the inbox": "captured", "Without a vector": "pending"}
FIGURES |= {"Archived": "archived", "Forgotten": "invalidated"}
MANY = 20_000
AT_MOST = 2.0  # seconds of CPU that a page of so many memories takes once it was drawn before


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_vault_is_shown_with_what_to_do_next(empty_home: Path, page: str) -> None:
    app = show(page)
    assert (complaints(app), [each.value for each in app.title]) == ([], [TITLES[page]])
    assert app.info or app.success or app.button, words(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_filled_vault_is_shown(filled_home: Path, page: str) -> None:
    app = show(page)
    assert (complaints(app), [each.value for each in app.title]) == ([], [TITLES[page]])
    assert "Vault on this machine: ~/.mnemon/default.sqlite" in words(app)


def test_the_figures_are_those_of_status(filled_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["status", "--json"])
    status = json.loads(capsys.readouterr().out)["result"]
    shown = {each.label: each.value for each in show("overview").metric}
    assert {name: shown[name] for name in FIGURES} == {name: f"{status[key]:,}" for name, key in FIGURES.items()}


def test_what_others_save_is_there_when_the_page_is_drawn_again(filled_home: Path) -> None:
    app = show("overview")
    before = _memories(app)
    client = connect(Settings(filled_home / ".mnemon"), "cli")
    client.call("save", title="Another one", content="It was saved while the page was open.")
    client.close()
    time.sleep(1.6)  # for so long a page takes the vault for unchanged
    assert _memories(app.run()) == before + 1


def test_a_vault_of_a_newer_program_is_left_alone(filled_home: Path) -> None:
    connection = apsw.Connection(str(filled_home / ".mnemon" / "default.sqlite"))
    connection.pragma("user_version", 999)
    connection.close()
    for page in PAGES:
        assert complaints(show(page)) == ["this vault has schema version 999; this program knows up to 3"]


def test_a_vault_that_is_none_is_said_to_be_none(empty_home: Path) -> None:
    (empty_home / ".mnemon").mkdir(mode=0o700)
    (empty_home / ".mnemon" / "default.sqlite").write_bytes(b"This is no vault. " * 400)
    app = show("overview")
    assert len(complaints(app)) == 1
    assert [each.label for each in app.button] == ["Try again"]


def test_settings_that_cannot_be_read_are_named(filled_home: Path) -> None:
    config = filled_home / ".mnemon" / "config.toml"
    config.write_text("surface_limit = [\n")
    app = show("overview")
    assert complaints(app)[0].startswith("~/.mnemon/config.toml is not valid TOML")
    config.unlink()
    assert complaints(app.run()) == []


def test_a_vault_on_the_web_without_a_token_is_not_asked(empty_home: Path) -> None:
    join(empty_home, "http://127.0.0.1:9")
    (empty_home / ".mnemon" / "local_token").unlink()
    for page in PAGES:
        assert complaints(show(page)) == ["there is no token for 127.0.0.1:9"]
    assert not (empty_home / ".mnemon" / "default.sqlite").exists()


@seeded
def test_pages_of_20000_memories_take_under_2_seconds(home: Path, tmp_path: Path) -> None:
    """Of this process; the first map is worked out behind the page and is no part of it."""
    settings, corpus = Settings(home / ".mnemon"), Corpus()
    _make(settings, corpus, Meaning(corpus, None, tmp_path), MANY)
    for page in PAGES:
        show(page)
    _wait_for_the_map()
    taken = {}
    for page in PAGES:
        began = time.process_time()
        app = show(page)
        taken[page] = time.process_time() - began
        assert (complaints(app), _memories(app) if page == "overview" else MANY) == ([], MANY)
    assert max(taken.values()) < AT_MOST, taken


def _memories(app: object) -> int:
    shown = {each.label: each.value for each in app.metric}  # type: ignore[attr-defined]  # AppTest, of an extra
    return int(shown["Memories"].replace(",", ""))


def _wait_for_the_map(patience: float = 300.0) -> None:
    """Until this process has stood still for a second."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        before = time.process_time()
        time.sleep(1.0)
        if time.process_time() - before < 0.2:
            return
