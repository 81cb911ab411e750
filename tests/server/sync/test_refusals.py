"""Backups that must not become the vault: each is refused with a sentence, and the vault stays as it is to the byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.s3 import Store
from tests.server.sync.conftest import Machine

from mnemon_server.errors import DiskTrouble, MnemonError, VaultRefused, VaultTooNew
from mnemon_server.sync import workplace
from mnemon_server.sync.examine import sha256_of
from mnemon_server.sync.trouble import BackupRefused, NoBackup

Machines = Callable[[str], Machine]
HEAD = "mnemon/default/manifest.json"


class Tampered:
    """A bucket with the desk's vault in it, and somebody at it."""

    def __init__(self, store: Store, bucket: str) -> None:
        self.store = store
        self.bucket = bucket

    @property
    def manifest(self) -> dict[str, Any]:
        return dict(json.loads(self.store.body(self.bucket, HEAD)))

    @property
    def snapshot(self) -> bytes:
        return self.store.body(self.bucket, self.manifest["key"])

    def set_manifest(self, **changes: Any) -> None:
        self.set_head(json.dumps({**self.manifest, **changes}).encode())

    def set_head(self, body: bytes) -> None:
        self.store.put(self.bucket, HEAD, body)

    def set_snapshot(self, body: bytes) -> None:
        self.store.put(self.bucket, self.manifest["key"], body)

    def replace_snapshot(self, file: Path) -> None:
        """Another one, with a manifest that names it rightly."""
        sha256 = sha256_of(file)
        key = f"mnemon/default/snapshots/{sha256}.sqlite"
        self.store.put(self.bucket, key, file.read_bytes())
        self.set_manifest(sha256=sha256, key=key, size=file.stat().st_size)


def flip_a_byte(bucket: Tampered) -> None:
    body = bytearray(bucket.snapshot)
    body[len(body) // 2] ^= 1
    bucket.set_snapshot(bytes(body))


def cut_it_short(bucket: Tampered) -> None:
    bucket.set_snapshot(bucket.snapshot[:-4096])


def take_it_away(bucket: Tampered) -> None:
    bucket.store.client.delete_object(Bucket=bucket.bucket, Key=bucket.manifest["key"])


def count_wrongly(bucket: Tampered) -> None:
    rows = bucket.manifest["rows"]
    bucket.set_manifest(rows={**rows, "memories": rows["memories"] + 1})


def name_another_model(bucket: Tampered) -> None:
    bucket.set_manifest(embed_model="another")


def leave_something_out(bucket: Tampered) -> None:
    manifest = bucket.manifest
    del manifest["rows"]
    bucket.set_head(json.dumps(manifest).encode())


def change_a_page(bucket: Tampered, tmp_path: Path) -> None:
    """Its hash is right, and SQLite finds it damaged all the same."""
    file = tmp_path / "damaged.sqlite"
    body = bytearray(bucket.snapshot)
    body[4096 * 3 : 4096 * 4] = bytes(4096)
    file.write_bytes(body)
    bucket.replace_snapshot(file)


def put_a_newer_schema(bucket: Tampered, tmp_path: Path) -> None:
    file = tmp_path / "newer.sqlite"
    file.write_bytes(bucket.snapshot)
    with closing(apsw.Connection(str(file))) as connection:
        connection.pragma("user_version", 99)
    bucket.replace_snapshot(file)
    bucket.set_manifest(schema_version=99)


def put_another_database(bucket: Tampered, tmp_path: Path) -> None:
    file = tmp_path / "other.sqlite"
    with closing(apsw.Connection(str(file))) as connection:
        connection.execute("CREATE TABLE memories (id INTEGER PRIMARY KEY)")
    bucket.replace_snapshot(file)


CASES: tuple[tuple[Callable[..., None], type[MnemonError], str], ...] = (
    (flip_a_byte, BackupRefused, "was changed"),
    (cut_it_short, BackupRefused, "bytes instead of"),
    (take_it_away, BackupRefused, "is gone"),
    (count_wrongly, BackupRefused, "memories instead of"),
    (name_another_model, BackupRefused, "another model"),
    (leave_something_out, BackupRefused, "something missing"),
    (lambda bucket: bucket.set_head(b"<html>"), BackupRefused, "not a manifest"),
    (lambda bucket: bucket.set_head(b"[" * 900_000), BackupRefused, "not a manifest"),
    (lambda bucket: bucket.set_head(b" " * 2_000_000), BackupRefused, "too large"),
    (lambda bucket: bucket.set_manifest(format=2), VaultTooNew, "newer mnemon"),
    (lambda bucket: bucket.set_manifest(size=-1), BackupRefused, "something missing"),
    (lambda bucket: bucket.set_manifest(sha256="../../x"), BackupRefused, "something missing"),
    (change_a_page, BackupRefused, "damaged"),
    (put_a_newer_schema, VaultTooNew, "schema version 99"),
    (put_another_database, BackupRefused, "not a mnemon vault"),
)


@pytest.fixture
def bucket_of_desk(machine: Machines, store: Store, bucket: str) -> Tampered:
    desk = machine("desk")
    desk.save("one", "two", "three")
    desk.call("push")
    return Tampered(store, bucket)


def everything_in(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in ("sync.lock", "sync_state.json")
    }


def test_what_is_not_what_it_says_changes_nothing(machine: Machines, bucket_of_desk: Tampered, tmp_path: Path) -> None:
    laptop = machine("laptop")
    laptop.save("of the laptop")
    before, head = everything_in(laptop.settings.folder), bucket_of_desk.store.body(bucket_of_desk.bucket, HEAD)
    whole = bucket_of_desk.snapshot
    for number, (tamper, kind, message) in enumerate(CASES):
        bucket_of_desk.set_head(head)
        bucket_of_desk.set_snapshot(whole)
        needs_folder = tamper.__code__.co_argcount == 2
        folder = tmp_path / f"case-{number}"
        folder.mkdir()
        tamper(bucket_of_desk, folder) if needs_folder else tamper(bucket_of_desk)
        for action in ("pull", "sync_verify"):
            with pytest.raises(kind, match=message) as refused:
                laptop.call(action)
            assert refused.value.hint
            assert everything_in(laptop.settings.folder) == before, (number, action)
    assert laptop.call("status")["verified_backup"] is None


def test_over_a_head_that_nobody_can_read_only_force_pushes(machine: Machines, bucket_of_desk: Tampered) -> None:
    desk = machine("desk")
    desk.save("four")
    desk.call("push")
    former = desk.call("sync_history")["backups"][1]["sha256"]
    bucket_of_desk.set_head(b"<html>")
    with pytest.raises(BackupRefused) as refused:
        desk.call("push")
    assert "mnemon sync push --force" in refused.value.hint
    laptop = machine("laptop")
    laptop.call("pull", at=former)
    assert laptop.titles() == {"one", "two", "three"}
    assert desk.call("push", force=True)["outcome"] == "pushed"
    laptop.call("pull")
    assert laptop.titles() == {"one", "two", "three", "four"}


def test_an_empty_bucket_has_no_backup(machine: Machines) -> None:
    laptop = machine("laptop")
    for action in ("pull", "sync_verify", "sync_prune"):
        with pytest.raises(NoBackup, match="no vault called default"):
            laptop.call(action)
    assert laptop.call("sync_history")["backups"] == []
    assert not laptop.settings.vault_path.exists()


def test_a_disk_without_room_is_said_before_anything_happens(
    machine: Machines, bucket_of_desk: Tampered, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop = machine("laptop")
    laptop.save("of the laptop")
    before = everything_in(laptop.settings.folder)
    monkeypatch.setattr(workplace, "_SPARE", 10**18)
    for action in ("pull", "push", "sync_verify"):
        with pytest.raises(DiskTrouble, match="MB are needed"):
            laptop.call(action)
    assert everything_in(laptop.settings.folder) == before


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from mnemon_server.errors import MnemonError
from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    print(InProcess(Settings(Path(sys.argv[1]), bucket_from_environment=sys.argv[2]), "test").call("pull")["outcome"])
except MnemonError as trouble:
    print(trouble.code, "|", trouble.message)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a POSIX thing")
def test_a_disk_that_fills_up_on_the_way_loses_nothing(machine: Machines, bucket_of_desk: Tampered) -> None:
    """Limits on the size of a file stand for it: for the download, for the archive's copy, for the swap."""
    laptop = machine("laptop")
    laptop.save("of the laptop", *(f"filler {number}" for number in range(40)))
    size = laptop.settings.vault_path.stat().st_size
    outcomes = set()
    for limit in (30_000, size // 2, size + 4_096, 10**9):
        script = [sys.executable, "-c", FULL_DISK, str(laptop.settings.folder), bucket_of_desk.bucket, str(limit)]
        ended = subprocess.run(script, env=os.environ, capture_output=True, text=True, timeout=60)
        assert ended.returncode == 0, ended.stderr
        outcomes.add(ended.stdout.partition(" ")[0].strip())
        assert laptop.call("check_integrity")["problems"] == []
        arrived = bool({"pulled", "unchanged"} & outcomes)
        assert laptop.titles() == {"one", "two", "three"} if arrived else "of the laptop" in laptop.titles()
        for archive in laptop.archives():
            assert apsw.Connection(str(archive)).execute("SELECT count(*) FROM live").get == 41
    assert "disk" in outcomes
    assert "pulled" in outcomes


@pytest.mark.parametrize("what", ["text", "database"])
def test_what_is_no_vault_is_left_alone(machine: Machines, bucket_of_desk: Tampered, what: str) -> None:
    laptop = machine("laptop")
    laptop.settings.folder.mkdir(parents=True)
    if what == "text":
        laptop.settings.vault_path.write_text("my diary", encoding="utf-8")
    else:
        with closing(apsw.Connection(str(laptop.settings.vault_path))) as connection:
            connection.execute("CREATE TABLE diary (day TEXT)")
    before = everything_in(laptop.settings.folder)
    with pytest.raises(VaultRefused):
        laptop.call("pull")
    assert everything_in(laptop.settings.folder) == before


@pytest.mark.parametrize("how", ["a page is gone", "it is cut in half"])
def test_a_damaged_vault_goes_aside_and_the_backup_takes_its_place(
    machine: Machines, bucket_of_desk: Tampered, how: str
) -> None:
    laptop = machine("laptop")
    laptop.save(*(f"of the laptop {number}" for number in range(30)))
    path = laptop.settings.vault_path
    body = bytearray(path.read_bytes())
    damaged = (
        bytes(body[: len(body) // 2]) if how == "it is cut in half" else bytes(body[:4096]) + bytes(len(body) - 4096)
    )
    path.write_bytes(damaged)
    told = laptop.call("pull")
    assert told["outcome"] == "pulled"
    assert Path(told["archived"]).read_bytes() == damaged
    assert Path(told["archived"]).parent.name.startswith("damaged-")
    assert laptop.titles() == {"one", "two", "three"}
