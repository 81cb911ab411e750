"""What came of a click, said once where it was made."""

from __future__ import annotations

import streamlit as st

from mnemon_server.dashboard.plain import inert
from mnemon_server.errors import MnemonError


def done(where: str, sentence: str) -> None:
    """To be said at `where` when it is drawn next."""
    st.session_state[_key(where)] = (sentence, "", True)


def failed(where: str, trouble: MnemonError) -> None:
    st.session_state[_key(where)] = (trouble.message, trouble.hint, False)


def say(where: str) -> None:
    """Say what is to be said here, and forget it."""
    sentence, hint, went_well = st.session_state.pop(_key(where), ("", "", True))
    if not sentence:
        return
    if went_well:
        st.success(inert(sentence), icon=":material/check_circle:")
        return
    st.error(inert(sentence), icon=":material/error:")
    if hint:
        st.caption("What to do:")
        st.code(hint, language=None, wrap_lines=True)


def _key(where: str) -> str:
    return f"said-{where}"
