"""Push: what travels, what is refused, and that nobody overwrites anybody."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from tests.s3 import Store
from tests.server.sync.conftest import Machine

from mnemon_server.errors import VaultRefused
from mnemon_server.sync.trouble import NoBucket, SyncConflict, SyncShrunk

Machines = Callable[[str], Machine]


def test_a_push_leaves_a_snapshot_and_a_manifest_that_names_it(machine: Machines, store: Store, bucket: str) -> None:
    desk = machine("desk")
    desk.save("one", "two")
    told = desk.call("push")
    assert told["outcome"] == "pushed"
    assert told["sent"] == told["bytes"] > 0
    snapshot = f"mnemon/default/snapshots/{told['sha256']}.sqlite"
    assert set(store.keys(bucket)) == {snapshot, "mnemon/default/manifest.json", "mnemon/default/probe.json"}
    manifest = json.loads(store.body(bucket, "mnemon/default/manifest.json"))
    assert manifest["key"] == snapshot
    assert manifest["memories"] == manifest["rows"]["memories"] == 2
    assert manifest["parent"] is None


def test_nothing_is_sent_twice(machine: Machines, store: Store, bucket: str) -> None:
    desk = machine("desk")
    desk.save("one")
    first = desk.call("push")
    assert desk.call("push")["outcome"] == "unchanged"
    # As after a push that was killed before its manifest.
    store.client.delete_object(Bucket=bucket, Key="mnemon/default/manifest.json")
    again = desk.call("push")
    assert (again["outcome"], again["sent"], again["sha256"]) == ("pushed", 0, first["sha256"])


def test_the_same_content_is_the_same_snapshot_on_every_machine(machine: Machines) -> None:
    desk, laptop = machine("desk"), machine("laptop")
    desk.save("one", "two")
    desk.call("push")
    laptop.save("something that the pull puts aside")
    laptop.call("pull")
    assert laptop.call("push")["outcome"] == "unchanged"
    laptop.call("freeze", seconds=60)
    assert laptop.call("push")["outcome"] == "unchanged"


def test_a_machine_that_has_not_seen_the_head_is_refused_and_told_by_whom(machine: Machines) -> None:
    desk, laptop = machine("desk"), machine("laptop")
    desk.save("one")
    desk.call("push")
    laptop.save("another")
    with pytest.raises(SyncConflict, match=r"1 memories, snapshot [0-9a-f]{12}\); this machine never has"):
        laptop.call("push")
    laptop.call("pull")
    laptop.save("third")
    laptop.call("push")
    desk.save("second")
    with pytest.raises(SyncConflict, match="this machine last synced on 20"):
        desk.call("push")


def test_force_keeps_both_and_says_how_to_get_at_the_other(machine: Machines) -> None:
    desk, laptop = machine("desk"), machine("laptop")
    desk.save("of the desk")
    theirs = desk.call("push")["sha256"]
    laptop.save("of the laptop")
    told = laptop.call("push", force=True)
    assert told["kept"]["sha256"] == theirs
    laptop.call("pull", at=theirs[:12])
    assert laptop.titles() == {"of the desk"}


def test_a_vault_that_lost_its_memories_does_not_become_the_backup(machine: Machines) -> None:
    desk = machine("desk")
    desk.save("one", "two", "three", "four", "five")
    desk.call("push")
    for number in (1, 2, 3):
        desk.call("forget", id=number)
    with pytest.raises(SyncShrunk, match="2 memories and its last backup 5"):
        desk.call("push")
    assert desk.call("push", force=True)["outcome"] == "pushed"


def test_an_empty_vault_is_sent_only_by_force(machine: Machines) -> None:
    desk = machine("desk")
    desk.save("one")
    desk.call("forget", id=1)
    with pytest.raises(SyncShrunk, match="empty"):
        desk.call("push")


def test_a_missing_vault_is_not_made(machine: Machines) -> None:
    desk = machine("desk")
    with pytest.raises(VaultRefused, match="no vault"):
        desk.call("push")
    assert not desk.settings.vault_path.exists()


def test_without_a_bucket_it_says_how_to_set_one(settings: object, client: object) -> None:
    from mnemon_server.client.in_process import InProcess

    assert isinstance(client, InProcess)
    client.call("save", title="one", content="two")
    with pytest.raises(NoBucket) as refused:
        client.call("push")
    assert refused.value.hint == "mnemon config set s3_bucket NAME"
    assert refused.value.exit_status == 4
