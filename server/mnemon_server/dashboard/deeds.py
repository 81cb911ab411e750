"""What a click does to the vault, and the sentence that says so where it was made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from mnemon_server.dashboard.plain import inert
from mnemon_server.errors import MnemonError


@dataclass(frozen=True)
class Change:
    """One change as the vault's history has it: by which action, and of what, by id, or by title where it is a stated
    fact."""

    action: str
    of: int | str


@dataclass(frozen=True)
class Done:
    """What was done, in a sentence, and what takes it back.

    Attributes:
        undo: the changes to be undone, in the order they were made.
        restore: ids to bring back one by one, whatever happened since.
    """

    said: str
    undo: tuple[Change, ...] = ()
    restore: tuple[int, ...] = ()


def do(where: str, work: Callable[[], Done]) -> bool:
    """Whether it could be carried out; what came of it is said at `where`, and the page stays usable.

    To be called from an `on_click` callback: what it does is then what the page showed when it was clicked, whatever
    has come into the vault since. Anywhere else the page is to be drawn anew afterwards.
    """
    try:
        st.session_state[_key(where)] = work()
    except MnemonError as trouble:
        st.session_state[_key(where)] = trouble
        return False
    return True


def deed_button(where: str, label: str, key: str, icon: str, work: Callable[[], Done], type: str = "secondary") -> None:
    """A button that carries it out."""
    st.button(label, key=key, icon=icon, type=type, on_click=do, args=(where, work))


def to_take_back(where: str) -> Done | None:
    """What was done here last, as long as it can be taken back."""
    told = st.session_state.get(_key(where))
    return told if isinstance(told, Done) and (told.undo or told.restore) else None


def say(where: str) -> None:
    """Say what came of the last click here, and forget it."""
    told: Done | MnemonError | None = st.session_state.pop(_key(where), None)
    if isinstance(told, Done):
        say_done(told)
    elif told is not None:
        st.error(inert(told.message), icon=":material/error:")
        if told.hint:
            st.caption("What to do:")
            st.code(told.hint, language=None, wrap_lines=True)


def say_done(done: Done) -> None:
    st.success(inert(done.said), icon=":material/check_circle:")


def _key(where: str) -> str:
    return f"done-{where}"
