"""A vault changes hands: whoever gives it says which, whoever gets it takes just that, and nobody else has it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest
from tests.server.sync.conftest import Machine

from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import UsageError, VaultBusy, VaultMoved
from mnemon_server.serve.seeding import Seeding
from mnemon_server.sync.state import load_state
from mnemon_server.sync.trouble import SyncConflict

Make = Callable[[str], Machine]


@pytest.fixture
def desk(machine: Make) -> Machine:
    """Has a vault, and has pushed it."""
    made = machine("desk")
    made.save("first")
    made.call("push")
    return made


def served_for(desk: Machine, server: Machine) -> Machine:
    """A server that `desk` has deployed, seeded from the bucket."""
    deployer = load_state(desk.settings.sync_state_path).machine_id
    made = Machine(replace(server.settings, deployed_by=deployer))
    with closing(InProcess(made.settings, "server")) as client:
        seeding = Seeding(client.context)
        seeding._seed()
    return made


def newest(desk: Machine) -> str:
    return str(desk.call("sync_history", limit=1)["backups"][0]["sha256"])


def test_a_server_waits_until_it_is_told_to_take_over(desk: Machine, machine: Make) -> None:
    server = served_for(desk, machine("server"))
    assert server.call("status")["state"] == "moved:the machine that is handing it over"
    with pytest.raises(VaultMoved):
        server.save("too early")
    desk.save("meanwhile")
    lease = desk.call("freeze")["lease"]
    sha256 = desk.call("push")["sha256"]
    server.call("adopt", sha256=sha256)
    desk.call("retire", lease=lease, where="https://my-mnemon.example.com")
    assert server.titles() == {"first", "meanwhile"}
    server.save("in use")
    with pytest.raises(VaultMoved):
        desk.save("too late")


def test_a_server_that_has_taken_over_and_lost_its_disk_opens_by_itself(desk: Machine, machine: Make) -> None:
    server = served_for(desk, machine("server"))
    server.call("adopt", sha256=newest(desk))
    again = served_for(desk, machine("another disk"))
    assert again.call("status")["state"] == "open", "the head is the server's since it has taken over"
    again.save("goes on")
    assert again.call("push")["outcome"] == "pushed"


def test_a_server_that_nobody_hands_anything_over_to_is_open_at_once(desk: Machine, machine: Make) -> None:
    stranger = machine("stranger")
    stranger.save("of its own")
    server = served_for(stranger, machine("server"))
    assert server.call("status")["state"] == "open"
    assert server.titles() == {"first"}
    assert desk.call("sync_status")["standing"] == "same"


def test_only_what_was_named_is_taken_over(desk: Machine, machine: Make) -> None:
    server = served_for(desk, machine("server"))
    former = newest(desk)
    desk.save("second")
    desk.call("push")
    with pytest.raises(SyncConflict, match="the newest backup is"):
        server.call("adopt", sha256=former)
    server.call("adopt", sha256=newest(desk))
    assert server.titles() == {"first", "second"}


def test_a_vault_in_use_is_replaced_only_as_it_was_seen_and_while_nobody_writes(desk: Machine, machine: Make) -> None:
    server = served_for(desk, machine("server"))
    server.call("adopt", sha256=newest(desk))
    seen = server.call("sync_status")["here"]
    desk.call("pull")
    desk.save("from the desk")
    desk.call("push")
    wanted = newest(desk)
    with pytest.raises(UsageError):
        server.call("adopt", sha256=wanted)
    server.save("nobody has seen this")
    lease = server.call("freeze")["lease"]
    with pytest.raises(SyncConflict, match="has changed since it was looked at"):
        server.call("adopt", sha256=wanted, over=seen, lease=lease)
    assert server.titles() == {"first", "nobody has seen this"}
    over = server.call("sync_status")["here"]
    with pytest.raises(VaultBusy):
        server.call("adopt", sha256=wanted, over=over, lease="0" * 32)
    server.call("adopt", sha256=wanted, over=over, lease=lease)
    assert server.titles() == {"first", "from the desk"}
    assert len(server.archives()) >= 1


def test_a_vault_retires_only_under_the_lease_that_keeps_it_still(
    desk: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for where in ("", " ", "a\nb", "x" * 201):
        with pytest.raises(UsageError):
            desk.call("retire", lease="", where=where)
    with pytest.raises(VaultBusy, match="this lease is over"):
        desk.call("retire", lease="0" * 32, where="https://a.example.com")
    lease = desk.call("freeze", seconds=60)["lease"]
    later = time.time_ns() + 120 * 1_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: later)
    with pytest.raises(VaultBusy, match="this lease is over"):
        desk.call("retire", lease=lease, where="https://a.example.com")
    desk.save("takes writes")
