"""A page of texts in all the places that take Markdown, for a browser to look at; which ones, the environment says."""

from __future__ import annotations

import json
import os

import streamlit as st

from mnemon_server.dashboard.plain import inert

for number, text in enumerate(json.loads(os.environ["MNEMON_TEST_TEXTS"])):
    shown = inert(text)
    with st.container(key=f"case-{number}"):
        st.markdown(shown)
        st.markdown(f"before {shown} after")
        st.caption(shown)
        st.error(shown)
        st.button(shown, key=f"button-{number}")
        st.page_link(st.Page(lambda: None, title="Page", url_path="elsewhere"), label=shown)
        with st.expander(shown):
            st.write("Inside.")
st.title("All of them")
