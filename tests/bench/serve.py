"""From the start of `mnemon serve` to the answer to the client's first question."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measure import Bench, Figure, clean_environment, cpu_of, seconds
from tests.bench.vaults import Shelf

TARGET = 1.3
_LEGACY = (
    b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",'
    b'"capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}\n'
)
_MODERN = (
    b'{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{'
    b'"io.modelcontextprotocol/protocolVersion":"2026-07-28",'
    b'"io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},'
    b'"io.modelcontextprotocol/clientCapabilities":{}}}}\n'
)
FIRST_QUESTIONS = (("initialize", _LEGACY), ("server/discover", _MODERN))


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """Both protocol eras, as a ratio to importing the SDK's server; and the memory it takes."""
    rounds = 15 if bench.full else 5
    with TemporaryDirectory(prefix="mnemon-bench-") as home:
        environment = clean_environment(Path(home))
        for name, question in FIRST_QUESTIONS:
            sdk = cpu_of((sys.executable, "-c", "import mcp.server"), environment, rounds)
            started = [_answered(environment, question) for _ in range(rounds)]
            cpu = statistics.median(cpu for cpu, _ in started)
            note = f"{cpu * 1000:.0f} ms against {sdk * 1000:.0f} ms"
            yield Figure(f"serve to {name} answered", cpu / sdk, "x", TARGET, note)
        yield Figure("serve memory at that moment", max(size for _, size in started), "MB")


def _answered(environment: Mapping[str, str], question: bytes) -> tuple[float, float]:
    """CPU seconds until the answer, and resident megabytes; the process is killed at that very moment."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        (str(Path(sys.executable).with_name("mnemon")), "serve"),
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(question)
    process.stdin.flush()
    answer = process.stdout.readline()
    size = _resident(process.pid)
    process.kill()
    process.stdin.close()
    process.stdout.close()
    process.wait()
    assert b'"result"' in answer, answer
    return seconds(resource.getrusage(resource.RUSAGE_CHILDREN)) - seconds(before), size


def _resident(process_id: int) -> float:
    statm = Path(f"/proc/{process_id}/statm")
    if not statm.exists():
        return 0.0
    return int(statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
