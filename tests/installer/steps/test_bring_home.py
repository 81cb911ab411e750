"""Bringing the vault home from a server that has it no more, or is gone."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mnemon_installer.plan.plan import look_at
from mnemon_installer.plan.step import Blocked
from mnemon_installer.steps.bring_home import BringHome
from mnemon_installer.steps.push_vault import Report
from mnemon_installer.world import Answer, NoAnswer
from mnemon_installer.world.real import RealWorld
from mnemon_server.settings import Settings

URL = "https://my-mnemon.example.com"


class Elsewhere(RealWorld):
    """A machine whose server says one thing, or nothing."""

    state: str | None = None

    def ask(
        self, url: str, token: str = "", body: bytes | None = None, timeout: float = 10, changes: bool = True
    ) -> Answer:
        if self.state is None:
            raise NoAnswer(f"{url} did not answer")
        return Answer(200, json.dumps({"result": {"state": self.state}}).encode())


@contextmanager
def silent(title: str) -> Iterator[Report]:
    yield lambda name, done, total: None


@pytest.mark.parametrize(
    ("state", "said"),
    [("moved:the machine of somebody", "it is at the machine of somebody"), (None, "did not answer")],
)
def test_what_another_machine_has_is_not_brought_here_too(home: Path, state: str | None, said: str) -> None:
    world = Elsewhere(dict(os.environ), home, sys.platform)
    world.state = state
    step = BringHome(Settings(home / ".mnemon"), URL, home / ".mnemon" / "deploy" / "my-mnemon", silent)
    verdict = look_at(step, world)
    assert isinstance(verdict, Blocked)
    assert said in verdict.reason
    assert "mnemon setup --local && mnemon sync pull" in verdict.hint
