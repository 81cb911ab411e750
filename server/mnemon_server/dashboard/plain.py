"""Stored text as data: nothing in a memory formats, links, loads or runs anything on a page."""

from __future__ import annotations

import re

from mnemon_server.tools.fence import defang

# Whatever Markdown, as Streamlit reads it (with formulas, :icons:, :colour[...]), gives a meaning.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&@=^/])")
# What it looks for once more when the backslashes are gone: addresses, :icons: of its own, arrows and dashes.
_LATE = re.compile(
    r"(?<=http:)(?=//)|(?<=https:)(?=//)|(?<=www)(?=\.)|(?<=[-.\w+]@)(?=[-\w])|(?<=:)(?=streamlit:|material_)"
    r"|(?<=[-<>~])(?<!\S\S)(?=(?:->|[-=>])(?!\S))",
    re.IGNORECASE,
)
_JOINER = "\u2060"  # of no width; nobody's text has one after `defang`


def inert(text: str) -> str:
    """`text` on one line, for places that take Markdown: it shows as it was written, and does nothing.

    A character that has a meaning there is written with a backslash before it; line ends become spaces. An address has
    an invisible sign in it, which keeps it from being a link.
    """
    return _SPECIAL.sub(r"\\\1", _LATE.sub(_JOINER, " ".join(defang(text).split())))
