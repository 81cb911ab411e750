"""A vault held frozen: whoever was killed meanwhile goes on at once, and only they."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mnemon_installer.steps.freezing import frozen
from mnemon_installer.world import NoAnswer
from mnemon_installer.world.real import RealWorld
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import UsageError, VaultBusy
from mnemon_server.settings import Settings


@pytest.fixture
def client(settings: Settings) -> Iterator[InProcess]:
    with closing(InProcess(settings, "test")) as made:
        made.call("save", title="one", content="first")
        yield made


@pytest.fixture
def world(home: Path) -> RealWorld:
    return RealWorld({}, home, sys.platform)


def test_a_killed_holder_goes_on_with_its_lease(client: InProcess, world: RealWorld, settings: Settings) -> None:
    note = settings.folder / "lease"
    former = client.call("freeze")["lease"]
    note.write_text(f"{former}\n")
    with frozen(world, note, client.call) as lease:
        assert lease == former
        client.call("thaw", lease=lease)
    assert not note.exists()


def test_a_lease_that_is_over_is_no_obstacle(client: InProcess, world: RealWorld, settings: Settings) -> None:
    note = settings.folder / "lease"
    note.write_text("of yesterday\n")
    with frozen(world, note, client.call) as lease:
        assert note.read_text() == f"{lease}\n"
        with pytest.raises(VaultBusy):
            client.call("save", title="two", content="second")
        client.call("thaw", lease=lease)


def test_what_fails_opens_the_vault_again(client: InProcess, world: RealWorld, settings: Settings) -> None:
    note = settings.folder / "lease"
    with pytest.raises(RuntimeError), frozen(world, note, client.call):
        raise RuntimeError
    assert not note.exists()
    assert client.call("status")["state"] == "open"


def test_the_lease_of_another_is_respected(client: InProcess, world: RealWorld, settings: Settings) -> None:
    client.call("freeze")
    note = settings.folder / "lease"
    with pytest.raises(VaultBusy), frozen(world, note, client.call):
        raise AssertionError
    assert not note.exists()


def test_a_lease_whose_answer_was_lost_is_known(client: InProcess, world: RealWorld, settings: Settings) -> None:
    note = settings.folder / "lease"

    def lost(action: str, /, **parameters: Any) -> dict[str, Any]:
        client.call(action, **parameters)
        raise NoAnswer("the connection broke")

    with pytest.raises(NoAnswer), frozen(world, note, lost):
        raise AssertionError
    with pytest.raises(VaultBusy):
        client.call("save", title="two", content="second")
    with frozen(world, note, client.call) as lease:  # the next run, without a wait
        client.call("thaw", lease=lease)
    assert client.call("status")["state"] == "open"


def test_a_chosen_lease_cannot_be_guessed(client: InProcess) -> None:
    for weak in ("1", "x" * 32, "A" * 32, "0" * 31):
        with pytest.raises(UsageError):
            client.call("freeze", chosen=weak)
