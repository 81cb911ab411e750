"""Many clients at one resident that is killed every few seconds: what they were told is true, and none of them ends."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.resident import Residents, wait_for
from tests.server.serve.resident import processes
from tests.server.serve.resident.clients import Answer, Client, Silent
from tests.server.serve.resident.comparing import differing

from mnemon_server.tools.declarations import TOOLS

PATIENCE = 90.0  # seconds; longer than any storm keeps a pump from a resident
_LOOKS = 0.05
_MOST_AT_ONCE = 3  # requests of one client
_WORDS = "harbour lantern copper meadow signal orchard granite ribbon saddle thunder velvet walnut".split()
# What clients wish for, and how often of a hundred times.
_WISHES = {"save": 34, "search": 28, "get": 10, "tools/list": 6, "status": 6, "timeline": 6, "related": 5, "forget": 5}
_CHANGING = {"save", "forget"}
_LOST = -32000


@dataclass(frozen=True)
class Size:
    """So many calls by so many clients, spread over `seconds`; a kill every `every` of them, and with `young` another
    one as soon as there is a successor; `most` of them in all."""

    clients: int
    calls: int
    seconds: float
    every: float
    young: bool = False
    most: int = 1_000


SMALL = Size(clients=3, calls=60, seconds=3.0, every=1.4, most=2)  # a slow machine comes to its end, too
MIDDLE = Size(clients=20, calls=3_000, seconds=45.0, every=5.0, young=True)
WHOLE = Size(clients=20, calls=10_000, seconds=120.0, every=5.0, young=True)


@dataclass
class Stormed:
    """What became of it.

    Attributes:
        answered: results by what was wished for.
        unknown: changes of which the client was told that it is not known whether they were made, by kind.
        refused: requests of which it was told that nothing was done, by kind; reading ones are none of them.
        wrong: answers that there should not be.
        saved: what was acknowledged, by memory id; `lost` are those that the vault has not, or not so.
        alone: pumps that had given up the shared server for a process of their own.
        together: looks that found more than one resident.
        differing: what is answered in process in another way.
        longest: seconds that a request took.
    """

    answered: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    saved: dict[int, str] = field(default_factory=dict)
    forgotten: set[int] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    kills: int = 0
    died: int = 0
    alone: int = 0
    together: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    longest: float = 0.0
    guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def calls(self) -> int:
        return self.answered.total() + self.unknown.total() + self.refused.total() + len(self.wrong)


def storm(home: Path, size: Size, **environment: str) -> Stormed:
    """Let it rage in an empty home folder; nothing that was started is there afterwards."""
    found, kept = Stormed(), _environment(home, environment)
    folder = home / ".mnemon"
    clients = [_Stormy(Client(kept, number % 2 == 1), number, size, found) for number in range(size.clients)]
    threads = [threading.Thread(target=client.work) for client in clients]
    is_saving: Callable[[], bool] = lambda: any(client.is_changing for client in clients)  # noqa: E731
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(folder, over, found))
    try:
        watch.start()
        for thread in threads:
            thread.start()
        _kill_now_and_then(folder, threads, size, is_saving, found)
        for thread in threads:
            thread.join()
        found.died = sum(client.client.process.poll() is not None for client in clients)
        found.alone = sum("mnemon_server.serve.stdio" in words for words in processes.of_home(home).values())
        found.lost = _lost(folder, found)
        by_itself = {**kept, "MNEMON_RESIDENT": "off"}
        # Both begin anew: how common a word is, a server counts again only when a tenth of the memories is another one.
        processes.kill([*processes.residents(folder)])
        found.differing = differing(clients[0].client, Client(by_itself, is_modern=False), _WORDS)
    finally:
        over.set()
        watch.join()
        statuses = [client.client.close() for client in clients]
        Residents(home).end()
        wait_for(lambda: not processes.of_home(home), 10.0)
        found.left_over = [*processes.of_home(home).values()]
        processes.kill([*processes.of_home(home)])
    found.wrong += [f"a pump ended with {status}" for status in statuses if status != 0]
    return found


class _Stormy:
    """One client in the storm. What it was told is not known to be done it asks for again, as the answer says."""

    def __init__(self, client: Client, number: int, size: Size, found: Stormed) -> None:
        self.client = client
        self.is_changing = False  # it waits to hear that a change was made
        self._number = number
        self._calls = size.calls // size.clients
        self._pause = size.seconds / self._calls
        self._chance = random.Random(number)
        self._found = found
        self._mine: deque[int] = deque()  # memories, the oldest first
        self._again: list[tuple[str, dict[str, Any]]] = []  # Any: JSON
        self._count = 0

    def work(self) -> None:
        try:
            self.client.open(PATIENCE)
            begun, done = time.monotonic(), 0
            while done < self._calls:
                done += self._several(min(self._chance.randint(1, _MOST_AT_ONCE), self._calls - done))
                time.sleep(max(0.0, begun + done * self._pause - time.monotonic()))
        except Silent as silent:
            self._found.wrong.append(f"client {self._number}: {silent}")

    def _several(self, count: int) -> int:
        """Ask for so much before the first answer is read."""
        began, asked = time.monotonic(), {}
        for _ in range(count):
            kind, arguments = self._again.pop() if self._again else self._wish()
            asked[self._ask(kind, arguments)] = kind, arguments
        while asked:
            self.is_changing = any(kind in _CHANGING for kind, _ in asked.values())
            answer = self.client.next_answer(PATIENCE)
            if answer.get("id") not in asked:
                self._found.wrong.append(f"an answer to nothing: {answer}"[:300])
                continue
            with self._found.guard:
                self._heard(*asked.pop(answer["id"]), answer)
                self._found.longest = max(self._found.longest, time.monotonic() - began)
        self.is_changing = False
        return count

    def _wish(self) -> tuple[str, dict[str, Any]]:  # Any: JSON
        (kind,) = self._chance.choices([*_WISHES], [*_WISHES.values()])
        one, other = self._chance.sample(_WORDS, 2)
        if kind == "search":
            return kind, {"query": f"{one} {other}"}
        if kind in ("tools/list", "status"):
            return kind, {}
        if kind == "timeline":
            return kind, {"limit": 5}
        # The newest are asked for and the oldest forgotten, so that no answer depends on which of two is first.
        if kind in ("get", "related") and self._mine:
            return kind, {"id": self._mine[-1]}
        if kind == "forget" and len(self._mine) > 2 * _MOST_AT_ONCE:
            return kind, {"id": self._mine.popleft()}
        self._count += 1
        mark = f"mark-{self._number}-{self._count}"
        return "save", {"title": f"{one} {mark}", "content": f"{mark} {self._chance.getrandbits(40):x} {one} {other}"}

    def _ask(self, kind: str, arguments: dict[str, Any]) -> int:  # Any: JSON
        if "/" in kind:
            return self.client.ask(kind, **arguments)
        return self.client.ask("tools/call", name=f"memory_{kind}", arguments=arguments)

    def _heard(self, kind: str, arguments: dict[str, Any], answer: Answer) -> None:  # Any: JSON
        error, result = answer.get("error"), answer.get("result")
        if error is not None and error["code"] == _LOST and error.get("data") == {"retryable": True}:
            is_known = "nothing was done" in error["message"]
            (self._found.refused if is_known else self._found.unknown)[kind] += 1
            if kind in _CHANGING:
                self._again.append((kind, arguments))
        elif result is None or result.get("isError"):
            self._found.wrong.append(f"{kind} {arguments}: {error or result}"[:400])
        elif trouble := self._trouble(kind, arguments, result):
            self._found.wrong.append(f"{kind} {arguments}: {trouble}"[:400])
        else:
            self._found.answered[kind] += 1

    def _trouble(self, kind: str, arguments: dict[str, Any], result: Answer) -> str:  # Any: JSON
        """What is wrong with a result; and what it says is remembered."""
        if kind == "tools/list":
            return "" if len(result["tools"]) == len(TOOLS) else f"{len(result['tools'])} tools"
        told = result["structuredContent"]
        if kind == "save":
            memory = told["memory"]
            self._found.saved[memory["id"]] = arguments["content"]
            self._mine.append(memory["id"])
            return "" if memory["content"] == arguments["content"] else f"saved {memory['content']!r}"
        if kind == "forget":
            self._found.forgotten.add(arguments["id"])
        if kind == "get" and told["memory"]["content"] != self._found.saved[arguments["id"]]:
            return f"got {told['memory']['content']!r}"
        return ""


def _kill_now_and_then(
    folder: Path, clients: list[threading.Thread], size: Size, is_saving: Callable[[], bool], found: Stormed
) -> None:
    """Rather in the middle of a change than between two; a successor before anybody can have asked it for one."""
    due, is_newborn = time.monotonic() + size.every, False
    while any(client.is_alive() for client in clients):
        time.sleep(_LOOKS / 10 if is_newborn else _LOOKS)
        if time.monotonic() < due or found.kills >= size.most:
            continue
        there = [*processes.residents(folder)]
        end = time.monotonic() + 0.5
        while not is_newborn and not is_saving() and time.monotonic() < end:
            time.sleep(0.0005)
        if processes.kill(there):
            found.kills += 1
            is_newborn = size.young and not is_newborn
            due = time.monotonic() + (0.0 if is_newborn else size.every)


def _watch(folder: Path, over: threading.Event, found: Stormed) -> None:
    """One that is about to end lets go of its socket first, so that two sockets are two residents; asked twice, since
    one that was killed takes a moment to end."""
    while not over.wait(_LOOKS):
        if len(processes.listeners(folder)) < 2:
            continue
        time.sleep(_LOOKS)
        if len({*(there := processes.residents(folder)).values()}) > 1:
            found.together.append(str(there))


def _lost(folder: Path, found: Stormed) -> list[str]:
    with closing(sqlite3.connect(f"file:{folder / 'default.sqlite'}?mode=ro", uri=True)) as vault:
        there = {row[0]: row[1:] for row in vault.execute("SELECT id, content, invalidated_at FROM memories")}
    lost = [text for number, text in found.saved.items() if there.get(number, ("",))[0] != text]
    return lost + [f"{number} is not forgotten" for number in found.forgotten if there[number][1] is None]


def _environment(home: Path, more: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MNEMON_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | {"HOME": str(home), "USERPROFILE": str(home)} | more
