"""Pushes and pulls while others are at work on the vault: writers in processes of their own, a running server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import apsw
from tests.remote_server import serving
from tests.s3 import Store
from tests.server.sync.conftest import Machine

from mnemon_server.sync.examine import examine

Machines = Callable[[str], Machine]
WRITER = """
import sys
from pathlib import Path
from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings
client = InProcess(Settings(Path(sys.argv[1])), "writer")
number = 0
while True:
    client.call("save", title=f"{sys.argv[2]}-{number}", content=f"memory {number} of writer {sys.argv[2]}")
    print(f"{sys.argv[2]}-{number}", flush=True)
    number += 1
    if number == 1:
        sys.stdin.readline()
"""


@contextmanager
def writers(machine: Machine, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that save all the time, from when the last of them has saved once; killed at the end."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(machine.settings.folder), f"writer{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    first = [process.stdout.readline() for process in running if process.stdout]
    assert all(first)
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    try:
        yield running
    finally:
        for process in running:
            process.kill()
            process.communicate()


def acknowledged(running: list[subprocess.Popen[str]]) -> set[str]:
    """What the writers said they saved, once they are killed."""
    told = set()
    for process in running:
        process.kill()
        told |= {line for line in process.communicate()[0].split("\n")[:-1] if line}
    return told


def test_pushes_while_four_processes_write_are_whole_and_in_line(machine: Machines, store: Store, bucket: str) -> None:
    desk, laptop = machine("desk"), machine("laptop")
    desk.save("before")
    sent = []
    with writers(desk, 4):
        for _ in range(3):
            sent.append(desk.call("push"))
    counts = [told["memories"] for told in sent]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1], "they were at work"
    for told in sent:
        laptop.call("pull", at=told["sha256"])
        assert laptop.call("status")["total"] == told["memories"]
        assert laptop.call("check_integrity")["problems"] == []


def test_a_pull_while_others_write_loses_nothing(machine: Machines) -> None:
    desk, laptop = machine("desk"), machine("laptop")
    desk.save("of the desk")
    desk.call("push")
    laptop.save("of the laptop")
    with writers(laptop, 3) as running:
        told = laptop.call("pull")
        titles = acknowledged(running)
    kept = titles_in(laptop, *laptop.archives(), laptop.settings.vault_path)
    assert titles <= kept
    assert told["archived"] is not None
    assert examine(laptop.archives()[0]).live >= 4
    assert "of the desk" in titles_in(laptop, laptop.settings.vault_path)
    assert laptop.call("check_integrity")["problems"] == []


def test_a_running_server_sees_what_was_pulled_under_it(machine: Machines, store: Store, bucket: str) -> None:
    desk, server = machine("desk"), machine("server")
    home = server.settings.folder.parent
    home.mkdir()
    desk.save("zebra crossing")
    desk.call("push")
    with serving(home, **store.environment) as running, running.talk() as talk:
        talk.action("save", title="of the server", content="saved before the pull")
        assert talk.action("search", query="zebra")["memories"] == []
        told = server.call("pull")
        assert [found["title"] for found in talk.action("search", query="zebra")["memories"]] == ["zebra crossing"]
        talk.action("save", title="and after", content="the server goes on")
        assert running.end() == 0
    assert server.titles() == {"zebra crossing", "and after"}
    assert told["only_there"] == 1


def titles_in(machine: Machine, *files: object) -> set[str]:
    found = set()
    for file in files:
        connection = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)
        found |= {str(row[0]) for row in connection.execute("SELECT title FROM memories")}
        connection.close()
    return found
