"""What is around every page: where the vault is, what went wrong, and one look for all."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from typing import Any

import streamlit as st

from mnemon_server.client import connect
from mnemon_server.client.credentials import find_token
from mnemon_server.dashboard.book import Book
from mnemon_server.dashboard.looks import STYLE
from mnemon_server.dashboard.plain import inert
from mnemon_server.errors import MnemonError
from mnemon_server.hooks.log import where
from mnemon_server.settings import Settings, load_settings

_LOG = logging.getLogger("mnemon.dashboard")
_guard = threading.Lock()
_open: tuple[Settings, str, Book] | None = None  # one vault for the whole process, until another one is named


def book() -> Book:
    """The vault that this machine's settings name now: `upgrade web` moves it while the pages are open.

    Raises:
        MnemonError: the settings cannot be read, or there is no token for the vault on the web.
    """
    global _open
    settings = load_settings(os.environ, Path.home())
    token = find_token(os.environ, settings) if settings.remote else ""
    with _guard:
        if _open is None or _open[:2] != (settings, token):
            _close()
            _open = (settings, token, Book(settings, connect(settings, caller="dashboard", resident="start")))
        return _open[2]


def close_books() -> None:
    """Let go of the vault; the next page opens it anew."""
    with _guard:
        _close()


def _close() -> None:
    global _open
    if _open is not None:
        _open[2].close()
    _open = None


def around(page: Any) -> None:  # Any: Streamlit's page has no public type
    """Draw the page; a failure becomes a sentence with what to do."""
    st.html(f"<style>{STYLE}</style>")
    try:
        found = book()
        waiting = f"asking {found.place}; a server that sleeps needs half a minute" if found.is_remote else "reading"
        with st.spinner(inert(waiting), show_time=found.is_remote):
            found.version()
        with st.sidebar:
            side = "on the web" if found.is_remote else "on this machine"
            st.caption(inert(f"Vault {side}: {found.place}"))
        page.run()
    except Exception as trouble:  # noqa: BLE001  whatever a page meets, the frame around it stays
        show_failure(trouble)


def show_failure(trouble: Exception) -> bool:
    """For whatever nobody else has caught, such as in a click or in a part of a page that is drawn by itself."""
    if isinstance(trouble, MnemonError):
        tell(trouble)
    else:
        _LOG.error("a page of the dashboard failed", exc_info=trouble)
        told = f"This is a bug in mnemon ({where(trouble)}). The vault is as it was."
        tell(MnemonError(told, "please report the lines where `mnemon dashboard` runs"))
    return True


def tell(trouble: MnemonError) -> None:
    """What is wrong, and what to type."""
    home = str(Path.home())
    st.error(inert(trouble.message.replace(home, "~")), icon=":material/error:")
    if trouble.hint:
        st.caption("What to do:")
        st.code(trouble.hint.replace(home, "~"), language=None, wrap_lines=True)
    st.button("Try again", key="try-again")
