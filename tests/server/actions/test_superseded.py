"""What is superseded comes back by no path: conversations by chance, every reading path after each."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from tests.conftest import Clock
from tests.scripts.doomed import SEEDS

from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import MnemonError
from mnemon_server.hooks import session_start, surface
from mnemon_server.hooks.event import HookEvent
from mnemon_server.portable.jsonl import export_lines
from mnemon_server.settings import Settings
from mnemon_server.tools import reading
from mnemon_server.tools.surface import call_tool

CONVERSATIONS = 100 if SEEDS else 4
SUBJECTS = ("harbour database", "nightly export", "deploy window", "lint settings", "release branch", "pager rota")
KINDS = ("decision", "preference", "antipattern", "observation", "project", "note")
MOVES = 12


class Conversation:
    """One user and one vault. Every text has a word of its own, by which it would be noticed."""

    def __init__(self, client: InProcess, clock: Clock, seed: int) -> None:
        self.client = client
        self.clock = clock
        self.chance = random.Random(seed)
        self.texts = 0

    def go_on(self) -> None:
        moves: tuple[Callable[[], object], ...] = (
            self.save, self.save, self.save_in_place, self.replace, self.replace, self.settle, self.settle, self.hear,
            self.undo, self.restore, self.pin, self.forget, self.embed,
        )  # fmt: skip
        for _ in range(MOVES):
            self.clock.pass_days(self.chance.random() * 3)
            with suppress(MnemonError):  # nothing to undo, no such memory: a person hears so
                self.chance.choice(moves)()
        self.save(supersedes=self.save())  # at least one

    def save(self, **more: Any) -> int:
        title, content = self.text()
        kind = self.chance.choice(KINDS)
        saved = self.client.call("save", title=title, content=content, content_type=kind, **more)
        return int(saved["memory"]["id"])

    def save_in_place(self) -> None:
        self.save(source_key=f"key-{self.chance.randrange(2)}")

    def replace(self) -> None:
        self.save(supersedes=self._some())

    def settle(self) -> None:
        self.client.call("resolve", id=self._some(), other=self._some())

    def hear(self) -> None:
        """The user's own words take the place of what a model had said before."""
        title, content = self.text()
        for role in ("assistant", "user"):
            said = {"title": title, "content": f"{content} {role}", "type": "decision", "role": role, "cue": "x"}
            self.client.call("capture", statements=[said])

    def undo(self) -> None:
        self.client.call("undo")

    def restore(self) -> None:
        self.client.call("restore", id=self._some())

    def pin(self) -> None:
        self.client.call("pin", id=self._some())

    def forget(self) -> None:
        self.client.call("forget", id=self._some())

    def embed(self) -> None:
        self.client.call("embed_pending")
        self.client.call("examine_pending")

    def _some(self) -> int:
        return self.chance.randint(1, max(1, self.texts))

    def text(self) -> tuple[str, str]:
        self.texts += 1
        subject = self.chance.choice(SUBJECTS)
        word = f"zq{self.texts}qz"
        return (
            f"About the {subject} {word}",
            f"The {subject} was changed from one to {self.texts} on Monday, says {word}.",
        )


@pytest.mark.parametrize("seed", range(CONVERSATIONS))
def test_what_is_superseded_surfaces_nowhere(hybrid: InProcess, with_model: Settings, clock: Clock, seed: int) -> None:
    conversation = Conversation(hybrid, clock, seed)
    conversation.go_on()
    with hybrid.context.vault.read() as connection:
        rows = list(connection.execute("SELECT id, uid, title, content, superseded_by FROM memories"))
    dead = [row for row in rows if row[4] is not None]
    live_text = " ".join(f"{row[2]} {row[3]}" for row in rows if row[4] is None)
    told = list(everything_told(hybrid, with_model, [row[0] for row in rows]))
    title, content = conversation.text()
    told.append(("hints of a save", json.dumps(hybrid.call("save", title=title, content=content))))
    assert dead
    for number, uid, title, _, _ in dead:
        word = title.split()[-1]
        for path, text in told:
            assert uid not in text, (path, number)
            assert word in live_text or word not in text, (path, number)


def everything_told(client: InProcess, settings: Settings, ids: list[int]) -> Iterator[tuple[str, str]]:
    """(reading path, what it gives) for every path by which a memory leaves the vault."""

    def perform(action: str, parameters: dict[str, Any]) -> dict[str, Any]:
        return client.call(action, **parameters)

    def asked(action: str, **parameters: Any) -> tuple[str, str]:
        try:
            return action, json.dumps(client.call(action, **parameters), ensure_ascii=False)
        except MnemonError as refused:
            return action, f"{refused.message} {refused.hint}"

    for subject in SUBJECTS:
        yield asked("search", query=f"what about the {subject}", limit=100)
        yield asked("surface", prompt=f"change the {subject} on Monday", limit=20, tokens=2_000)
        prompt = HookEvent(
            "claude-code", "UserPromptSubmit", f"s-{subject}", None, "", f"change the {subject} on Monday"
        )
        yield "hook surface", surface.run(prompt, settings).answer
    for action in ("timeline", "list", "profile", "conflicts", "inbox"):
        yield asked(action)
    yield asked("opening", project="", tokens=2_000)
    yield "hook session-start", session_start.run(HookEvent("claude-code", "SessionStart", "s2"), settings).answer
    for number in ids:
        yield asked("get", id=number)
        yield asked("related", id=number, limit=100)
        yield asked("contradictions", id=number)
        reply = call_tool(perform, "memory_related", {"id": number})
        yield "tool related", reply.text + json.dumps(reply.structured, ensure_ascii=False)
    for name in ("profile", "recent"):
        yield name, reading.read(perform, f"memory://{name}")
    yield "export", "".join(export_lines(client.context))
