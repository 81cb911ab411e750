"""Charts that look alike on every page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import altair as alt
import pandas as pd

from mnemon_server.dashboard.looks import COLOURS


def chart(rows: Sequence[dict[str, Any]]) -> Any:  # Any: Altair is loaded where it is installed, and has no types here
    """An Altair chart over these rows, each with the same keys."""
    return alt.Chart(pd.DataFrame(list(rows)))


def scale(kinds: Collection[str]) -> tuple[list[str], list[str]]:
    """Domain and range of a colour scale for these types, always in the same order."""
    shown = [name for name in COLOURS if name in kinds] + sorted(set(kinds) - set(COLOURS))
    return shown, [COLOURS.get(name, "#999999") for name in shown]
