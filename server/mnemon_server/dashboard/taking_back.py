"""Taking changes back: the last one to the vault after a look at it, or what was done just now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from mnemon_server.dashboard.book import Book
from mnemon_server.dashboard.card_line import made
from mnemon_server.dashboard.deeds import Change, Done, deed_button, do, say, say_done, to_take_back
from mnemon_server.dashboard.plain import inert
from mnemon_server.errors import MnemonError

# `undo` takes back the last change, whoever made it.
_ACTOR = "dashboard"
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
    "keep-both": "letting both stand:",
    "resolve": "settling",
}
_NOTHING = "nothing-to-undo"  # an error of another vault's server keeps its code, not its class
Last = dict[str, Any]  # Any: JSON, what `undo` answers


class Overtaken(MnemonError):
    """The vault has changed since: the last change is another one."""

    code = "overtaken"


def say_with_a_way_back(vault: Book, where: str) -> None:
    """What was done last at `where`. While it can be taken back it stays, with a button for that."""
    done = to_take_back(where)
    if done is None:
        say(where)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        say_done(done)
        deed_button(where, "Undo", f"undo-done-{where}", ":material/undo:", lambda: take_back(vault, done))


def take_back(vault: Book, done: Done) -> Done:
    """Restore what was dropped, or take the changes back from the last to the first.

    Raises:
        Overtaken: something else was changed since; from there on nothing is taken back.
        MnemonError: as `restore` and `undo` say.
    """
    for number in done.restore:
        vault.change("restore", id=number)
    taken = [_undo(vault, partial(_is, change)) for change in reversed(done.undo)]
    return Done(f"Taken back.{_left(taken)}")


def last_change_button(where: str) -> None:
    """For the last change to the vault, whoever made it; what it asks stands in `last_change_line(vault, where)`."""
    st.button("Undo the last change", key=f"undo-{where}", icon=":material/undo:", on_click=_ask, args=(where,))


def last_change_line(vault: Book, where: str) -> None:
    """Once the button is pressed: the change by name, a yes and a no; `say(where)` says what came of it."""
    if not st.session_state.get(_asked(where)):
        return
    try:
        last = vault.ask("undo", dry_run=True)
    except MnemonError as trouble:
        if trouble.code != _NOTHING:
            raise
        st.info(inert(f"{trouble.message}."))
        st.button("All right", key=f"undo-no-{where}", on_click=_leave, args=(where,))
        return
    st.warning(inert(f"Take back {named(last)}?"), icon=":material/undo:")
    with st.container(horizontal=True):
        yes = (vault, where, last)
        st.button("Take it back", key=f"undo-yes-{where}", type="primary", on_click=_take_last_back, args=yes)
        st.button("Leave it", key=f"undo-no-{where}", on_click=_leave, args=(where,))


def named(last: Last) -> str:
    """Such as `forgetting #4 “Old printer”, by dashboard on 26 Nov 2026, 14:05 (today)`."""
    first, more = last["changes"][0], last["count"] - 1
    number = f"#{first['id']} " if first["id"] is not None else "the fact "
    others = f" and {more:,} more" if more else ""
    action = _NAMES.get(first["action"], first["action"])
    return f"{action} {number}“{first['title']}”{others}, by {last['actor'] or 'unknown'} on {made(last['at'])}"


def _take_last_back(vault: Book, where: str, shown: Last) -> None:
    _leave(where)

    def work() -> Done:
        taken = _undo(vault, lambda last: last == shown)
        return Done(f"Taken back: {named(taken)}.{_left([taken])}")

    do(where, work)


def _undo(vault: Book, is_meant: Callable[[Last], bool]) -> Last:
    """Only what was meant is taken back: a client may have saved something meanwhile.

    Raises:
        Overtaken: the last change is another one.
    """
    last = vault.change("undo", dry_run=True)
    if not is_meant(last):
        told = f"Not taken back: the last change to the vault is another one by now, {named(last)}."
        raise Overtaken(told, "mnemon undo --dry-run")
    return vault.change("undo")


def _is(change: Change, last: Last) -> bool:
    """Whether it is the last change, and was made here."""
    found = (Change(each["action"], each["title"] if each["id"] is None else each["id"]) for each in last["changes"])
    return last["actor"] == _ACTOR and change in found


def _left(taken: Sequence[Last]) -> str:
    return "".join(f" Left as it is: {sentence}." for last in taken for sentence in last["left"])


def _asked(where: str) -> str:
    return f"undo-asked-{where}"


def _ask(where: str) -> None:
    st.session_state[_asked(where)] = True


def _leave(where: str) -> None:
    st.session_state.pop(_asked(where), None)
