"""Mixed load on a real server that is killed every so often: nothing acknowledged is lost, no client starts over."""

from __future__ import annotations

import http.client
import json
import os
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measure import Bench, Figure
from tests.bench.vaults import Shelf
from tests.remote_server import Refused, RemoteServer, Talk, in_threads, serving

CLIENTS = 6
_WORDS = "harbour lantern copper meadow signal orchard granite ribbon saddle thunder velvet walnut".split()


@dataclass
class Soaked:
    """What became of it. `sizes` are resident megabytes at the end of each life of the server."""

    saved: set[str] = field(default_factory=set)
    calls: int = 0
    restarts: int = 0
    started_over: int = 0
    failed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)

    @property
    def growth(self) -> float:
        """The largest size at a life's end over the smallest, apart from the first life's, which begins empty."""
        later = self.sizes[1:] or self.sizes
        return max(later) / min(later) if later else 1.0


def soak(home: Path, seconds: float, every: float, clients: int = CLIENTS, **environment: str) -> Soaked:
    """`clients` sessions of searches, saves and reads for `seconds`, with a kill -9 and a new start every `every`."""
    found, lock, end = Soaked(), threading.Lock(), time.monotonic() + seconds
    with serving(home, **environment) as server:
        works = [_client(server, number, end, found, lock) for number in range(clients)]
        in_threads([*works, lambda: _killer(server, end, every, found)])
        found.sizes.append(resident(server.pid))
        with server.talk() as talk:
            lines = talk.request("GET", "/vault/export")[1].decode().splitlines()
        found.lost = sorted(found.saved - {json.loads(line)["content"] for line in lines})
    return found


def _client(server: RemoteServer, number: int, end: float, found: Soaked, lock: threading.Lock):  # type: ignore[no-untyped-def]  # a closure
    def work() -> None:
        chance, talk, session, count = random.Random(number), Talk(server.port), "", 0
        while time.monotonic() < end:
            try:
                if not session:
                    talk.open_session()
                    session = talk.session
                word, count = chance.choice(_WORDS), count + 1
                answer = _one(talk, chance, number, count, word, found, lock)
                with lock:
                    found.calls += 1
                    if answer.get("isError"):
                        found.failed.append(str(answer["content"])[:200])
            except Refused as refused:
                with lock:
                    if refused.status == 404:
                        found.started_over += 1
                        session = ""
                    elif refused.status != 503:
                        found.failed.append(str(refused))
            except (OSError, http.client.HTTPException):
                # The server was killed under us: the same session goes on over a new connection.
                talk.close()
                talk = Talk(server.port)
                talk.session = session
                time.sleep(0.05)
        talk.close()

    return work


def _one(
    talk: Talk, chance: random.Random, number: int, count: int, word: str, found: Soaked, lock: threading.Lock
) -> dict[str, object]:
    kind = chance.random()
    if kind < 0.4:
        text = f"mark-{number}-{count}-{chance.getrandbits(40):x} {word} {chance.choice(_WORDS)}"
        answer = talk.call("memory_save", title=f"{word} {count}", content=text)
        if not answer.get("isError"):
            with lock:
                found.saved.add(text)
        return answer
    if kind < 0.9:
        return talk.call("memory_search", query=f"{word} {chance.choice(_WORDS)}")
    return talk.call("memory_timeline", limit=5)


def _killer(server: RemoteServer, end: float, every: float, found: Soaked) -> None:
    while (left := end - time.monotonic()) > every / 2:
        time.sleep(min(every, left))
        if end - time.monotonic() > every / 4:
            found.sizes.append(resident(server.pid))
            server.kill()
            server.start()
            found.restarts += 1


def resident(process_id: int) -> float:
    """Megabytes."""
    return (
        int(Path(f"/proc/{process_id}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    )


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """Ten minutes with --full, one otherwise."""
    seconds = 600.0 if bench.full else 60.0
    with TemporaryDirectory(prefix="mnemon-bench-") as home:
        found = soak(Path(home), seconds, 20.0)
    label = f"soak of {seconds:g} s, {found.restarts} kills"
    yield Figure(f"{label}: acknowledged saves lost", len(found.lost), "", 0.0, f"of {len(found.saved):,}")
    yield Figure(f"{label}: sessions that had to start over", found.started_over, "", 0.0)
    yield Figure(f"{label}: failed calls", len(found.failed), "", 0.0, f"of {found.calls:,}; {found.failed[:1]}")
    yield Figure(
        f"{label}: memory, largest over smallest at a kill", found.growth, "x", 1.25, f"{max(found.sizes):.0f} MB"
    )
