"""The page `graph`."""

from __future__ import annotations

import streamlit as st


def draw() -> None:
    st.title("Graph")
