"""Two machines and a bucket, and somebody who does something in the middle of everything: kills, saves, pushes, pulls.
Every memory that was acknowledged is in a vault, in an archive, or in a backup that a manifest names; nobody replaces
a head that they have not seen, or is refused for one of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, seed
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.s3 import Store, serving_s3
from tests.scripts.doomed import SEEDED, SEEDS
from tests.seeded import examples
from tests.server.sync.conftest import Machine

from mnemon_server.actions import archive_restore
from mnemon_server.client.files import import_file
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import MnemonError, VaultBusy
from mnemon_server.settings import Settings
from mnemon_server.sync import pull, push, settle
from mnemon_server.sync.bucket import Bucket
from mnemon_server.sync.trouble import SyncConflict
from mnemon_server.vault import replace

# Before and after each of these is a moment at which something may happen.
BOUNDARIES: tuple[tuple[Any, str], ...] = (
    (Bucket, "get"),
    (Bucket, "put"),
    (Bucket, "find"),
    (Bucket, "upload"),
    (Bucket, "download"),
    (Bucket, "delete"),
    (push, "copy_vault"),
    (push, "save_state"),
    (pull, "copy_vault"),
    (pull, "save_state"),
    (pull, "replace_content"),
    (pull, "take_mark"),
    (settle, "save_state"),
    (archive_restore, "replace_content"),
    (replace, "archive_copy"),
    (replace, "open_copy"),
    (replace, "take_name"),
)
DEEDS = (
    "nothing", "kill", "kill", "kill", "save here", "save here from now on", "save there", "push there", "force there",
    "pull there",
)  # fmt: skip
EVENTS = st.tuples(st.integers(1, 24), st.sampled_from(DEEDS))
Event = tuple[int, str]
NOTHING = (1, "nothing")
Known = frozenset[tuple[str, str]]  # of memories: uid and content


class Killed(BaseException):
    """Nothing of ours catches it, as nothing of ours outlives a SIGKILL."""


@contextmanager
def at_moment(number: int, deed: Callable[[int], bool]) -> Iterator[None]:
    """Call `deed` at that moment of the block, and at the ones that follow for as long as it returns true."""
    count, is_done = 0, False

    def moment() -> None:
        nonlocal count, is_done
        count += 1
        if count >= number and not is_done:
            is_done = True  # what the deed itself does has no moments
            is_done = not deed(count)

    def with_moments(work: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **named: Any) -> Any:
            moment()
            done = work(*arguments, **named)
            moment()
            return done

        return called

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in BOUNDARIES:
            patch.setattr(owner, name, with_moments(getattr(owner, name)))
        yield


class Shared(RuleBasedStateMachine):
    """`desk` is 0 and `laptop` 1. A model beside them knows what was acknowledged, and who has seen which heads."""

    store: Store
    root: Path
    rounds = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).rounds += 1
        self.bucket = self.store.new_bucket()
        folder = self.root / f"round-{self.rounds}"
        names = ("desk", "laptop")
        self.machines = [Machine(Settings(folder / name, bucket_from_environment=self.bucket)) for name in names]
        self.acknowledged: set[tuple[str, str]] = set()
        self.saves = 0
        self.seen: list[set[str]] = [set(), set()]
        self.heads: set[str] = set()
        self.read: dict[str, Known] = {}
        self.save(0, 3)
        self.push(0, 0, False, NOTHING)
        self.save(1, 3)

    which = st.integers(0, 1)
    few = st.integers(0, 2)

    # --- What happens ---

    @rule(which=which, count=st.integers(1, 2))
    def save(self, which: int, count: int) -> None:
        with closing(InProcess(self.machines[which].settings, "test")) as client:
            for _ in range(count):
                self.saves += 1
                saved = client.call("save", title=f"memory {self.saves}", content=f"what number {self.saves} says")
                self.acknowledged.add((saved["memory"]["uid"], saved["memory"]["content"]))

    @rule(which=which, back=few)
    def forget(self, which: int, back: int) -> None:
        live = self.machines[which].call("list", limit=10)["memories"]
        if live:
            self.machines[which].call("forget", id=live[back % len(live)]["id"])

    @rule(which=which, saves=few, force=st.sampled_from((False, False, True)), event=EVENTS)
    def push(self, which: int, saves: int, force: bool, event: Event) -> None:
        self.save(which, saves)
        told = self.try_to(which, event, lambda machine: machine.call("push", force=force))
        if told and told["replaced"] and not force:
            assert told["replaced"]["sha256"] in self.seen[which]
        if told:
            self.seen[which].add(told["sha256"])
        if self.made_the_head() == self.id_of(self.machines[which]):  # also one that was killed right after that
            self.seen[which] |= self.head()

    @rule(which=which, saves=few, event=EVENTS)
    def pull(self, which: int, saves: int, event: Event) -> None:
        self.save(which, saves)
        self.sees(which, lambda: self.try_to(which, event, lambda machine: machine.call("pull")))

    @rule(which=which, back=few, event=EVENTS)
    def pull_an_earlier_one(self, which: int, back: int, event: Event) -> None:
        backups = self.machines[which].call("sync_history")["backups"]
        sha256 = backups[back % len(backups)]["sha256"]
        self.sees(which, lambda: self.try_to(which, event, lambda machine: machine.call("pull", at=sha256)))

    @rule(which=which, back=few, event=EVENTS)
    def restore_from_the_archive(self, which: int, back: int, event: Event) -> None:
        copies = self.machines[which].call("archive_list")["copies"]
        if copies:
            name = copies[back % len(copies)]["name"]
            self.try_to(which, event, lambda machine: machine.call("archive_restore", name=name))

    @rule(which=which, back=few)
    def bring_in_what_an_archive_has(self, which: int, back: int) -> None:
        archives = self.machines[which].archives()
        if archives:
            file = str(archives[back % len(archives)])
            import_file(self.machines[which].settings, "vault", file, False, lambda done, total: None)

    @rule(which=which)
    def look(self, which: int) -> None:
        with suppress(MnemonError):
            self.machines[which].call("sync_status")

    # --- What must hold ---

    @invariant()
    def nothing_acknowledged_is_gone(self) -> None:
        found = set().union(*self.in_files(), *self.in_the_bucket().values())
        assert self.acknowledged <= found

    @invariant()
    def whatever_was_the_head_is_in_the_history(self) -> None:
        named = self.in_the_bucket()
        self.heads |= self.head()
        assert self.heads <= set(named)

    def teardown(self) -> None:
        """However it ended, the next push completes, and every vault is whole."""
        for machine in self.machines:
            if machine.settings.vault_path.exists():
                assert machine.call("check_integrity")["problems"] == []
                machine.call("push", force=True)
                assert machine.call("sync_status")["standing"] == "same"
                assert not list(machine.settings.folder.glob("sync-work-*"))
        self.nothing_acknowledged_is_gone()
        self.whatever_was_the_head_is_in_the_history()

    # --- How ---

    def try_to(self, which: int, event: Event, act: Callable[[Machine], dict[str, Any]]) -> dict[str, Any] | None:
        """None when it was refused or killed."""
        machine = self.machines[which]
        number, deed = event

        def meanwhile(count: int) -> bool:
            if deed == "kill":
                raise Killed
            if deed == "nothing":
                return False
            self.do(which, deed)
            return deed == "save here from now on" and count < number + 40

        try:
            with at_moment(number, meanwhile):
                return act(machine)
        except Killed:
            return None
        except MnemonError as refused:
            assert refused.message
            assert refused.hint
            if isinstance(refused, SyncConflict):
                assert self.made_the_head() != self.id_of(machine), "refused for a push of its own"
            return None

    def do(self, which: int, deed: str) -> None:
        if deed.startswith("save here"):
            with suppress(VaultBusy):
                self.save(which, 1)
        elif deed == "save there":
            self.save(1 - which, 1)
        elif deed == "pull there":
            self.pull(1 - which, 1, NOTHING)
        else:
            self.push(1 - which, 1, deed == "force there", NOTHING)
        self.heads |= self.head()

    def sees(self, which: int, act: Callable[[], object]) -> None:
        """Whatever is the head while somebody pulls they may build on."""
        before = self.head()
        act()
        self.seen[which] |= before | self.head()

    def head(self) -> set[str]:
        keys = self.store.keys(self.bucket)
        return {self.manifest(key)["sha256"] for key in keys if key.endswith("/manifest.json")}

    def made_the_head(self) -> str:
        return str(self.manifest("mnemon/default/manifest.json")["machine_id"])

    def id_of(self, machine: Machine) -> str:
        """Empty before its first push."""
        notes = machine.settings.sync_state_path
        return str(json.loads(notes.read_bytes())["machine_id"]) if notes.exists() else ""

    def manifest(self, key: str) -> dict[str, Any]:
        return dict(json.loads(self.store.body(self.bucket, key)))

    def in_files(self) -> Iterator[Known]:
        for machine in self.machines:
            if machine.settings.vault_path.exists():
                yield memories_in(machine.settings.vault_path)
            for file in machine.archives():  # none of them ever changes
                if str(file) not in self.read:
                    self.read[str(file)] = memories_in(file)
                yield self.read[str(file)]

    def in_the_bucket(self) -> dict[str, Known]:
        """By the hashes of the snapshots that the head and the former manifests name."""
        found = {}
        for key in self.store.keys(self.bucket):
            if key.endswith("/manifest.json"):
                sha256 = self.manifest(key)["sha256"]
            elif "/manifests/" in key:
                sha256 = key.removesuffix(".json").rpartition("-")[2]
            else:
                continue
            if sha256 not in self.read:
                file = self.root / "snapshot.sqlite"
                file.write_bytes(self.store.body(self.bucket, f"mnemon/default/snapshots/{sha256}.sqlite"))
                self.read[sha256] = memories_in(file)
            found[sha256] = self.read[sha256]
        return found


def memories_in(file: Path) -> Known:
    with closing(apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        return frozenset((str(uid), str(text)) for uid, text in connection.execute("SELECT uid, content FROM memories"))


def run_it(store: Store, root: Path, count: int, steps: int, number: int = 0) -> None:
    machine: Any = type("TwoMachines", (Shared,), {"store": store, "root": root})
    run_state_machine_as_test(
        seed(number)(machine) if number else machine,
        settings=profile(
            max_examples=count,
            stateful_step_count=steps,
            derandomize=not number,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture(scope="session")
def stores(s3: Store) -> Iterator[dict[str, Store]]:
    with serving_s3(heeds_conditions=False) as careless:
        yield {"a store that heeds conditions": s3, "a store that ignores them": careless}


@pytest.fixture(params=["a store that heeds conditions", "a store that ignores them"])
def either(request: pytest.FixtureRequest, stores: dict[str, Store], monkeypatch: pytest.MonkeyPatch) -> Store:
    store = stores[request.param]
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)
    return store


def test_whatever_happens_in_the_middle_no_memory_is_lost(either: Store, tmp_path: Path) -> None:
    run_it(either, tmp_path, examples(3), steps=12)


@pytest.mark.parametrize("number", [pytest.param(number, marks=SEEDED) for number in range(1, 1 + max(1, SEEDS // 5))])
def test_whatever_happens_in_many_more_stories_no_memory_is_lost(either: Store, tmp_path: Path, number: int) -> None:
    run_it(either, tmp_path, 6, steps=30, number=number)
