"""What is around every page: where the vault is, what went wrong, and one look for all."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import streamlit as st

from mnemon_server.client import connect
from mnemon_server.dashboard.book import Book
from mnemon_server.dashboard.looks import STYLE
from mnemon_server.dashboard.plain import inert
from mnemon_server.errors import MnemonError
from mnemon_server.settings import load_settings

_guard = threading.Lock()
_books = dict[tuple[str, str], Book]()  # one vault for the whole process, until the settings name another one


def book() -> Book:
    """The vault that this machine's settings name.

    Raises:
        MnemonError: the settings cannot be read, or there is no token for the vault on the web.
    """
    settings = load_settings(os.environ, Path.home())
    key = (str(settings.folder), settings.remote)
    with _guard:
        if key not in _books:
            _books[key] = Book(settings, connect(settings, caller="dashboard"))
        return _books[key]


def around(page: Any) -> None:  # Any: Streamlit's page has no public type
    """Draw the page; an expected failure becomes a sentence with what to do."""
    st.html(f"<style>{STYLE}</style>")
    try:
        found = book()
        with st.spinner("asking the vault", show_time=True):
            found.version()
        with st.sidebar:
            where = "on the web" if found.is_remote else "on this machine"
            st.caption(inert(f"Vault {where}: {found.place}"))
        page.run()
    except MnemonError as trouble:
        tell(trouble)


def tell(trouble: MnemonError) -> None:
    """What is wrong, and what to type."""
    st.error(inert(trouble.message), icon=":material/error:")
    if trouble.hint:
        st.caption("What to do:")
        st.code(trouble.hint, language=None, wrap_lines=True)
    st.button("Try again", key="try-again")
