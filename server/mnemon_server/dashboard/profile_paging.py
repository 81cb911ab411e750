"""Which page of a list is shown, and the buttons that turn it."""

from __future__ import annotations

import streamlit as st


def turn_page(key: str, total: int, size: int) -> int:
    """Where the shown page begins; buttons to turn it when there is more than one."""
    last = (total - 1) // size
    page = min(int(st.session_state.get(key, 0)), last)
    if not last:
        return 0
    with st.container(horizontal=True, vertical_alignment="center"):
        newer = st.button("Newer", key=f"{key}-newer", icon=":material/chevron_left:", disabled=page == 0)
        older = st.button("Older", key=f"{key}-older", icon=":material/chevron_right:", disabled=page == last)
        st.caption(f"{page * size + 1:,} to {min(total, (page + 1) * size):,} of {total:,}", width="content")
    if newer or older:
        st.session_state[key] = page + (1 if older else -1)
        st.rerun()  # the buttons above were drawn for the page before
    return page * size
