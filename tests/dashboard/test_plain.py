"""Stored text on a page is what was stored, and nothing more: as Streamlit's Markdown really has it, in a browser."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.dashboard.attacks import ATTACKS
from tests.dashboard.browser import Browser, chromium
from tests.remote_server import free_port

from mnemon_server.tools.fence import defang

THERE = "http://nobody.example"
TEXTS = [text.format(there=THERE) for text in ATTACKS]
_LOOK = """() => [...document.querySelectorAll('[class*="st-key-case-"]')].map(each => {
  const texts = [...each.querySelectorAll('[data-testid="stMarkdownContainer"]')];
  return {
    shown: texts.map(text => text.textContent),
    tags: [...new Set(texts.flatMap(text => [...text.querySelectorAll('*')].map(one => one.tagName.toUpperCase())))],
    styled: texts.flatMap(text => [...text.querySelectorAll('[style], [class]:not(p)')].map(one => one.outerHTML)),
  };
})"""


@pytest.mark.ui
def test_one_line_stays_one_line() -> None:
    from mnemon_server.dashboard.plain import inert

    assert inert("a\n\n# b\n") == "a \\# b"
    assert inert("") == ""
    assert inert("plain words, nothing else") == "plain words, nothing else"


@pytest.fixture
def page_of_texts(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    command = (sys.executable, "-m", "streamlit", "run", str(Path(__file__).with_name("inert_app.py")))
    options = ("--server.port", str(port), "--server.headless", "true", "--browser.gatherUsageStats", "false")
    environment = os.environ | {"MNEMON_TEST_TEXTS": json.dumps(TEXTS)}
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen((*command, *options), env=environment, stdout=log, stderr=log)
    try:
        yield f"http://localhost:{port}"
    finally:
        server.kill()
        server.wait()


@pytest.mark.browser
def test_no_text_is_more_than_text(page_of_texts: str) -> None:
    with chromium() as browser:
        _open(browser, page_of_texts)
        found: list[dict[str, Any]] = browser.page.evaluate(_LOOK)
        assert browser.page.title() != "stolen"
    assert [host for host in browser.asked if host != "localhost"] == []
    assert len(found) == len(TEXTS)
    wrong = []
    for text, case in zip(TEXTS, found, strict=True):
        wanted = " ".join(defang(text).split())
        shown = {wanted, f"before {wanted} after"}
        case["shown"] = [line.replace("\u2060", "") for line in case["shown"]]
        if set(case["shown"]) - shown - {"Inside."} or not set(case["shown"]) & {wanted}:
            wrong.append((text, case["shown"]))
        if set(case["tags"]) - {"P"} or case["styled"]:
            wrong.append((text, case["tags"], case["styled"]))
    assert not wrong, "\n".join(map(repr, wrong))


def _open(browser: Browser, address: str, patience: float = 60.0) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            browser.open(address, until="text=All of them")
            return
        except Exception:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
