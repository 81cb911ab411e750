"""What a prompt pays for hooks: CPU against an interpreter that does nothing, and the wait."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measure import Bench, Figure, clean_environment, cpu_of, percentile
from tests.bench.vaults import Shelf

PROMPT = "add a migration for the invoices table, and keep the rounding of the totals as the tax module wants it"
MOST_CPU = 15.0  # times `python -c pass`
MOST_WAIT = 300.0  # milliseconds, for an idle machine
STOP_WAIT = 150.0
CLIENT_GIVES_UP = 8_000.0


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """On the largest prepared vault, without a resident: a prompt, a start, a stop, prompts at their worst."""
    rounds = 25 if bench.full else 9
    mnemon = str(Path(sys.executable).with_name("mnemon"))
    with TemporaryDirectory(prefix="mnemon-bench-") as home, shelf.copy(bench.largest) as settings:
        environment = clean_environment(Path(home), MNEMON_VAULT_DIR=str(settings.folder))
        transcript = _transcript(Path(home))
        nothing = _cpu((sys.executable, "-c", "pass"), environment, "{}", rounds)
        for event, payload in (
            ("surface", {"prompt": PROMPT}),
            ("surface", {"prompt": "yes, go ahead"}),
            ("session-start", {"source": "startup"}),
            ("extract", {"transcript_path": str(transcript)}),
        ):
            command = (mnemon, "hook", event)
            words = " of small talk" if payload.get("prompt", PROMPT) != PROMPT else ""
            taken = _cpu(command, environment, _payload(payload), rounds)
            note = f"{taken * 1000:.0f} ms against {nothing * 1000:.0f} ms, {bench.largest:,} memories"
            target = MOST_CPU if event == "surface" else None
            yield Figure(f"hooks {event}{words}, CPU", taken / nothing, "x", target, note)
            waits = _waits(command, environment, payload, rounds)
            limit = STOP_WAIT if event == "extract" else MOST_WAIT
            late = f"p95 {percentile(waits, 0.95):.0f}"
            yield Figure(f"hooks {event}{words}, wait p50", statistics.median(waits), "ms", limit, late)
        pasted = {"prompt": ("lorem ipsum dolor sit amet " * 40_000)[: 10**6 - len(PROMPT)] + PROMPT}
        longest = max(_waits((mnemon, "hook", "surface"), environment, pasted, 3))
        yield Figure("hooks surface, 1 MB prompt, longest wait", longest, "ms", CLIENT_GIVES_UP)


def _cpu(command: tuple[str, ...], environment: dict[str, str], data: str, rounds: int) -> float:
    """Each round in a session of its own, so that nothing is left out as seen."""
    taken = []
    for number in range(rounds):
        taken.append(cpu_of(command, environment, 1, data.replace("SESSION", f"cpu-{number}").encode()))
    return statistics.median(taken)


def _waits(command: tuple[str, ...], environment: dict[str, str], payload: dict[str, str], rounds: int) -> list[float]:
    waits = []
    for number in range(rounds):
        data = _payload(payload).replace("SESSION", f"wait-{number}-{time.monotonic_ns()}").encode()
        began = time.monotonic()
        subprocess.run(command, env=environment, input=data, check=True, stdout=subprocess.DEVNULL)
        waits.append((time.monotonic() - began) * 1000)
    return waits


def _payload(payload: dict[str, str]) -> str:
    return json.dumps({"session_id": "SESSION", "cwd": "/tmp", **payload})


def _transcript(folder: Path) -> Path:
    path = folder / "session.jsonl"
    message = {
        "role": "user",
        "content": "From now on we deploy from the release branch, because main is never frozen.",
    }
    path.write_text(json.dumps({"type": "user", "promptSource": "cli", "message": message}) + "\n", encoding="utf-8")
    return path
