"""A frozen vault takes no writes, answers all the same, and thaws by itself when its lease is over."""

from __future__ import annotations

import time

import pytest

from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import UsageError, VaultBusy


def save(client: InProcess, content: str = "Tea at four.") -> str:
    return str(client.call("save", title="Tea", content=content)["outcome"])


def test_nothing_is_written_and_everything_is_read(client: InProcess) -> None:
    save(client)
    client.call("freeze")
    with pytest.raises(VaultBusy, match="frozen"):
        save(client, "Coffee at five.")
    assert client.call("get", id=1)["memory"]["content"] == "Tea at four."
    assert client.call("status")["state"] == "frozen"
    assert client.call("status")["total"] == 1


def test_whoever_holds_the_lease_thaws_it_and_nobody_else(client: InProcess) -> None:
    lease = client.call("freeze")["lease"]
    for wrong in ("", "0" * 32, "ümlaut"):
        with pytest.raises(VaultBusy, match="somebody else"):
            client.call("thaw", lease=wrong)
    assert client.call("thaw", lease=lease) == {"state": "open", "thawed": True}
    assert client.call("thaw", lease=lease) == {"state": "open", "thawed": False}
    assert save(client) == "new"


def test_a_second_one_waits_its_turn_and_the_first_may_go_on(client: InProcess) -> None:
    first = client.call("freeze", seconds=100)
    with pytest.raises(VaultBusy, match="somebody else"):
        client.call("freeze")
    again = client.call("freeze", seconds=200, lease=first["lease"])
    assert again["lease"] == first["lease"]
    assert again["until"] > first["until"]


def test_a_lease_that_was_left_behind_ends_by_the_wall_clock(
    client: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = client.call("freeze", seconds=60)["lease"]
    later = time.time_ns() + 120 * 1_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: later)
    assert save(client) == "new"
    assert client.call("status")["state"] == "open"
    assert client.call("thaw", lease=lease)["thawed"] is False


def test_whoever_comes_too_late_to_renew_is_told_that_the_vault_may_have_changed(
    client: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = client.call("freeze", seconds=60)["lease"]
    later = time.time_ns() + 120 * 1_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: later)
    with pytest.raises(VaultBusy, match="may have changed"):
        client.call("freeze", lease=lease)
    assert save(client) == "new"


def test_a_clock_that_was_set_back_freezes_nobody_for_a_day(client: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    client.call("freeze", seconds=900)
    earlier = time.time_ns() - 86_400 * 1_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: earlier)
    assert save(client) == "new"


@pytest.mark.parametrize("seconds", [0, -1, 3_601])
def test_a_lease_has_an_end(client: InProcess, seconds: int) -> None:
    with pytest.raises(UsageError, match="seconds"):
        client.call("freeze", seconds=seconds)
    assert save(client) == "new"
