"""One look for all pages: colours of the types, sizes, and what a narrow window needs."""

from __future__ import annotations

from collections.abc import Mapping

# Told apart by people who see few colours too; readable on light and on dark.
COLOURS: Mapping[str, str] = {
    "decision": "#2a7f62",
    "preference": "#3f6fb5",
    "antipattern": "#c4473a",
    "observation": "#b07d1a",
    "research": "#7d5ba6",
    "project": "#2f8fa3",
    "handoff": "#8a7f72",
    "note": "#6b7280",
}
STYLE = """
[data-testid="stMetricValue"] { font-size: 1.6rem; }
[data-testid="stMainBlockContainer"] { padding-top: 3rem; max-width: 76rem; }
.stMarkdown p, .stText { overflow-wrap: anywhere; }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding-left: 1rem; padding-right: 1rem; }
}
"""
