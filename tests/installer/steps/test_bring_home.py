"""Bringing the vault home from a server that has it no more, or is gone."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.remote_server import TOKEN, serving
from tests.s3 import serving_s3
from tests.seeded import seeded

from mnemon_installer.plan.plan import look_at
from mnemon_installer.plan.step import Blocked, StepFailed
from mnemon_installer.steps.bring_home import BringHome
from mnemon_installer.steps.push_vault import Report
from mnemon_installer.world import Answer, NoAnswer
from mnemon_installer.world.real import RealWorld
from mnemon_server.client.in_process import InProcess
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


class Meddling(RealWorld):
    """A machine on which somebody saves a memory just before this machine asks how the server stands."""

    def ask(
        self, url: str, token: str = "", body: bytes | None = None, timeout: float = 10, changes: bool = True
    ) -> Answer:
        if url.endswith("/sync_status"):
            with closing(InProcess(Settings(self.home / ".mnemon"), "somebody")) as client:
                client.call("save", title="in between", content="while both are compared")
        return super().ask(url, token, body, timeout, changes)


@seeded
def test_what_came_home_is_compared_before_the_server_gives_it_up(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "server").mkdir()
    with serving_s3() as store:
        bucket = store.new_bucket()
        for name, value in store.environment.items():
            monkeypatch.setenv(name, value)
        with serving(tmp_path / "server", MNEMON_S3_BUCKET=bucket) as server, server.talk() as talk:
            talk.action("save", title="one", content="on the web")
            folder = home / ".mnemon" / "deploy" / "my-mnemon"
            folder.mkdir(parents=True)
            (folder / "token").write_text(f"{TOKEN}\n", encoding="utf-8")
            here = Settings(home / ".mnemon", bucket_from_environment=bucket)
            step = BringHome(here, server.url, folder, silent)
            with pytest.raises(StepFailed, match="is not what it has; nothing was switched"):
                step.apply(Meddling(dict(os.environ), home, sys.platform))
            assert talk.action("status")["state"] == "open", "the server goes on"
            with closing(InProcess(here, "test")) as client:
                assert client.call("status")["state"] == f"moved:{server.url}", "and nothing is saved here"
            step.apply(RealWorld(dict(os.environ), home, sys.platform))
            assert talk.action("status")["state"].startswith("moved:the machine")
            with closing(InProcess(here, "test")) as client:
                assert client.call("save", title="two", content="at home")["outcome"] == "new"
