"""Two machines push at random, one after the other and in the same moment: no update is lost, every refusal is
explained. On a store that heeds conditional writes, and on one that ignores them."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Iterator

import pytest
from tests.s3 import Store, serving_s3
from tests.scripts.doomed import SEEDED, SEEDS
from tests.server.sync.conftest import Machine

from mnemon_server.client.files import import_file
from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings
from mnemon_server.sync.trouble import SyncBusy, SyncConflict

ROUNDS = [6, *(pytest.param(200 if SEEDS > 20 else 5 * SEEDS, marks=SEEDED) for _ in range(1))]


@pytest.fixture(scope="session")
def careless() -> Iterator[Store]:
    """A store that overwrites whatever it is told to."""
    with serving_s3(heeds_conditions=False) as store:
        yield store


def two_at(store: Store, root: object, monkeypatch: pytest.MonkeyPatch) -> tuple[Machine, Machine, str]:
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)
    bucket = store.new_bucket()
    desk, laptop = (Machine(Settings(root / name, bucket_from_environment=bucket)) for name in ("desk", "laptop"))  # type: ignore[operator]
    return desk, laptop, bucket


def brought_in_line(machine: Machine) -> bool:
    """Push; whoever is refused pulls, brings its own memories in again, and pushes. False: beaten to it once more."""
    for _ in range(2):
        try:
            machine.call("push")
        except SyncConflict as refused:
            assert "pushed on 20" in refused.message
            assert "memories, snapshot" in refused.message
            assert "mnemon sync pull" in refused.hint
            assert "--force" in refused.hint
            told = machine.call("pull")
            if told["archived"]:
                import_file(machine.settings, "vault", told["archived"], False, lambda done, total: None)
        except SyncBusy as refused:
            assert "another machine is pushing" in refused.message
        else:
            return True
    return False


def test_a_push_that_is_overtaken_on_its_way_replaces_nothing(machine: Callable[[str], Machine]) -> None:
    """The other one pushes after the first has looked at the head, and before it makes its own the head."""
    desk, laptop = machine("desk"), machine("laptop")
    desk.save("first")
    desk.call("push")
    laptop.call("pull")
    desk.save("from the desk")
    laptop.save("from the laptop")
    overtaken = list[str]()

    def overtake(done: int, total: int) -> None:
        if not overtaken:
            overtaken.append(str(laptop.call("push")["sha256"]))

    client = InProcess(desk.settings, "test", overtake)
    try:
        with pytest.raises(SyncConflict):
            client.call("push")
    finally:
        client.close()
    (newest, *_) = desk.call("sync_history")["backups"]
    assert [newest["sha256"]] == overtaken
    laptop.call("push")
    assert laptop.call("sync_status")["standing"] == "same"


def in_line(store: Store, bucket: str) -> list[str]:
    """Snapshots from the head back to the first, by what each manifest says it followed."""
    named = {}
    for key in store.keys(bucket):
        if key.endswith("/manifest.json") or "/manifests/" in key:
            manifest = json.loads(store.body(bucket, key))
            named[manifest["sha256"]] = manifest["parent"]["sha256"] if manifest["parent"] else None
    line = [json.loads(store.body(bucket, "mnemon/default/manifest.json"))["sha256"]]
    while (parent := named[line[-1]]) is not None and parent not in line:
        line.append(parent)
    return line


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.parametrize("heeds", [True, False])
def test_no_update_is_lost(
    s3: Store,
    careless: Store,
    tmp_path: object,
    monkeypatch: pytest.MonkeyPatch,
    rounds: int,
    heeds: bool,
) -> None:
    store, chance = s3 if heeds else careless, random.Random(rounds)
    desk, laptop, bucket = two_at(store, tmp_path, monkeypatch)
    acknowledged: set[str] = set()
    desk.save("first")
    for number in range(rounds):
        machine = chance.choice((desk, laptop))
        machine.save(f"of round {number}")
        acknowledged.add(f"of round {number}")
        if chance.random() < 0.3:
            at_once(desk, laptop)
        elif chance.random() < 0.8:
            brought_in_line(machine)
    while not (brought_in_line(desk) and brought_in_line(laptop) and brought_in_line(desk)):
        pass
    laptop.call("pull")
    titles = {memory["title"] for memory in desk.call("list", limit=100)["memories"]} | everything(desk)
    assert acknowledged <= titles
    assert everything(laptop) == everything(desk)
    assert len(in_line(store, bucket)) > 1
    status = desk.call("sync_status")
    assert status["conditional"] is heeds
    assert status["standing"] == "same"


def everything(machine: Machine) -> set[str]:
    found, before = set[str](), None
    while True:
        page = machine.call("timeline", limit=100, **({"before": before} if before else {}))
        found |= {memory["title"] for memory in page["memories"]}
        before = page.get("next")
        if not before:
            return found


def at_once(*machines: Machine) -> None:
    failures: list[BaseException] = []

    def work(machine: Machine) -> None:
        try:
            if machine.settings.vault_path.exists():
                brought_in_line(machine)
        except BaseException as trouble:
            failures.append(trouble)

    threads = [threading.Thread(target=work, args=(machine,)) for machine in machines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures


def test_a_store_that_ignores_conditions_is_found_out_and_told(
    careless: Store, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, laptop, bucket = two_at(careless, tmp_path, monkeypatch)
    desk.save("one")
    (warning,) = desk.call("push")["warnings"]
    assert "ignores conditional writes" in warning
    assert not [key for key in careless.keys(bucket) if "/claims/" in key]
    laptop.save("other")
    with pytest.raises(SyncConflict):
        laptop.call("push")
    # Another machine's claim: it is about to push.
    careless.put(bucket, "mnemon/default/claims/another.json", b"{}")
    desk.save("two")
    with pytest.raises(SyncBusy, match="at this very moment"):
        desk.call("push")
    careless.client.delete_object(Bucket=bucket, Key="mnemon/default/claims/another.json")
    assert desk.call("push")["outcome"] == "pushed"
