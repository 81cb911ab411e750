"""Hooks called as values and as programs; sessions written down as their clients write them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.warm_start import WARM

from mnemon_server.client.in_process import InProcess
from mnemon_server.hooks.event import HookEvent
from mnemon_server.settings import Settings

PATIENCE = 20.0


@dataclass(frozen=True)
class Program:
    """`mnemon hook` as a client runs it."""

    home: Path

    def run(
        self, *arguments: str, payload: Any = None, data: bytes | None = None, **variables: str
    ) -> subprocess.CompletedProcess[bytes]:
        """One call; `payload` goes to its standard input as JSON."""
        words, told = ("hook", *arguments), environment(self.home) | variables
        data = json.dumps(payload or {}).encode() if data is None else data
        if WARM.can_run(told):
            done = WARM.run(words, told, Path.cwd(), PATIENCE, data)
            out, err = done.stdout.encode(), done.stderr.encode()
            return subprocess.CompletedProcess(done.args, done.returncode, out, err)
        return subprocess.run(
            [sys.executable, "-m", "mnemon_installer.cli", *words],
            input=data,
            env=told,
            capture_output=True,
            timeout=PATIENCE,
        )

    @property
    def log(self) -> list[str]:
        path = self.home / ".mnemon" / "logs" / "hooks.log"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def await_log(self, words: str) -> str:
        """The first line of the log with these words, once a detached hook has written it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for line in self.log:
                if words in line:
                    return line
            time.sleep(0.02)
        raise AssertionError(f"{words!r} is not in the log: {self.log}")


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "HOME": str(home)}


@pytest.fixture
def program(home: Path) -> Program:
    return Program(home)


@pytest.fixture
def write_session(tmp_path: Path) -> Callable[..., Path]:
    """Write turns, `("user", text)` or `("assistant", text)`, as a transcript of Claude Code."""

    def write(*turns: tuple[str, str], edited: str = "", name: str = "session.jsonl") -> Path:
        records = []
        for role, text in turns:
            content: Any = text if role == "user" else [{"type": "text", "text": text}]
            records.append({"type": role, "promptSource": "cli", "message": {"role": role, "content": content}})
        if edited:
            use = {"type": "tool_use", "id": "t1", "name": "Edit", "input": {"file_path": edited}}
            records.append({"type": "assistant", "message": {"role": "assistant", "content": [use]}})
        path = tmp_path / name
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        return path

    return write


@pytest.fixture
def vault_client(settings: Settings) -> Any:
    """A client of a vault that exists and holds a few memories."""
    client = InProcess(settings, "cli")
    for number in range(3):
        client.call("save", title=f"Filler {number}", content=f"Something else entirely, number {number}.")
    yield client
    client.close()


def prompt(text: str, session: str = "s1", client: str = "claude-code", **more: Any) -> HookEvent:
    return HookEvent(client=client, name="UserPromptSubmit", session=session, prompt=text, **more)


def context_of(answer: str) -> str:
    """What an answer puts before the model; empty when there is no answer."""
    return str(json.loads(answer)["hookSpecificOutput"]["additionalContext"]) if answer else ""
