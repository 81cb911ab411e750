"""What somebody did last on the page of the profile, told at its head, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from mnemon_server.dashboard.book import Book
from mnemon_server.dashboard.plain import inert
from mnemon_server.errors import MnemonError

# Whose changes may be taken back here: `undo` takes back the last one, whoever made it.
_ACTOR = "dashboard"
_DONE, _TROUBLE = "profile-done", "profile-trouble"


class Overtaken(MnemonError):
    """The vault has changed since: the last change is another one."""

    code = "overtaken"


@dataclass(frozen=True)
class Done:
    """What was done, in a sentence, and what takes it back.

    Attributes:
        undo: one entry for each change, in the order they were made: what it changed, by id, or by title where it was
            a stated fact.
        restore: ids to bring back one by one, whatever happened since.
    """

    said: str
    undo: tuple[int | str, ...] = ()
    restore: tuple[int, ...] = ()


def do(work: Callable[[], Done]) -> bool:
    """Whether it could be carried out; an expected failure is told at the head of the page, which stays usable.

    To be called from an `on_click` callback: what it does is then what the page showed when it was clicked, whatever
    has come into the vault since. Anywhere else the page is to be drawn anew afterwards.
    """
    state = st.session_state
    state.pop(_TROUBLE, None)
    try:
        state[_DONE] = work()
    except MnemonError as trouble:
        state.pop(_DONE, None)
        state[_TROUBLE] = trouble
        return False
    return True


def deed_button(label: str, key: str, icon: str, work: Callable[[], Done], type: str = "secondary") -> None:
    """A button that carries it out."""
    st.button(label, key=key, icon=icon, type=type, on_click=do, args=(work,))


def tell_last(vault: Book) -> None:
    """The sentence on what was done last, with a button that takes it back; nothing when nothing was done."""
    state = st.session_state
    if trouble := state.pop(_TROUBLE, None):
        st.warning(inert(trouble.message), icon=":material/error:")
        if trouble.hint:
            st.code(trouble.hint, language=None, wrap_lines=True)
    done: Done | None = state.get(_DONE)
    if done is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(inert(done.said), icon=":material/check:")
        if not done.undo and not done.restore:
            del state[_DONE]  # told once
        else:
            deed_button("Undo", "profile-undo", ":material/undo:", lambda: take_back(vault, done))


def take_back(vault: Book, done: Done) -> Done:
    """Restore what was dropped, or take the changes back from the last to the first.

    Raises:
        Overtaken: something else was changed since; from there on nothing is taken back.
        MnemonError: as `restore` and `undo` say.
    """
    for number in done.restore:
        vault.change("restore", id=number)
    for which in reversed(done.undo):
        last = vault.change("undo", dry_run=True)
        if last["actor"] != _ACTOR or which not in _changed(last):
            raise Overtaken(
                f"Not taken back: the last change to the vault is another one by now, {last['action']} by"
                f" {last['actor'] or 'somebody'}.",
                "mnemon undo --dry-run",
            )
        vault.change("undo")
    return Done("Taken back.")


def _changed(last: dict[str, Any]) -> set[int | str]:  # Any: JSON
    return {each["title"] if each["id"] is None else each["id"] for each in last["changes"]}
