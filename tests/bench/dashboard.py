"""Every page of the dashboard over 20,000 memories, once it has been drawn before; and the first map of them."""

from __future__ import annotations

import importlib.util
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measure import Bench, Figure, clean_environment
from tests.bench.vaults import Shelf

SIZE = 20_000
TARGET = 2.0  # seconds
ROUNDS = 3
_MAP = "first map"


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """Nothing where the extra `ui` is not installed."""
    if not all(importlib.util.find_spec(name) for name in ("streamlit", "umap")):
        print("dashboard: the extra ui is not installed", file=sys.stderr)
        return
    with shelf.copy(SIZE) as settings, TemporaryDirectory(prefix="mnemon-bench-") as home:
        # A process of its own: the pages find the vault by the environment, and memory goes back.
        environment = clean_environment(Path(home), MNEMON_VAULT_DIR=str(settings.folder))
        child = (sys.executable, "-m", "tests.bench.dashboard")
        told = subprocess.run(child, env=environment, check=True, stdout=subprocess.PIPE).stdout
    for name, value in json.loads(told).items():
        if name == _MAP:
            yield Figure("dashboard: UMAP, once per process", value, "s", note=f"{SIZE:,} memories, behind the page")
        else:
            yield Figure(f"dashboard: page {name}", value, "s", TARGET, f"{SIZE:,} memories")


def _measure() -> dict[str, float]:
    """Seconds of CPU of this process, all threads."""
    from tests.dashboard.stage import PAGES, complaints, show

    from mnemon_server.dashboard.projection_atlas import ATLAS

    for page in PAGES:
        show(page)
    show("graph")
    began = time.process_time()
    while ATLAS.work is not None:
        time.sleep(0.2)
    found = {_MAP: time.process_time() - began}
    for page in PAGES:
        show(page)
        taken = []
        for _ in range(ROUNDS):
            began = time.process_time()
            app = show(page)
            taken.append(time.process_time() - began)
            assert complaints(app) == [], complaints(app)
        found[page] = statistics.median(taken)
    return found


if __name__ == "__main__":
    json.dump(_measure(), sys.stdout)
