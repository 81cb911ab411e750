"""Stored text as data: nothing in a memory formats, links, loads or runs anything on a page."""

from __future__ import annotations

import re

from mnemon_server.tools.fence import defang

# Whatever Markdown, as Streamlit reads it (with formulas, :icons:, :colour[...]), gives a meaning.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&@=^/])")


def inert(text: str) -> str:
    """`text` on one line, for places that take Markdown: it shows as it was written, and does nothing.

    A character that has a meaning there is written with a backslash before it; line ends become spaces.
    """
    return _SPECIAL.sub(r"\\\1", " ".join(defang(text).split()))
