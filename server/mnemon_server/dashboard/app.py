"""What Streamlit runs for every visit and every click: the frame around the page that is shown."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from mnemon_server.dashboard import frame
from mnemon_server.dashboard.views import graph, overview, profile, search, timeline

PAGES = (
    st.Page(overview.draw, title="Overview", icon=":material/monitoring:", url_path="overview", default=True),
    st.Page(search.draw, title="Search", icon=":material/search:", url_path="search"),
    st.Page(timeline.draw, title="Timeline", icon=":material/calendar_month:", url_path="timeline"),
    st.Page(graph.draw, title="Graph", icon=":material/hub:", url_path="graph"),
    st.Page(profile.draw, title="Profile and inbox", icon=":material/person:", url_path="profile"),
)

st.set_page_config(page_title="mnemon", page_icon=str(Path(__file__).with_name("icon.png")), layout="wide")
frame.around(st.navigation(list(PAGES)))
