"""Taking back the last change to the vault, after a look at which one that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from mnemon_server.dashboard import card_said
from mnemon_server.dashboard.card_line import made
from mnemon_server.dashboard.frame import book
from mnemon_server.dashboard.plain import inert
from mnemon_server.errors import MnemonError

_NAMES: Mapping[str, str] = {
    "save": "saving",
    "update": "correcting",
    "supersede": "superseding",
    "forget": "forgetting",
    "restore": "restoring",
    "archive": "archiving",
    "pin": "pinning",
    "unpin": "unpinning",
    "keep": "confirming",
    "resolve": "settling",
}
_NOTHING = "nothing-to-undo"  # an error of another vault's server keeps its code, not its class
Last = dict[str, Any]  # Any: JSON, what `undo` answers


def undo_button(where: str) -> None:
    """The button; what it asks stands in `undo_line(where)`."""
    st.button("Undo the last change", key=f"undo-{where}", icon=":material/undo:", on_click=_ask, args=(where,))


def undo_line(where: str) -> None:
    """Once the button is pressed: the change by name, a yes and a no; `card_said.say(where)` says what came of it."""
    if not st.session_state.get(_asked(where)):
        return
    try:
        last = book().ask("undo", dry_run=True)
    except MnemonError as trouble:
        if trouble.code != _NOTHING:
            raise
        st.info(inert(f"{trouble.message}."))
        st.button("All right", key=f"undo-no-{where}", on_click=_leave, args=(where,))
        return
    st.warning(inert(f"Take back {named(last)}?"), icon=":material/undo:")
    with st.container(horizontal=True):
        st.button("Take it back", key=f"undo-yes-{where}", type="primary", on_click=_take_back, args=(where, last))
        st.button("Leave it", key=f"undo-no-{where}", on_click=_leave, args=(where,))


def named(last: Last) -> str:
    """Such as `forgetting #4 “Old printer”, by dashboard on 26 Nov 2026, 14:05 (today)`."""
    first, more = last["changes"][0], last["count"] - 1
    number = f"#{first['id']} " if first["id"] is not None else "the fact "
    others = f" and {more:,} more" if more else ""
    action = _NAMES.get(first["action"], first["action"])
    return f"{action} {number}“{first['title']}”{others}, by {last['actor'] or 'unknown'} on {made(last['at'])}"


def _asked(where: str) -> str:
    return f"undo-asked-{where}"


def _ask(where: str) -> None:
    st.session_state[_asked(where)] = True


def _leave(where: str) -> None:
    st.session_state.pop(_asked(where), None)


def _take_back(where: str, shown: Last) -> None:
    _leave(where)
    try:
        # A client may have saved something meanwhile; only what was named is taken back.
        if book().change("undo", dry_run=True) != shown:
            card_said.done(where, "The last change is another one by now; nothing was taken back.")
            return
        taken = book().change("undo")
    except MnemonError as trouble:
        card_said.failed(where, trouble)
    else:
        left = "".join(f" Left as it is: {sentence}." for sentence in taken["left"])
        card_said.done(where, f"Taken back: {named(taken)}.{left}")
