"""Many processes saving into one vault at once."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measure import Bench, Figure, clean_environment, percentile, seconds
from tests.bench.vaults import Shelf

from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings

PROCESSES = 8
# Says "ready", waits for a line, saves, and prints {"saved": [wall ms], "failed": [messages]}.
_SAVER = """
import json, sys, time
from pathlib import Path
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings
folder, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
client = InProcess(Settings(folder), name)
client.call("status")
print("ready", flush=True)
sys.stdin.readline()
saved, failed = [], []
for number in range(count):
    began = time.monotonic()
    try:
        client.call("save", title=f"{name} {number}", content=f"memory {number} of process {name}")
        saved.append((time.monotonic() - began) * 1000)
    except MnemonError as trouble:
        failed.append(trouble.message)
client.close()
print(json.dumps({"saved": saved, "failed": failed}))
"""


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """Nothing may be lost or refused; the rates are for information, the disk decides them."""
    count = 300 if bench.full else 50
    with TemporaryDirectory(prefix="mnemon-bench-") as home:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        saved, failed, wall = _race(Path(home), count)
        cpu = seconds(resource.getrusage(resource.RUSAGE_CHILDREN)) - seconds(before)
        client = InProcess(Settings(Path(home)), "bench")
        there = client.call("status")["total"]
        problems = client.call("check_integrity")["problems"]
        client.close()
    label = f"{PROCESSES} x {count} saves"
    yield Figure(f"{label}: acknowledged and not there", len(saved) - there, "", 0.0)
    yield Figure(f"{label}: refused", len(failed), "", 0.0, failed[0] if failed else "")
    yield Figure(f"{label}: problems in the vault", len(problems), "", 0.0, "; ".join(problems))
    yield Figure(f"{label}: transactions a second", len(saved) / wall, "1/s", note="wall")
    yield Figure(f"{label}: one save p50", percentile(saved, 0.5), "ms", note="wall")
    yield Figure(f"{label}: one save p99", percentile(saved, 0.99), "ms", note="wall")
    yield Figure(f"{label}: CPU per save, start included", cpu * 1000 / max(1, len(saved)), "ms")


def _race(home: Path, count: int) -> tuple[list[float], list[str], float]:
    savers = [
        subprocess.Popen(
            (sys.executable, "-c", _SAVER, str(home), f"p{number}", str(count)),
            env=clean_environment(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    for saver in savers:
        assert saver.stdout is not None and saver.stdout.readline() == "ready\n"
    began = time.monotonic()
    for saver in savers:
        assert saver.stdin is not None
        saver.stdin.write("go\n")
        saver.stdin.flush()
    reports = [json.loads(saver.communicate()[0]) for saver in savers]
    wall = time.monotonic() - began
    saved = [taken for report in reports for taken in report["saved"]]
    return saved, [message for report in reports for message in report["failed"]], wall
