"""What the HTTP server costs: its start, its memory, a search through it, many at once, and health meanwhile."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measure import Bench, Figure, clean_environment, cpu_of, percentile, seconds
from tests.bench.soak import resident
from tests.bench.vaults import Shelf, model_folder
from tests.remote_server import RemoteServer, serving

from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings
from mnemon_server.tools.surface import call_tool

SIZE = 10_000
CLIENTS = 8
# Threads that search over kept connections for so many seconds; prints how often, how long each took, and its own CPU.
_LOAD = """
import json, resource, sys, threading, time
from tests.remote_server import Talk
port, clients, seconds, queries = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), json.loads(sys.argv[4])
waits, failed, ready = [], [], threading.Barrier(clients)
def work(number):
    talk = Talk(port)
    talk.open_session()
    talk.call("memory_search", query=queries[number % len(queries)])
    ready.wait()
    end, count = time.monotonic() + seconds, number * 7
    while (began := time.monotonic()) < end:
        count += 1
        answer = talk.call("memory_search", query=queries[count % len(queries)])
        waits.append(time.monotonic() - began)
        if answer.get("isError"):
            failed.append(answer)
threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
for thread in threads: thread.start()
for thread in threads: thread.join()
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"count": len(waits), "failed": len(failed), "waits": waits, "cpu": used.ru_utime + used.ru_stime}))
"""


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """With the real model where there is one; otherwise searches go by words."""
    model = model_folder()
    more = {"MNEMON_MODEL_PATH": str(model)} if model else {}
    queries = [shelf.corpus.short_query(number) for number in range(200)]
    with TemporaryDirectory(prefix="mnemon-bench-") as home:
        yield from _start(Path(home), 9 if bench.full else 5)
    with (
        shelf.copy(SIZE) as settings,
        serving(settings.folder, MNEMON_VAULT_DIR=str(settings.folder), **more) as server,
    ):
        yield Figure("serve-remote memory before a model", resident(server.pid), "MB", 120)
        yield from _searches(server, settings, str(model or ""), queries)
        yield from _together(server, queries, 10.0 if bench.full else 4.0)
        yield Figure("serve-remote memory with the model, after all that", resident(server.pid), "MB", 350)


def _start(home: Path, rounds: int) -> Iterator[Figure]:
    environment = clean_environment(home)
    reference = cpu_of((sys.executable, "-c", "import mcp.server, uvicorn"), environment, rounds)
    taken = []
    for _ in range(rounds):
        server = RemoteServer(home)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        server.start()
        server.kill()
        taken.append(seconds(resource.getrusage(resource.RUSAGE_CHILDREN)) - seconds(before))
    cpu = sorted(taken)[rounds // 2]
    note = f"{cpu * 1000:.0f} ms against {reference * 1000:.0f} ms"
    yield Figure("serve-remote to /health answered", cpu / reference, "x", 1.5, note)


def _searches(server: RemoteServer, settings: Settings, model: str, queries: list[str]) -> Iterator[Figure]:
    """One client: CPU of the whole process per call, against the same tool called in this process."""
    client = InProcess(Settings(settings.folder, model_path_from_environment=model), "bench")

    def here(query: str) -> None:
        reply = call_tool(lambda action, given: client.call(action, **given), "memory_search", {"query": query})
        assert not reply.is_error, reply.text

    for query in queries[:20]:
        here(query)
    before = time.process_time()
    for query in queries:
        here(query)
    alone = (time.process_time() - before) / len(queries)
    client.close()
    with server.talk() as talk:
        talk.open_session()
        for query in queries[:20]:
            talk.call("memory_search", query=query)
        used = _cpu(server.pid)
        for query in queries:
            assert not talk.call("memory_search", query=query).get("isError")
        through = (_cpu(server.pid) - used) / len(queries)
    note = f"{through * 1000:.1f} ms against {alone * 1000:.1f} ms"
    yield Figure(f"search over HTTP, {SIZE // 1000}k, CPU of the server per call", through / alone, "x", 3.0, note)


def _together(server: RemoteServer, queries: list[str], span: float) -> Iterator[Figure]:
    alone = _load(server, 1, span, queries)
    process = _loading(server, CLIENTS, span, queries)
    waits = []
    with server.talk(None) as talk:
        while process.poll() is None:
            began = time.monotonic()
            assert talk.get("/health")[0] == 200
            waits.append((time.monotonic() - began) * 1000)
            time.sleep(0.02)
    together = _told(process)
    rate, one = together["count"] / span, alone["count"] / span
    note = f"{rate:.0f} against {one:.0f} a second; load generator {together['cpu'] / span:.2f} CPUs"
    yield Figure(f"one client's searches over {CLIENTS} clients' in the same time", one / rate, "x", 1.0, note)
    yield Figure(f"{CLIENTS} clients: failed searches", together["failed"], "", 0.0, f"of {together['count']:,}")
    yield Figure(f"{CLIENTS} clients: one search p99", percentile(together["waits"], 0.99) * 1000, "ms", note="wall")
    yield Figure(
        f"/health p99 while {CLIENTS} clients search", percentile(waits, 0.99), "ms", 50, f"wall, {len(waits)} asked"
    )


def _load(server: RemoteServer, clients: int, span: float, queries: list[str]) -> dict[str, float | list[float]]:
    return _told(_loading(server, clients, span, queries))


def _loading(server: RemoteServer, clients: int, span: float, queries: list[str]) -> subprocess.Popen[str]:
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
    command = (sys.executable, "-c", _LOAD, str(server.port), str(clients), str(span), json.dumps(queries))
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def _told(process: subprocess.Popen[str]):  # type: ignore[no-untyped-def]  # JSON
    return json.loads(process.communicate()[0])


def _cpu(process_id: int) -> float:
    """Seconds of a process so far; where /proc is not, there is no figure to take."""
    fields = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
