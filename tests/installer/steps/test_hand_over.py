"""Handing the vault over to a server that does not have what it says: this machine keeps it, and goes on."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.s3 import serving_s3

from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.facts.own_wheel import Wheel
from mnemon_installer.plan.step import StepFailed
from mnemon_installer.steps.archive_vault import ArchiveVault
from mnemon_installer.steps.hand_over import HandOver
from mnemon_installer.world import Answer
from mnemon_installer.world.real import RealWorld
from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings

URL, OTHER = "https://my-mnemon.example.com", "0" * 64


class Scripted(RealWorld):
    """A machine whose server gives these answers, whatever it was told before. `asked` are the actions in order."""

    def __init__(self, home: Path, answers: dict[str, dict[str, Any]]) -> None:
        super().__init__(dict(os.environ), home, sys.platform)
        self.answers, self.asked = answers, list[str]()

    def ask(
        self, url: str, token: str = "", body: bytes | None = None, timeout: float = 10, changes: bool = True
    ) -> Answer:
        self.asked.append(url.rpartition("/")[2])
        return Answer(200, json.dumps({"result": self.answers.get(self.asked[-1], {})}).encode())


@pytest.fixture
def here(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A machine with a vault, and a bucket for it."""
    with serving_s3() as store:
        for name, value in store.environment.items():
            monkeypatch.setenv(name, value)
        settings = Settings(home / ".mnemon", bucket_from_environment=store.new_bucket())
        with closing(InProcess(settings, "test")) as client:
            client.call("save", title="one", content="first")
        yield settings


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        ({"here": OTHER, "synced_sha256": OTHER}, "has not what was sent to it"),
        ({"here": OTHER, "synced_sha256": "1" * 64}, "has memories that did not come from here"),
    ],
)
def test_nothing_is_given_up_before_the_server_has_just_that(
    home: Path, here: Settings, standing: dict[str, str], said: str
) -> None:
    answers = {"status": {"state": "open"}, "sync_status": standing, "freeze": {"lease": "a-lease"}}
    world = Scripted(home, answers)
    wheel = Wheel("mnemon_memory-0.8.0-py3-none-any.whl", b"", "")
    step = HandOver(Deployment(here, "fly", "my-mnemon", "personal", "ams", "s3", URL, wheel))
    with pytest.raises(StepFailed, match=said):
        step.apply(world)
    assert ("adopt" in world.asked) == ("not what was sent" in said), "what is not from here is not replaced"
    assert not list(step.deployment.folder.glob("lease_*")), "nobody is kept waiting"
    with closing(InProcess(here, "test")) as client:
        assert client.call("save", title="two", content="the vault is in use here")["outcome"] == "new"


def test_a_vault_that_was_not_handed_over_is_not_put_away(home: Path) -> None:
    settings = Settings(home / ".mnemon")
    with closing(InProcess(settings, "test")) as client:
        client.call("save", title="one", content="first")
    with pytest.raises(StepFailed, match="was not handed over"):
        ArchiveVault(settings).apply(RealWorld(dict(os.environ), home, sys.platform))
    with closing(InProcess(settings, "test")) as client:
        assert client.call("status")["total"] == 1
