"""The backups before the newest: listing, finding and pulling them, and how long they stay."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.backends import get_backend
from tests.s3 import Store
from tests.server.sync.conftest import Machine

from mnemon_server.errors import UsageError
from mnemon_server.sync import push
from mnemon_server.sync.place import place_of
from mnemon_server.sync.shelf import HeadDamaged, open_shelf
from mnemon_server.sync.trouble import BackupRefused, NoBackup

Machines = Callable[[str], Machine]


@pytest.fixture
def days_ago(monkeypatch: pytest.MonkeyPatch) -> Callable[[Machine, float], dict[str, Any]]:
    """Push as if it were so many days ago."""

    def pushed(machine: Machine, days: float) -> dict[str, Any]:
        moment = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        monkeypatch.setattr(push, "now", lambda: moment)
        return machine.call("push")

    return pushed


@pytest.fixture
def desk(machine: Machines, days_ago: Callable[[Machine, float], dict[str, Any]]) -> Machine:
    """Pushed 100, 50, 40 and 10 days ago; the newest is of today."""
    desk = machine("desk")
    for days in (100, 50, 40, 10, 0):
        desk.save(f"{days} days")
        days_ago(desk, days)
    return desk


def age(store: Store, bucket: str, days: float) -> None:
    """Make every object in the bucket so old, by the store's own clock."""
    then = datetime.now(UTC) - timedelta(days=days)
    for account in get_backend("s3").values():
        for region in account.values():
            if bucket in region.buckets:
                for key in region.buckets[bucket].keys.values():
                    key.last_modified = then


def hashes(machine: Machine) -> list[str]:
    return [backup["sha256"] for backup in machine.call("sync_history")["backups"]]


def test_the_history_is_newest_first_and_bounded(desk: Machine, store: Store, bucket: str) -> None:
    told = desk.call("sync_history", limit=3)
    assert told["total"] == 5
    assert [backup["memories"] for backup in told["backups"]] == [5, 4, 3]
    assert [backup["head"] for backup in told["backups"]] == [True, False, False]
    gone = told["backups"][1]["sha256"]
    store.client.delete_object(Bucket=bucket, Key=f"mnemon/default/snapshots/{gone}.sqlite")
    store.put(bucket, "mnemon/default/manifests/20200101T000000000Z-" + "0" * 64 + ".json", b"no manifest")
    backups = desk.call("sync_history")["backups"]
    assert [backup["available"] for backup in backups] == [True, False, True, True, True]


def test_a_backup_is_found_by_time_and_by_hash(desk: Machine, machine: Machines) -> None:
    laptop, known = machine("laptop"), hashes(desk)
    assert laptop.call("pull", at="45d")["memories"] == 2
    assert laptop.titles() == {"100 days", "50 days"}
    day = (datetime.now(UTC) - timedelta(days=20)).date().isoformat()
    told = laptop.call("pull", at=day)
    assert (told["memories"], told["is_head"]) == (3, False)
    assert laptop.call("sync_status")["standing"] == "earlier"
    assert laptop.call("pull", at=known[3][:8].upper())["memories"] == 2
    assert laptop.call("pull", at="1h")["memories"] == 4
    assert laptop.call("push")["outcome"] == "pushed", "an earlier one may become the newest"
    with pytest.raises(NoBackup, match="as old as"):
        laptop.call("pull", at="1000d")
    with pytest.raises(NoBackup, match="no snapshot begins with"):
        laptop.call("pull", at="0123456789")
    for nonsense in ("abcde", "yesterday", "../..", "zz"):
        with pytest.raises(UsageError):
            laptop.call("pull", at=nonsense)


def test_a_hash_that_reads_like_a_time_is_a_hash(desk: Machine, store: Store, bucket: str) -> None:
    manifest = json.loads(store.body(bucket, "mnemon/default/manifest.json"))
    sha256 = "12345d" + "0" * 58
    told = json.dumps({**manifest, "sha256": sha256}).encode()
    store.put(bucket, f"mnemon/default/manifests/20200101T000000000Z-{sha256}.json", told)
    with pytest.raises(BackupRefused, match="is gone"):
        desk.call("pull", at="12345d")
    with pytest.raises(NoBackup, match="as old as"):
        desk.call("pull", at="12346d")


def test_only_what_was_replaced_over_thirty_days_ago_is_tagged_and_pruned(
    desk: Machine, store: Store, bucket: str
) -> None:
    newest, ten, forty, fifty, hundred = hashes(desk)
    tagged = {sha256 for sha256 in hashes(desk) if tags(store, bucket, sha256)}
    assert tagged == {fifty, hundred}, "the one of forty days ago was the head until ten days ago"
    assert desk.call("sync_prune")["snapshots"] == 0, "none is old by the store's clock"
    age(store, bucket, 60)
    told = desk.call("sync_prune")
    assert (told["applied"], told["snapshots"], told["manifests"]) == (False, 2, 2)
    assert set(hashes(desk)) == {newest, ten, forty, fifty, hundred}
    assert desk.call("sync_prune", dry_run=False)["snapshots"] == 2
    assert hashes(desk) == [newest, ten, forty]
    assert desk.call("sync_prune", dry_run=False)["snapshots"] == 0
    assert desk.call("sync_verify")["memories"] == 5


def test_what_no_manifest_names_is_pruned_once_it_is_a_day_old(desk: Machine, store: Store, bucket: str) -> None:
    stray = f"mnemon/default/snapshots/{'f' * 64}.sqlite"
    store.put(bucket, stray, b"of a push that was refused")
    store.client.create_multipart_upload(Bucket=bucket, Key=stray)
    assert desk.call("sync_prune", dry_run=False)["snapshots"] == 0
    assert stray in store.keys(bucket)
    age(store, bucket, 2)
    assert desk.call("sync_prune", dry_run=False)["snapshots"] == 1 + 2, "and two that were replaced long ago"
    assert stray not in store.keys(bucket)
    uploads = store.client.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    assert uploads == [], "moto says of every upload that it began in 2010"


def test_an_old_snapshot_that_becomes_the_head_again_is_sent_anew_and_loses_its_tag(
    desk: Machine, store: Store, bucket: str
) -> None:
    old = hashes(desk)[4]
    assert tags(store, bucket, old)
    age(store, bucket, 60)
    desk.call("pull", at=old)
    told = desk.call("push", force=True)
    assert (told["sha256"], told["sent"]) == (old, told["bytes"])
    assert not tags(store, bucket, old)
    desk.call("sync_prune", dry_run=False)
    assert desk.call("sync_verify")["sha256"] == old


def test_the_line_of_manifests_names_each_its_parent(desk: Machine, store: Store, bucket: str) -> None:
    line = hashes(desk)
    for key in store.keys(bucket):
        if "/manifests/" in key:
            manifest = json.loads(store.body(bucket, key))
            number = line.index(manifest["sha256"])
            parent = manifest["parent"]["sha256"] if manifest["parent"] else None
            assert parent == (line[number + 1] if number + 1 < len(line) else None)


def tags(store: Store, bucket: str, sha256: str) -> dict[str, str]:
    found = store.client.get_object_tagging(Bucket=bucket, Key=f"mnemon/default/snapshots/{sha256}.sqlite")["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


def test_a_head_that_is_just_being_written_is_asked_for_once_more(
    machine: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = machine("desk")
    desk.save("kept")
    desk.call("push")
    with closing(open_shelf(place_of(desk.settings))) as shelf:
        whole = shelf.bucket.get(f"{shelf.prefix}manifest.json")
        assert whole is not None
        answers = [(whole[0][:100], "half"), whole]
        monkeypatch.setattr(shelf.bucket, "get", lambda key: answers.pop(0))
        head = shelf.head()
        assert head is not None
        assert head.etag == whole[1]
        answers = [(b"no manifest", "1"), (b"no manifest", "2")]
        with pytest.raises(HeadDamaged, match="is not a manifest"):
            shelf.head()
