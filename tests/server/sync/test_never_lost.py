"""Whatever two machines and one bucket do, and wherever they are killed: a memory that was acknowledged is in a vault,
in an archive, or in a backup that the bucket's manifests name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, seed
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.s3 import Store
from tests.scripts.doomed import SEEDED, SEEDS
from tests.server.sync.conftest import Machine

from mnemon_server.actions import archive_restore
from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings
from mnemon_server.sync import pull, push
from mnemon_server.sync.bucket import Bucket


class Killed(BaseException):
    """Nothing of ours catches it, as nothing of ours outlives a SIGKILL."""


# Where a machine may die, before these have done their work or after.
BOUNDARIES: tuple[tuple[Any, str], ...] = (
    (Bucket, "put"),
    (Bucket, "upload"),
    (Bucket, "download"),
    (push, "save_state"),
    (pull, "save_state"),
    (pull, "replace_content"),
    (pull, "take_mark"),
    (archive_restore, "replace_content"),
)
DOOMS = st.none() | st.tuples(st.integers(1, 8), st.booleans())


@contextmanager
def doomed(doom: tuple[int, bool] | None) -> Iterator[None]:
    """Dies when that many boundaries were reached: before the last one's work or, when the second is true, after."""
    if doom is None:
        yield
        return
    left, is_after = doom

    def mortal(work: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            is_due = left == 0
            if is_due and not is_after:
                raise Killed
            done = work(*arguments, **named)
            if is_due:
                raise Killed
            return done

        return called

    with pytest.MonkeyPatch.context() as patch, suppress(Killed):
        for owner, name in BOUNDARIES:
            patch.setattr(owner, name, mortal(getattr(owner, name)))
        yield


class TwoMachines(RuleBasedStateMachine):
    """Two machines that share a bucket. Names of memories are numbers, none of them given twice."""

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
        self.acknowledged: set[str] = set()
        self.snapshots: dict[str, set[str]] = {}

    machines_of = st.integers(0, 1)

    @rule(which=machines_of, count=st.integers(1, 3))
    def save(self, which: int, count: int) -> None:
        titles = [str(len(self.acknowledged) + number) for number in range(count)]
        self.machines[which].save(*titles)
        self.acknowledged |= set(titles)

    @rule(which=machines_of, back=st.integers(0, 3))
    def forget(self, which: int, back: int) -> None:
        with suppress(MnemonError):
            live = self.machines[which].call("list", limit=10)["memories"]
            self.machines[which].call("forget", id=live[back % len(live)]["id"]) if live else None

    @rule(which=machines_of, force=st.booleans(), doom=DOOMS)
    def push(self, which: int, force: bool, doom: tuple[int, bool] | None) -> None:
        self._try(which, "push", doom, force=force)

    @rule(which=machines_of, doom=DOOMS)
    def pull(self, which: int, doom: tuple[int, bool] | None) -> None:
        self._try(which, "pull", doom)

    @rule(which=machines_of, back=st.integers(0, 5), doom=DOOMS)
    def pull_an_earlier_one(self, which: int, back: int, doom: tuple[int, bool] | None) -> None:
        with suppress(MnemonError):
            backups = self.machines[which].call("sync_history")["backups"]
            if backups:
                self._try(which, "pull", doom, at=backups[back % len(backups)]["sha256"])

    @rule(which=machines_of, back=st.integers(0, 5), doom=DOOMS)
    def restore_from_the_archive(self, which: int, back: int, doom: tuple[int, bool] | None) -> None:
        copies = self.machines[which].call("archive_list")["copies"]
        if copies:
            self._try(which, "archive_restore", doom, name=copies[back % len(copies)]["name"])

    @invariant()
    def nothing_acknowledged_is_gone(self) -> None:
        assert self.acknowledged <= self._in_files() | self._in_the_bucket()

    def teardown(self) -> None:
        """However it ended, the next run of each command completes, and every vault is whole."""
        for machine in self.machines:
            if not machine.settings.vault_path.exists():
                continue
            assert machine.call("check_integrity")["problems"] == []
            machine.call("push", force=True)
            assert machine.call("sync_status")["standing"] == "same"
            assert not list(machine.settings.folder.glob("sync-work-*"))

    def _try(self, which: int, action: str, doom: tuple[int, bool] | None, **parameters: Any) -> None:
        try:
            with doomed(doom):
                self.machines[which].call(action, **parameters)
        except MnemonError as refused:
            assert refused.message
            assert refused.hint

    def _in_files(self) -> set[str]:
        found: set[str] = set()
        for machine in self.machines:
            for file in (machine.settings.vault_path, *machine.archives()):
                if file.exists():
                    found |= titles_in(file)
        return found

    def _in_the_bucket(self) -> set[str]:
        found: set[str] = set()
        for key in self.store.keys(self.bucket):
            if key.endswith("manifest.json") or "/manifests/" in key:
                named = json.loads(self.store.body(self.bucket, key))["key"]
                if named not in self.snapshots:
                    file = self.root / "snapshot.sqlite"
                    file.write_bytes(self.store.body(self.bucket, named))
                    self.snapshots[named] = titles_in(file)
                found |= self.snapshots[named]
        return found


def titles_in(file: Path) -> set[str]:
    connection = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return {str(row[0]) for row in connection.execute("SELECT title FROM memories")}
    finally:
        connection.close()


def run_it(store: Store, root: Path, number: int, examples: int, steps: int) -> None:
    machines = seed(number)(type("Shared", (TwoMachines,), {"store": store, "root": root}))
    run_state_machine_as_test(
        machines,
        settings=profile(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_no_memory_is_ever_lost(store: Store, tmp_path: Path) -> None:
    run_it(store, tmp_path, 0, examples=4, steps=10)


@pytest.mark.parametrize("part", [pytest.param(part, marks=SEEDED) for part in range(1, 1 + max(1, SEEDS // 5))])
def test_no_memory_is_ever_lost_in_many_more_stories(store: Store, tmp_path: Path, part: int) -> None:
    run_it(store, tmp_path, part, examples=8, steps=25)
