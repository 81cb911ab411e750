"""A real browser without a window, and what it notices on the way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 60_000  # milliseconds until something is on the page
SETTLED = 400  # milliseconds that charts move for


@dataclass
class Browser:
    """One window; the hosts that it asked, and what its console calls an error."""

    page: Any  # Any: Playwright's
    asked: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)

    def open(self, address: str, until: str = "h1") -> None:
        self.page.goto(address, timeout=PATIENCE)
        self.page.wait_for_selector(until, timeout=PATIENCE)
        self.settle()

    def turn_to(self, title: str) -> None:
        """By the link at the side."""
        self.page.click(f'[data-testid="stSidebarNavLink"]:has-text("{title}")')
        self.page.wait_for_selector(f'h1:has-text("{title}")', timeout=PATIENCE)
        self.settle()

    def make_wide(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 900})
        self.settle()

    def settle(self) -> None:
        """Until the page has stopped working, and charts have stopped moving."""
        for _ in range(2):
            self.page.wait_for_selector('.stApp[data-test-script-state="notRunning"]', timeout=PATIENCE)
            self.page.wait_for_timeout(SETTLED)

    def is_as_wide_as_the_window(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@contextmanager
def chromium(width: int = 1280, scheme: str = "light", timezone: str = "Europe/Berlin") -> Iterator[Browser]:
    """The browser that `MNEMON_TEST_CHROMIUM` names."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tools:
        program = tools.chromium.launch(executable_path=os.environ["MNEMON_TEST_CHROMIUM"], args=["--no-sandbox"])
        page = program.new_page(
            viewport={"width": width, "height": 900}, color_scheme=scheme, timezone_id=timezone, locale="en-GB"
        )
        found = Browser(page)
        page.on("request", lambda request: found.asked.add(_host(request.url)))
        page.on("websocket", lambda socket: found.asked.add(_host(socket.url)))
        page.on("console", lambda told: found.errors.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda trouble: found.errors.append(str(trouble)))
        yield found
        program.close()


def _host(address: str) -> str:
    parts = urlsplit(address)
    return "localhost" if parts.scheme in ("data", "blob") else parts.hostname or ""
