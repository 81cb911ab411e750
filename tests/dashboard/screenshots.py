"""The pictures of the documentation: `python -m tests.dashboard.screenshots [PAGE...]` takes them anew.

It needs the extra `ui`, Playwright, the browser that MNEMON_TEST_CHROMIUM names, and an embedding model for the map.
"""

from __future__ import annotations

import os
import random
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.vaults import model_folder
from tests.dashboard.browser import Browser, chromium
from tests.dashboard.process import running
from tests.dashboard.stage import TITLES

from mnemon_server.client.in_process import InProcess
from mnemon_server.hooks.ledger import Injected, ledger
from mnemon_server.settings import Settings

FOLDER = Path(__file__).parents[2] / "docs" / "images"
DAYS = 240
CLIENTS = ("claude-code", "claude-code", "cursor", "codex", "claude-desktop")
_DAY = 86_400_000


def take(pages: list[str]) -> None:
    """Wide and light, narrow and dark."""
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="mnemon-album-") as folder:
        home = Path(folder)
        model = model_folder()
        fill(Settings(home / ".mnemon", model_path_from_environment=str(model or "")))
        if model:
            (home / ".mnemon" / "config.toml").write_text(f'model_path = "{model.as_posix()}"\n', encoding="utf-8")
        with running(home) as dashboard:
            for width, scheme in ((1280, "light"), (390, "dark")):
                with chromium(width, scheme) as browser:
                    for page in pages:
                        _photograph(browser, dashboard.url, page, FOLDER / f"dashboard-{page}-{scheme}.png")


def fill(settings: Settings) -> None:
    """The vault of a small shop's two programmers, eight months old."""
    chance, now = random.Random(8), int(time.time() * 1000)
    lines = [line.split(" | ") for line in _album() if not line.startswith("#")]
    # On some days much is said, on most nothing.
    days = [chance.randrange(1, DAYS) for _ in range(len(lines) // 3)]
    ages = sorted((chance.choice(days) + chance.random() / 3 for _ in lines), reverse=True)
    ids = []
    for age_days, (kind, title, content) in zip(ages, chance.sample(lines, len(lines)), strict=True):
        age = int(age_days * _DAY)
        ids += _save(settings, chance.choice(CLIENTS), now - age, kind, title, content)
    with _client(settings, "cli", now) as client:
        for title in ("No retries around payments", "Short commit messages", "Prices are whole cents"):
            client.call("pin", id=next(number for number, named in ids if named == title))
        client.call("state_fact", title="Name", content="The user is called Ada.")
        client.call("state_fact", title="Time zone", content="Works from Zürich, Central European time.")
        client.call("forget", id=ids[3][0])
        client.call("embed_pending")
        while client.call("examine_pending")["left"]:
            pass
    _give(settings, chance, now, ids)


def _save(settings: Settings, name: str, moment: int, kind: str, title: str, content: str) -> list[tuple[int, str]]:
    with _client(settings, name, moment) as client:
        if kind == "captured":
            heard = {"title": title, "content": content, "type": "decision", "role": "user", "cue": title.split()[0]}
            return [(number, title) for number in client.call("capture", statements=[heard])["captured"]]
        saved = client.call("save", title=title, content=content, content_type=kind)
        return [(int(saved["memory"]["id"]), title)]


class _client:
    """A client whose clock stands still at a moment."""

    def __init__(self, settings: Settings, name: str, moment: int) -> None:
        self._client = InProcess(settings, name)
        self._client.context = replace(self._client.context, clock=lambda: moment)

    def __enter__(self) -> InProcess:
        return self._client

    def __exit__(self, *_: object) -> None:
        self._client.close()


def _give(settings: Settings, chance: random.Random, now: int, ids: list[tuple[int, str]]) -> None:
    """What hooks have put before models in the last month."""
    given = []
    for day in range(30):
        for _ in range(chance.randrange(0, 9)):
            number, title = chance.choice(ids)
            at, client = now - day * _DAY - chance.randrange(_DAY // 3), chance.choice(CLIENTS[:4])
            given.append(
                Injected(at, client, f"session-{day}", "surface", number, f"uid-{number}", title, 1.0, 0.5, 4.0, 0.6,
                         ("shop",), chance.randrange(25, 90))
            )  # fmt: skip
    with ledger(settings.folder) as book:
        book.note(sorted(given, key=lambda each: each.at), now)


def _photograph(browser: Browser, url: str, page: str, target: Path) -> None:
    query: dict[str, Any] = {"search": "?q=payments"}
    browser.open(f"{url}/{'' if page == 'overview' else page}{query.get(page, '')}")
    if page == "graph":
        # The map is worked out behind the page, which says so.
        browser.page.wait_for_selector("text=UMAP, which", state="detached", timeout=240_000)
        browser.settle()
    trouble = browser.page.query_selector('[data-testid="stException"], [data-testid="stAlertContentError"]')
    if trouble:
        sys.exit(f"{page}: {trouble.inner_text()}")
    browser.page.screenshot(path=target)


def _album() -> list[str]:
    return Path(__file__).with_name("album.txt").read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    os.environ.setdefault("MNEMON_TEST_CHROMIUM", "/usr/bin/chromium")
    take(sys.argv[1:] or list(TITLES))
