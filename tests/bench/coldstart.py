"""What it costs to wake a server that sleeps, on the stand-in for Fly: the image's start command, behind a proxy that
starts the machine when somebody asks."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from tests.bench.measure import Bench, Figure
from tests.bench.vaults import Shelf
from tests.fakes.fly.install import sleep_app, stop_everything
from tests.remote_server import Talk
from tests.s3 import serving_s3
from tests.scripts.web_machine import APP, Web

SIZE = 10_000


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """The first authenticated call after sleep, in the session that was open before. By words: the stand-in builds no
    image, and so puts no model into one."""
    rounds = 9 if bench.full else 5
    with TemporaryDirectory(prefix="mnemon-bench-") as root, serving_s3() as store, shelf.copy(SIZE) as settings:
        web = Web(Path(root), store)
        try:
            web.folder.mkdir(parents=True)
            shutil.copy2(settings.vault_path, web.vault)
            web.upgrade("--region", "ams", "--bucket", web.bucket)
            walls, costs = _woken(web, rounds)
        finally:
            stop_everything(web.state)
    note = f"{SIZE:,} memories, session resumed, {rounds} times"
    yield Figure("first call after sleep, CPU of the server", median(costs), "s", note=note)
    yield Figure("first call after sleep, the wait for it", median(walls), "s", note="the proxy included")


def _woken(web: Web, rounds: int) -> tuple[list[float], list[float]]:
    """How long each first call took, and the CPU time of the server that answered it."""
    walls, costs, port = list[float](), list[float](), urlsplit(web.url).port
    assert port is not None
    first = Talk(port, web.kept("token"))
    first.open_session()
    first.close()
    for _ in range(rounds):
        sleep_app(web.state, APP)
        talk = Talk(port, web.kept("token"))
        talk.session = first.session
        began = time.monotonic()
        answer = talk.call("memory_search", query="deploy on tuesdays")
        walls.append(time.monotonic() - began)
        assert not answer.get("isError"), answer
        (machine,) = web.app["machines"].values()
        costs.append(_cpu_of(int(machine["pid"])))
        talk.close()
    return walls, costs


def _cpu_of(process: int) -> float:
    """Seconds that it has used since it was started, as Linux counts them."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
