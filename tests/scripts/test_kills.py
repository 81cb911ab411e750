"""kill -9 anywhere: what was acknowledged is there, the vault is whole, and the next run goes on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX thing")

SEEDED = [
    pytest.mark.seeded,
    pytest.mark.skipif(not os.environ.get("MNEMON_TEST_SEEDED"), reason="MNEMON_TEST_SEEDED=1 runs it"),
]

# Does its work and kills itself just before the n-th statement that begins with a text, or before the n-th of an
# audit event such as os.link. Prints a line for every piece of work that was acknowledged.
DOOMED = """
import json, os, random, signal, sys
from pathlib import Path
import apsw
moment, left, folder, work, *rest = sys.argv[1:]
left = int(left)

def strike():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

def trace(cursor, statement, bindings):
    if statement.lstrip().startswith(moment):
        strike()
    return True

if moment.startswith("os."):
    sys.addaudithook(lambda event, arguments: strike() if event == moment else None)
else:
    apsw.connection_hooks.append(lambda connection: setattr(connection, "exec_trace", trace))

from dataclasses import replace
from mnemon_server.client.files import import_file
from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings
settings = Settings(Path(folder), model_path_from_environment=os.environ.get("MNEMON_MODEL_PATH", ""))
client = InProcess(settings, "doomed")

def save(number):
    key = f"key-{number % 7}" if number % 5 == 0 else None
    answer = client.call("save", title=f"title {number}", content=f"content {number} " * 40, source_key=key)
    print(json.dumps([answer["memory"]["id"], answer["memory"]["content"]]), flush=True)

def lead_a_life(seed):
    dice = random.Random(seed)
    for number in range(60):
        ids = [entry["id"] for entry in client.call("list", limit=1000)["memories"]]
        what = dice.choice(["save", "save", "save", "keyed", "forget", "restore", "pin", "unpin", "supersede"])
        some = dice.choice(ids) if ids else 0
        text = {"title": f"title {number}", "content": f"content {number} " * 20}
        if what == "save" or not ids:
            client.call("save", **text)
        elif what == "keyed":
            client.call("save", **text, source_key=f"key-{number % 3}")
        elif what == "supersede":
            client.call("save", **text, supersedes=some)
        elif what == "restore":
            with client.context.vault.read() as connection:
                gone = [row[0] for row in connection.execute("SELECT id FROM memories WHERE invalidated_at > 0")]
            if gone:
                client.call("restore", id=dice.choice(gone))
        else:
            client.call(what, id=some)
        print("done", flush=True)

if work == "saves":
    for number in range(200):
        save(number)
elif work == "import":
    import_file(settings, "jsonl", rest[0], False, lambda done, total: None)
elif work == "life":
    lead_a_life(int(rest[0]))
else:
    client.call(work)
print("over", flush=True)
"""


def doomed(settings: Settings, moment: str, count: int, work: str, *rest: str) -> list[str]:
    """Run the work until it dies at that moment; the lines it printed. That it died is asserted."""
    command = (sys.executable, "-c", DOOMED, moment, str(count), str(settings.folder), work, *rest)
    environment = {**os.environ, "MNEMON_MODEL_PATH": settings.model_path_from_environment}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == -signal.SIGKILL, f"it lived: {done.stdout[-200:]} {done.stderr[-2000:]}"
    return done.stdout.splitlines()


def assert_survived(client: InProcess, lines: list[str]) -> None:
    """All acknowledged is there, at most one more, and the vault goes on. That one may have been saved without a word
    about it, as a memory of its own or, by its key, in the place of an earlier one."""
    acknowledged = dict(json.loads(line) for line in lines)
    stored = {number: client.call("get", id=number)["memory"]["content"] for number in acknowledged}
    changed = [stored[number] for number, content in acknowledged.items() if stored[number] != content]
    added = client.call("status")["total"] - len(acknowledged)
    assert added + len(changed) in (0, 1)
    assert all(content.startswith(f"content {len(lines)} ") for content in changed)
    assert_goes_on(client)


def assert_goes_on(client: InProcess) -> None:
    assert client.call("check_integrity")["problems"] == []
    after = client.call("save", title="afterwards", content="the vault goes on afterwards")
    assert after["outcome"] == "new"
    assert client.call("search", query="afterwards", words_only=True)["memories"][0]["id"] == after["memory"]["id"]
    assert client.call("check_integrity")["problems"] == []


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        ("BEGIN IMMEDIATE", 30),
        ("INSERT INTO memories", 40),
        ("INSERT INTO words", 60),
        ("INSERT INTO history", 70),
        ("UPDATE memories", 9),
        ("COMMIT", 1),
        ("COMMIT", 200),
    ],
)
def test_killed_in_the_middle_of_a_save(client: InProcess, settings: Settings, moment: str, count: int) -> None:
    client.call("status")  # the vault is made
    lines = doomed(settings, moment, count, "saves")
    if moment == "COMMIT":
        assert len(lines) == count - 1
    assert_survived(client, lines)


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=SEEDED) for seed in range(20)])
def test_killed_at_any_statement_of_200_saves(client: InProcess, settings: Settings, seed: int) -> None:
    assert_survived(client, doomed(settings, "", random.Random(seed).randint(40, 2_000), "saves"))


def killed_from_outside(settings: Settings, after: int) -> list[str]:
    """SIGKILL as soon as so many saves were acknowledged, wherever the process is by then."""
    command = (sys.executable, "-c", DOOMED, "never", "1", str(settings.folder), "saves")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        lines = [process.stdout.readline() for _ in range(after)]
        process.kill()
        lines += process.stdout.readlines()
    assert process.wait() == -signal.SIGKILL
    return [line for line in lines if line.endswith("\n")]


@pytest.mark.parametrize("after", [1, 57, 150])
def test_killed_from_outside(client: InProcess, settings: Settings, after: int) -> None:
    assert_survived(client, killed_from_outside(settings, after))


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=SEEDED) for seed in range(20)])
def test_killed_from_outside_anywhere(client: InProcess, settings: Settings, seed: int) -> None:
    assert_survived(client, killed_from_outside(settings, random.Random(seed).randint(1, 190)))


def visible(client: InProcess) -> dict[int, Any]:
    """Everything a user sees of the memories, but for times and random ids."""
    with client.context.vault.read() as connection:
        rows = connection.execute("SELECT id, title, content, type, pinned, source_key FROM live ORDER BY id")
        return {row[0]: row[1:] for row in rows}


@pytest.mark.parametrize("seed", [3, *(pytest.param(seed, marks=SEEDED) for seed in range(100, 120))])
def test_a_mixed_life_is_cut_between_two_actions(tmp_path: Path, seed: int) -> None:
    """Saves, updates, forgetting, restoring, pins: each happened or did not, never a part of it."""
    moment = random.Random(seed).randint(100, 900)
    cut = Settings(tmp_path / "cut")
    done = len(doomed(cut, "", moment, "life", str(seed)))
    client = InProcess(cut, "judge")
    found = visible(client)
    assert found in (state_after(tmp_path / "whole", seed, done), state_after(tmp_path / "one-more", seed, done + 1))
    assert_goes_on(client)
    client.close()


def state_after(folder: Path, seed: int, actions: int) -> dict[int, Any]:
    """What the same life shows when it ends after so many actions."""
    settings = Settings(folder)
    if actions:
        script = DOOMED.replace(
            'print("done", flush=True)', f"number + 1 == {actions} and os.kill(os.getpid(), signal.SIGKILL)"
        )
        command = (sys.executable, "-c", script, "never", "1", str(folder), "life", str(seed))
        subprocess.run(command, capture_output=True, timeout=60, check=False)
    client = InProcess(settings, "judge")
    try:
        return visible(client)
    finally:
        client.close()


LEGACY = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "kill", "version": "1"}}


def killed_server(home: Path, after: int) -> list[str]:
    """Send 200 saves at once to `mnemon serve` and kill it after some answers; the contents acknowledged."""
    process = subprocess.Popen(
        (sys.executable, "-m", "mnemon_installer.cli", "serve"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(home)},
    )
    assert process.stdin is not None and process.stdout is not None

    def send(message: dict[str, Any]) -> bytes:
        return json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n"

    with process.stdout:
        process.stdin.write(send({"id": 0, "method": "initialize", "params": LEGACY}))
        process.stdin.flush()
        process.stdout.readline()
        process.stdin.write(send({"method": "notifications/initialized"}))
        for number in range(1, 201):
            arguments = {"title": f"title {number}", "content": f"content {number}"}
            call = {"name": "memory_save", "arguments": arguments}
            process.stdin.write(send({"id": number, "method": "tools/call", "params": call}))
        process.stdin.flush()
        answers = [process.stdout.readline() for _ in range(after)]
        process.kill()
        answers += process.stdout.readlines()
    process.wait()
    process.stdin.close()
    told = [json.loads(answer) for answer in answers if answer.endswith(b"\n")]
    return [answer["result"]["structuredContent"]["memory"]["content"] for answer in told]


@pytest.mark.parametrize(
    "after", [40, *(pytest.param(random.Random(seed).randint(1, 180), marks=SEEDED) for seed in range(10))]
)
def test_a_server_killed_in_the_middle_of_a_stream_of_saves(client: InProcess, home: Path, after: int) -> None:
    acknowledged = killed_server(home, after)
    assert len(acknowledged) >= after
    with client.context.vault.read() as connection:
        there = {row[0] for row in connection.execute("SELECT content FROM live")}
    assert set(acknowledged) <= there
    assert_goes_on(client)


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        ("pragma", 1),
        ("pragma", 5),
        ("CREATE VIRTUAL TABLE", 1),
        ("INSERT INTO meta", 2),
        ("os.link", 1),
        ("os.remove", 1),
    ],
)
def test_killed_while_the_vault_is_made(client: InProcess, settings: Settings, moment: str, count: int) -> None:
    """Nobody ever finds half a vault, and what the dead process began is cleared away."""
    doomed(settings, moment, count, "saves")
    assert_goes_on(client)
    assert client.call("status")["total"] == 1
    assert [entry.name for entry in settings.folder.iterdir() if ".new-" in entry.name] == []


@pytest.fixture
def filled(open_client: Callable[..., InProcess], with_model: Settings) -> InProcess:
    """100 memories with vectors."""
    client = open_client(with_model)
    for number in range(100):
        client.call("save", title=f"title {number}", content=f"content {number} about a car in town")
    client.call("embed_pending")
    return client


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        ("INSERT INTO words (rowid", 70),
        pytest.param("CREATE VIRTUAL TABLE vector_index", 1, marks=SEEDED),
        ("INSERT INTO vectors", 80),
        pytest.param("COMMIT", 4, marks=SEEDED),
        pytest.param("DELETE FROM vectors", 1, marks=SEEDED),
    ],
)
def test_killed_while_rebuilding(filled: InProcess, with_model: Settings, moment: str, count: int) -> None:
    """Searching goes on with what there is, and the next rebuild finishes."""
    doomed(with_model, moment, count, "rebuild")
    assert filled.call("check_integrity")["problems"] == []
    status = filled.call("status")
    assert status["total"] == status["vectors"] + status["pending"] == 100
    found = filled.call("search", query="title 77")
    assert (found["mode"], found["memories"][0]["id"]) == ("hybrid", 78)
    filled.call("rebuild")
    status = filled.call("status")
    assert (status["vectors"], status["pending"]) == (100, 0)
    assert_goes_on(filled)


@pytest.mark.parametrize(
    ("moment", "count", "kept"),
    [pytest.param("INSERT INTO models", 1, 0, marks=SEEDED), ("INSERT INTO vectors", 80, 64)],
)
def test_killed_while_embedding(
    open_client: Callable[..., InProcess], with_model: Settings, moment: str, count: int, kept: int
) -> None:
    """Batches that were stored stay stored; the next run embeds the rest."""
    client = open_client(with_model)
    for number in range(100):
        client.call("save", title=f"title {number}", content=f"content {number}")
    doomed(with_model, moment, count, "embed_pending")
    status = client.call("status")
    assert (status["vectors"], status["pending"]) == (kept, 100 - kept)
    assert client.call("check_integrity")["problems"] == []
    assert client.call("embed_pending") == {"embedded": 100 - kept, "pending": 0, "reason": ""}
    assert_goes_on(client)


@pytest.mark.parametrize(
    ("moment", "count", "kept"), [("INSERT INTO memories", 700, 500), pytest.param("COMMIT", 3, 1_000, marks=SEEDED)]
)
def test_killed_while_importing(
    client: InProcess, settings: Settings, tmp_path: Path, moment: str, count: int, kept: int
) -> None:
    """The rerun counts what is there as existing, adds the rest, and doubles nothing."""
    path = tmp_path / "memories.jsonl"
    lines = [json.dumps({"title": f"title {number}", "content": f"content {number}"}) for number in range(1_200)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    client.call("status")  # the vault is made
    doomed(settings, moment, count, "import", str(path))
    assert client.call("status")["total"] == kept
    program = (sys.executable, "-m", "mnemon_installer.cli", "import", "jsonl", str(path), "--json")
    again = subprocess.run(program, capture_output=True, text=True, timeout=60)
    result = json.loads(again.stdout)["result"]
    assert (result["new"], result["existing"], result["refused"]) == (1_200 - kept, kept, 0)
    assert client.call("status")["total"] == 1_200
    assert_goes_on(client)
