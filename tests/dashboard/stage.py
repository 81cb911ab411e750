"""The real app on one of its pages, without a browser: what it shows can be read, its buttons pressed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import mnemon_server.dashboard

APP = Path(mnemon_server.dashboard.__file__).with_name("app.py")
TITLES = {
    "overview": "Overview",
    "search": "Search",
    "timeline": "Timeline",
    "graph": "Graph",
    "profile": "Profile and inbox",
}
PAGES = tuple(TITLES)
PATIENCE = 60.0  # seconds of one run, on a machine that does other things too


def show(page: str, timezone: str = "Europe/Berlin", **query: str) -> Any:  # Any: AppTest, of an extra
    """The app as somebody sees it who opens `/page?query`; `run()` of what is returned draws it again."""
    from streamlit.testing.v1 import AppTest
    from streamlit.util import calc_hash

    app = AppTest.from_file(str(APP), default_timeout=PATIENCE)
    # `switch_page` knows pages that are files; ours are functions, which go by the hash of their address.
    app._page_hash = calc_hash(page)
    app.context = {"timezone": timezone}
    app.query_params = dict(query)
    return app.run()


def press(app: Any, key: str) -> Any:  # Any: of an extra
    """The page after a click on that button."""
    return app.button(key=key).click().run()


def listed(app: Any) -> list[int]:  # Any: of an extra
    """The ids of the memories in the list of the page Search, as they stand."""
    keys = [str(button.key) for button in app.button]
    return [int(key.rpartition("-")[2]) for key in keys if key.startswith("title-search-")]


def complaints(app: Any) -> list[str]:
    """Whatever the page says went wrong; nothing on a healthy one."""
    return [*(_unescaped(error.value) for error in app.error), *(trouble.message for trouble in app.exception)]


def words(app: Any) -> str:
    """All that is written on the page, one element a line, in the order of kinds: for `in`."""
    formatted = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "success", "error")
    lines = [_unescaped(str(each.value)) for kind in formatted for each in getattr(app, kind)]
    lines += [str(each.value) for kind in ("text", "code") for each in getattr(app, kind)]
    lines += [f"{each.label} {each.value}" for each in app.metric]
    lines += [_unescaped(each.label) for kind in ("button", "expander", "tabs") for each in getattr(app, kind)]
    return "\n".join([*lines, *(trouble.message for trouble in app.exception)])


def _unescaped(markdown: str) -> str:
    """As a browser shows it: what stands before a sign that means something is gone."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)
