"""The dashboard as somebody has it before them: a real browser, wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.dashboard.attacks import ATTACKS
from tests.dashboard.browser import Browser, chromium
from tests.dashboard.process import Dashboard, running
from tests.dashboard.stage import TITLES
from tests.remote_server import RemoteServer

from mnemon_server.client import connect
from mnemon_server.settings import Settings, load_settings

pytestmark = pytest.mark.browser
WIDE, NARROW = 1280, 390
TROUBLE = '[data-testid="stException"], [data-testid="stAlertContentError"], [role="dialog"]'


@pytest.fixture
def local(filled_home: Path) -> Iterator[Dashboard]:
    _save_attacks(Settings(filled_home / ".mnemon"))
    with running(filled_home) as dashboard:
        yield dashboard


@pytest.fixture
def remote(joined_home: Path, server: RemoteServer) -> Iterator[Dashboard]:
    _save_attacks(load_settings({}, joined_home))
    with running(joined_home) as dashboard:
        yield dashboard


def test_every_page_of_a_local_vault(local: Dashboard, tmp_path: Path) -> None:
    _visit(local, tmp_path, "light")
    with chromium(scheme="dark") as browser:
        browser.open(local.url)
        assert browser.page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor") != (
            "rgb(255, 255, 255)"
        )
        _reach_a_page_by_the_keyboard(browser)
        browser.settle()
        assert local.interrupt() == 130  # with a page open


def test_every_page_of_a_vault_on_the_web(remote: Dashboard, tmp_path: Path) -> None:
    _visit(remote, tmp_path, "dark")


def test_the_address_of_a_page_opens_it(local: Dashboard) -> None:
    with chromium() as browser:
        for page in list(TITLES)[1:]:
            browser.open(f"{local.url}/{page}")
            assert browser.page.inner_text("h1") == TITLES[page]


def _visit(dashboard: Dashboard, folder: Path, scheme: str) -> None:
    with chromium(scheme=scheme) as browser:
        browser.open(dashboard.url)
        for page, title in TITLES.items():
            browser.turn_to(title)
            for width in (WIDE, NARROW):
                browser.make_wide(width)
                browser.page.screenshot(path=folder / f"{page}-{width}.png", full_page=True)
                trouble = [each.inner_text() for each in browser.page.query_selector_all(TROUBLE)]
                assert (trouble, browser.errors) == ([], []), (page, width)
                assert browser.is_as_wide_as_the_window(), (page, width)
            browser.make_wide(WIDE)
    assert browser.asked == {"localhost"}


def _reach_a_page_by_the_keyboard(browser: Browser) -> None:
    for _ in range(12):
        browser.page.keyboard.press("Tab")
        if browser.page.evaluate("document.activeElement.textContent").endswith("Search"):
            browser.page.keyboard.press("Enter")
            browser.page.wait_for_selector("h1:has-text('Search')")
            return
    raise AssertionError(browser.page.evaluate("document.activeElement.outerHTML"))


def _save_attacks(settings: Settings) -> None:
    with closing(connect(settings, "cli")) as client:
        for text in ATTACKS:
            hostile = text.format(there="http://nobody.example").replace("\0", "")
            client.call("save", title=hostile[:100], content=f"{hostile}\n\nkept as it is", content_type="preference")
