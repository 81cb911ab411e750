"""Lists in pages: they lead there and back, and never to one that has gone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.dashboard.sample import hear, waiting
from tests.dashboard.stage import complaints, listed, press, show, words

from mnemon_server.client import connect
from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings

pytestmark = pytest.mark.ui


def test_long_lists_come_in_pages(empty_home: Path) -> None:
    client = connect(Settings(empty_home / ".mnemon"), "claude-code")
    for number in range(1, 28):
        client.call("save", title=f"Harbour {number}", content=f"Ships called number {number} in the harbour.")
    client.close()
    app = show("search")
    assert listed(app) == list(range(27, 2, -1))
    assert listed(press(app, "search-Older")) == [2, 1]
    assert listed(press(app, "search-Newer")) == list(range(27, 2, -1))
    app.text_input(key="q").set_value("harbour").run()
    best = listed(app)
    assert len(best) == 25
    assert sorted([*best, *listed(press(app, "search-Further"))]) == list(range(1, 28))


def test_the_inbox_is_shown_page_by_page(vault: InProcess) -> None:
    for number in range(11):
        hear(vault, f"Room {number}", f"Room {number} has {number * 7} chairs, {number * 3} tables and a projector.")
    ids = waiting(vault)
    app = show("profile", part="inbox")
    assert (_shown(app), len(ids)) == (ids[:10], 12)
    assert "1–10 of 12" in words(app)
    app.button(key="inbox-Older").click().run()
    assert (_shown(app), complaints(app)) == (ids[10:], [])
    assert "11–12 of 12" in words(app)
    app.button(key="drop-all").click().run()
    assert (_shown(app), complaints(app)) == (ids[:10], []), "the page that has gone is not shown empty"


def _shown(app: Any) -> list[int]:  # Any: of an extra
    keys = [str(each.key) for each in app.button if each.key]
    return [int(key.removeprefix("keep-")) for key in keys if re.fullmatch(r"keep-\d+", key)]
