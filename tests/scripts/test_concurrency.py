"""Many processes at one vault: nothing lost, nothing doubled, nobody turned away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings

# Every worker says "ready" and waits for a line, so that all begin at once, and ends by printing a report.
SAVER = """
import json, sys
from pathlib import Path
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings
folder, name, count, what = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
client = InProcess(Settings(folder), name)
if what != "first":
    client.call("status")
print("ready", flush=True)
sys.stdin.readline()
saved, failed = {}, []
for number in range(count):
    text = f"the same thing {number}" if what == "same" else f"memory {number} of {name}"
    key = f"key-{number}" if what == "keyed" else None
    try:
        answer = client.call("save", title=f"{name} {number}", content=text, source_key=key)
        saved[text] = [answer["memory"]["id"], answer["outcome"]]
    except MnemonError as trouble:
        failed.append(trouble.message)
client.close()
print(json.dumps({"saved": saved, "failed": failed}))
"""

# Reads until its stdin is closed. A save may not appear half: what a list shows, a search and a get must find.
READER = """
import json, sys, threading
from pathlib import Path
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings
client = InProcess(Settings(Path(sys.argv[1])), "reader")
client.call("status")
print("ready", flush=True)
sys.stdin.readline()
over = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
reads, failed, most = 0, [], 0
while reads < 5 or not over.is_set():
    try:
        listed = client.call("list", limit=3)["memories"]
        if listed:
            newest = listed[0]
            found = client.call("search", query=newest["title"], words_only=True, limit=100)["memories"]
            if newest["id"] not in [hit["id"] for hit in found]:
                failed.append(f"{newest['title']} is listed and not found")
            client.call("get", id=newest["id"])
        total = client.call("status")["total"]
        if total < most:
            failed.append(f"{total} after {most}")
        most = total
        reads += 1
    except MnemonError as trouble:
        failed.append(trouble.message)
client.close()
print(json.dumps({"reads": reads, "failed": failed}))
"""


def at_once(workers: Sequence[tuple[str, ...]]) -> list[subprocess.Popen[str]]:
    """Start all, wait until each is ready, and let them go together."""
    running = [
        subprocess.Popen((sys.executable, "-c", *worker), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for worker in workers
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return running


def reports(running: Sequence[subprocess.Popen[str]]) -> list[dict[str, Any]]:
    """What each printed at its end."""
    return [json.loads(process.communicate(timeout=300)[0]) for process in running]


def savers(settings: Settings, processes: int, count: int, what: str = "own") -> list[tuple[str, ...]]:
    return [(SAVER, str(settings.folder), f"process{number}", str(count), what) for number in range(processes)]


def assert_whole(client: InProcess, expected: int) -> None:
    """As many rows as lines of history and entries in the word index, and no problem anywhere."""
    assert client.call("check_integrity")["problems"] == []
    assert client.call("status")["total"] == expected
    with client.context.vault.read() as connection:
        assert connection.execute("SELECT count(*) FROM words_docsize").get == expected
        assert connection.execute("SELECT count(*) FROM history WHERE action = 'save'").get == expected
        assert connection.execute("SELECT count(DISTINCT uid) FROM memories").get == expected


SIZES = [
    pytest.param(4, 25, id="4x25"),
    pytest.param(
        8,
        300,
        id="8x300",
        marks=[
            pytest.mark.seeded,
            pytest.mark.skipif(not os.environ.get("MNEMON_TEST_SEEDED"), reason="MNEMON_TEST_SEEDED=1 runs it"),
        ],
    ),
]


@pytest.mark.parametrize(("processes", "count"), SIZES)
def test_savers_lose_nothing_and_readers_never_fail(
    client: InProcess, settings: Settings, processes: int, count: int
) -> None:
    readers = at_once([(READER, str(settings.folder))] * 2)
    saved = reports(at_once(savers(settings, processes, count)))
    seen = reports(readers)
    assert [report["failed"] for report in saved] == [[]] * processes
    assert [report["failed"] for report in seen] == [[], []]
    acknowledged = {text: number for report in saved for text, (number, _) in report["saved"].items()}
    assert len(acknowledged) == len(set(acknowledged.values())) == processes * count
    assert_whole(client, processes * count)
    for text, number in acknowledged.items():
        assert client.call("get", id=number)["memory"]["content"] == text


def test_processes_that_all_find_no_vault_share_the_one_they_make(client: InProcess, settings: Settings) -> None:
    saved = reports(at_once(savers(settings, 6, 3, "first")))
    assert [report["failed"] for report in saved] == [[]] * 6
    assert_whole(client, 18)
    assert [entry.name for entry in settings.folder.iterdir() if ".new-" in entry.name] == []


def test_the_same_content_from_everywhere_is_kept_once(client: InProcess, settings: Settings) -> None:
    saved = reports(at_once(savers(settings, 4, 15, "same")))
    outcomes = Counter(outcome for report in saved for _, outcome in report["saved"].values())
    assert outcomes == {"new": 15, "existing": 45}
    assert_whole(client, 15)


def test_a_key_names_one_memory_whoever_saves_under_it(client: InProcess, settings: Settings) -> None:
    """The last to save wins, and history tells every step."""
    saved = reports(at_once(savers(settings, 4, 15, "keyed")))
    outcomes = Counter(outcome for report in saved for _, outcome in report["saved"].values())
    assert outcomes == {"new": 15, "updated": 45}
    assert_whole(client, 15)
    with client.context.vault.read() as connection:
        assert connection.execute("SELECT count(*) FROM history WHERE action = 'update'").get == 45
        stale = connection.execute(
            "SELECT count(*) FROM memories AS m WHERE content <> (SELECT json_extract(after, '$.content') FROM history"
            " WHERE memory_id = m.id AND action = 'update' ORDER BY id DESC LIMIT 1)"
        ).get
        assert stale == 0


def test_embedding_goes_on_while_others_save(hybrid: InProcess, settings: Settings) -> None:
    running = at_once(savers(settings, 2, 30))
    while any(process.poll() is None for process in running):
        hybrid.call("embed_pending")
    assert [report["failed"] for report in reports(running)] == [[], []]
    hybrid.call("embed_pending")
    status = hybrid.call("status")
    assert (status["total"], status["vectors"], status["pending"]) == (60, 60, 0)
    assert_whole(hybrid, 60)


def test_a_rebuild_may_run_beside_savers_and_forgetters(hybrid: InProcess, settings: Settings) -> None:
    for number in range(20):
        hybrid.call("save", title=f"early {number}", content=f"early memory {number}")
    running = at_once(savers(settings, 2, 30))
    hybrid.call("rebuild")
    for number in range(1, 11):
        hybrid.call("forget", id=number)
    hybrid.call("rebuild")
    assert [report["failed"] for report in reports(running)] == [[], []]
    hybrid.call("rebuild")
    status = hybrid.call("status")
    assert (status["total"], status["vectors"], status["pending"]) == (70, 70, 0)
    assert hybrid.call("check_integrity")["problems"] == []


def test_threads_share_a_client(open_client: Callable[..., InProcess], settings: Settings) -> None:
    client = open_client(settings)

    def work(name: int) -> None:
        mine = replace(client.context, client=f"thread{name}")
        for number in range(20):
            InProcess.call(_with(client, mine), "save", title=f"t {name}", content=f"thread {name} memory {number}")
            assert client.call("search", query=f"memory {number}", words_only=True)["memories"]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert_whole(client, 160)


def _with(client: InProcess, context: Any) -> InProcess:
    """The same open vault under another caller's name, as one server keeps many sessions."""
    other = object.__new__(InProcess)
    other.context = context
    return other


def test_a_writer_that_dies_with_the_lock_holds_nobody_up(client: InProcess, settings: Settings) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from mnemon_server.vault.connection import Vault\n"
        "with Vault(Path(sys.argv[1])).write() as connection:\n"
        "    connection.execute(\"UPDATE memories SET title = 'half'\")\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    client.call("save", title="first", content="first")
    subprocess.run((sys.executable, "-c", script, str(settings.vault_path)), check=False, timeout=60)
    assert client.call("save", title="second", content="second")["outcome"] == "new"
    assert client.call("get", id=1)["memory"]["title"] == "first"
    assert_whole(client, 2)
