"""The page `search`."""

from __future__ import annotations

import streamlit as st


def draw() -> None:
    st.title("Search")
