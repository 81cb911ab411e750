"""What the shared server costs whoever comes to it, and what becomes of clients when it is killed under them. Linux
only: costs are read from /proc."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.hooks import PROMPT
from tests.bench.measure import Bench, Figure, clean_environment
from tests.bench.serve import FIRST_QUESTIONS
from tests.bench.starting import Cost, Costs, first_answer, join, ran
from tests.bench.vaults import Shelf, model_folder
from tests.resident import residents, wait_for
from tests.server.serve.resident import processes
from tests.server.serve.resident.clients import SCRIPT, Client
from tests.server.serve.resident.storm import SMALL, WHOLE, Stormed, storm
from tests.tiny_model import build_tiny_model

from mnemon_server.resident.launch import reach
from mnemon_server.settings import Settings
from mnemon_server.vault import background, vault_model, verdicts
from mnemon_server.vault.connection import Vault

QUERY = "rounding of the totals on invoices"
_NOTHING = (sys.executable, "-c", "pass")
_SDK = (sys.executable, "-c", "import mcp.server")
_CLIENTS = 5
_IDLE = 10.0  # seconds


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """A client's start with and without a resident, hooks and commands that it answers, its memory, a storm."""
    if sys.platform != "linux":
        return
    with TemporaryDirectory(prefix="mnemon-bench-") as root:
        model = model_folder() or build_tiny_model(Path(root) / "tiny")
        yield from _from_nothing(bench, Path(root), model)
        size = 50_000 if bench.full else 2_000
        with shelf.copy(size) as settings:
            _settle(settings)
            home = Path(root) / "home"
            home.mkdir()
            shared = _environment(home, model, MNEMON_VAULT_DIR=str(settings.folder))
            with residents(settings.folder):
                yield from _warm(bench, shared, settings.folder, size)
        stormy = Path(root) / "storm"
        stormy.mkdir()
        extent = WHOLE if bench.full else SMALL
        tiny = build_tiny_model(stormy / "tiny")
        yield from _told(storm(stormy, extent, MNEMON_MODEL_PATH=str(tiny)))


# --- a client's start ---


def _from_nothing(bench: Bench, root: Path, model: Path) -> Iterator[Figure]:
    """With no resident there: what it costs in all until the client has its answer, a model being configured."""
    rounds = 9 if bench.full else 3
    for name, question in FIRST_QUESTIONS:
        runs, sdks = list[Cost](), list[Cost]()
        for number in range(rounds):
            home = root / f"{name.replace('/', '-')}-{number}"
            home.mkdir()
            runs.append(first_answer(_environment(home, model), question))
            sdks += ran(_SDK, _environment(home, model), 1).runs
        costs, sdk = Costs(runs), Costs(sdks)
        note = f"{costs} against {sdk}, pump and resident, {costs.wall * 1000:.0f} ms wall at least"
        yield Figure(f"resident: serve from nothing to {name}", costs.cpu / sdk.cpu, "x", 1.3, note)


# --- with a resident that is warm ---


def _warm(bench: Bench, environment: dict[str, str], folder: Path, size: int) -> Iterator[Figure]:
    rounds = 25 if bench.full else 7
    _warm_up(environment, folder)
    nothing = ran(_NOTHING, environment, rounds)
    joined = [join(environment, FIRST_QUESTIONS[0][1]) for _ in range(rounds)]
    costs = Costs([cost for cost, _, _ in joined])
    note = f"{costs} against {nothing}, {costs.cpu / nothing.cpu:.1f} x"
    yield Figure("resident: pump to initialize, CPU", costs.cpu, "s", 0.10, note)
    yield Figure("resident: pump to initialize, wall at least", costs.wall * 1000, "ms", 150.0)
    yield Figure("resident: pump memory (RSS)", max(rss for _, rss, _ in joined), "MB", 20.0)
    yield Figure("resident: pump memory (PSS)", max(pss for _, _, pss in joined), "MB")
    yield from _hooks(environment, folder, size, rounds)
    yield from _searches(environment, nothing, size, rounds)
    yield from _together(environment, folder)


def _settle(settings: Settings) -> None:
    """As a vault is that was in use for a while: every memory compared with what is near, the model's background
    known. Otherwise the resident would do both meanwhile, and a minute would not be an idle one."""
    vault = Vault(settings.vault_path)
    with vault.write() as connection:
        for (memory,) in connection.execute("SELECT id FROM memories").fetchall():
            verdicts.mark_examined(connection, memory, "meaning")
        if (model := vault_model.current_model(connection)) is not None:
            background.measure_background(connection, model)
    vault.close()


def _warm_up(environment: Mapping[str, str], folder: Path) -> None:
    """Until it has its model, and nothing is left to embed."""
    subprocess.run((SCRIPT, "save", "A first word", "so that something is embedded"), env=environment, check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    assert wait_for(lambda: (state := _state(folder))["model"]["loaded"] and not state["pending"], 120.0)
    _surface(environment)


def _state(folder: Path) -> dict[str, Any]:  # Any: JSON
    line = reach(str(folder), "state", 10.0)
    try:
        return dict(json.loads(line.receive()[1]))
    finally:
        line.close()


def _hooks(environment: dict[str, str], folder: Path, size: int, rounds: int) -> Iterator[Figure]:
    """In turns with an interpreter that does nothing."""
    nothing, hooks, meant = list[Cost](), list[Cost](), 0
    for _ in range(rounds):
        nothing += ran(_NOTHING, environment, 1).runs
        hooks += ran((SCRIPT, "hook", "surface"), environment, 1, _prompt()).runs
        meant += "hybrid" in _last_hook(folder) and "by the resident" in _last_hook(folder)
    costs, base = Costs(hooks), Costs(nothing)
    note = f"{costs} against {base}; {meant} of {rounds} by meaning, {size:,} memories"
    yield Figure("resident: hook surface, CPU", costs.cpu / base.cpu, "x", 4.0, note)
    yield Figure("resident: hook surface, wall at least", costs.wall * 1000, "ms", 100.0, _last_hook(folder))
    yield Figure("resident: hooks answered by words", rounds - meant, "", 0.0)


def _surface(environment: Mapping[str, str]) -> int:
    command = (SCRIPT, "hook", "surface")
    return subprocess.run(command, env=environment, input=_prompt(), stdout=subprocess.DEVNULL, check=True).returncode


def _prompt() -> bytes:
    """In a session of its own: what was told once is not told again."""
    return json.dumps({"session_id": f"bench-{time.monotonic_ns()}", "cwd": "/tmp", "prompt": PROMPT}).encode()


def _last_hook(folder: Path) -> str:
    return (folder / "logs" / "hooks.log").read_text("utf-8").splitlines()[-1]


def _searches(environment: dict[str, str], nothing: Costs, size: int, rounds: int) -> Iterator[Figure]:
    command = (SCRIPT, "search", QUERY)
    asked = ran(command, environment, rounds)
    told = subprocess.run((*command, "--json"), env=environment, check=True, capture_output=True).stdout
    alone = ran(command, {**environment, "MNEMON_RESIDENT": "off"}, 3)
    note = f"{asked} against {nothing}; {json.loads(told)['result']['mode']}, {size:,} memories"
    yield Figure("resident: mnemon search, CPU", asked.cpu / nothing.cpu, "x", 12.0, note)
    note = f"{alone}, {alone.wall * 1000:.0f} ms wall at least"
    yield Figure("resident: mnemon search, wall at least", asked.wall * 1000, "ms")
    yield Figure("resident: mnemon search in process, CPU", alone.cpu / nothing.cpu, "x", None, note)


def _together(environment: dict[str, str], folder: Path) -> Iterator[Figure]:
    """Clients with an open session each, and hooks: memory, then what it costs to have them sit there."""
    clients = [Client(environment, number % 2 == 1) for number in range(_CLIENTS)]
    try:
        for client in clients:
            client.open(30.0)
            client.call("memory_search", query=QUERY)
            _surface(environment)
        (server,) = processes.residents(folder)
        state, pumps = _state(folder), [client.process.pid for client in clients]
        shares = [processes.own_megabytes(process) for process in pumps]
        own = processes.own_megabytes(server)
        note = f"the resident {own:.0f}, model {'loaded' if state['model']['loaded'] else 'not loaded'}"
        yield Figure(f"resident: {_CLIENTS} clients, memory in all (PSS)", own + sum(shares), "MB", 400.0, note)
        before = [processes.cpu_seconds(process) for process in (server, *pumps)]
        time.sleep(_IDLE)
        after = [processes.cpu_seconds(process) for process in (server, *pumps)]
        idle = [(later - earlier) * 60 / _IDLE for earlier, later in zip(before, after, strict=True)]
        note = f"a pump {statistics.mean(idle[1:]) * 1000:.0f} ms"
        yield Figure("resident: CPU of an idle minute", idle[0], "s", None, note)
    finally:
        for client in clients:
            client.close()


def _environment(home: Path, model: Path, **more: str) -> dict[str, str]:
    """With a resident, as a user has it."""
    told = clean_environment(home, MNEMON_MODEL_PATH=str(model), **more)
    del told["MNEMON_RESIDENT"]
    return told


# --- killed every few seconds ---


def _told(found: Stormed) -> Iterator[Figure]:
    extent = f"{found.calls:,} calls, {found.kills} kills"
    reading = found.refused + found.unknown
    yield Figure("storm: acknowledged and lost", len(found.lost), "", 0.0, f"of {len(found.saved):,} saves; {extent}")
    yield Figure("storm: clients that died", found.died, "", 0.0)
    yield Figure("storm: wrong answers", len(found.wrong), "", 0.0, f"{found.wrong[:1]}")
    yield Figure("storm: reading requests refused", reading.total() - reading["save"] - reading["forget"], "", 0.0)
    yield Figure("storm: told to look, and to try again", found.unknown.total(), "", None, f"{dict(found.unknown)}")
    yield Figure("storm: told that nothing was done", found.refused.total(), "", None, f"{dict(found.refused)}")
    yield Figure("storm: looks that found two residents", len(found.together), "", 0.0, f"{found.together[:1]}")
    yield Figure("storm: processes left over", len(found.left_over), "", 0.0, f"{found.left_over[:1]}")
    yield Figure("storm: clients with a process of their own", found.alone, "", 0.0)
    yield Figure("storm: answered otherwise in process", len(found.differing), "", 0.0, f"{found.differing[:1]}")
    yield Figure("storm: longest wait", found.longest, "s")
