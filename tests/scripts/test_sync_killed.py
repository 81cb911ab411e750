"""Push and pull killed anywhere: the vault is whole, nothing that was acknowledged is lost, the next run completes."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import apsw
import pytest
from botocore.loaders import JSONFileLoader
from tests.s3 import Store, serving_s3
from tests.scripts.doomed import SEEDED, SEEDS, moments_of, run_doomed, run_struck, some_moment
from tests.scripts.stage import Stage, make_stage
from tests.server.sync.conftest import Machine

from mnemon_server.client.in_process import InProcess
from mnemon_server.portable.jsonl import import_lines
from mnemon_server.settings import Settings
from mnemon_server.vault.snapshot import open_copy

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX thing")

PREFIX = "mnemon/default/"


@dataclass
class Scene:
    """A machine and its bucket, which are put back to a state together. `acknowledged` are the titles that each state
    has somewhere, and that nothing may ever lose."""

    stage: Stage
    store: Store
    bucket: str
    objects: dict[str, dict[str, bytes]] = field(default_factory=dict)
    acknowledged: dict[str, set[str]] = field(default_factory=dict)
    seen: dict[str, set[str]] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return Settings(self.stage.machine.home / ".mnemon", bucket_from_environment=self.bucket)

    @property
    def desk(self) -> Machine:
        return Machine(self.settings)

    def keep(self, state: str) -> None:
        self.stage.keep(state)
        self.objects[state] = {key: self.store.body(self.bucket, key) for key in self.store.keys(self.bucket)}
        self.acknowledged[state] = self.everywhere()

    def back_to(self, state: str) -> None:
        self.stage.back_to(state)
        wanted = self.objects[state]
        for key in self.store.keys(self.bucket):
            if key not in wanted:
                self.store.client.delete_object(Bucket=self.bucket, Key=key)
        for key in wanted:  # what stands under the hash of its content never changes
            if "/snapshots/" not in key or key not in self.store.keys(self.bucket):
                self.store.put(self.bucket, key, wanted[key])

    def everywhere(self) -> set[str]:
        """The titles in the vault, in the archive, and in the snapshots of all manifests."""
        copies = [self.settings.vault_path, *self.settings.archive_folder.glob("*.sqlite")]
        found = {title for copy in copies if copy.exists() for title in titles(copy)}
        for key in self.store.keys(self.bucket):
            if key.removeprefix(PREFIX).startswith("manifest"):
                found |= self.in_snapshot(json.loads(self.store.body(self.bucket, key))["key"])
        return found

    def in_snapshot(self, key: str) -> set[str]:
        if key not in self.seen:
            copy = self.stage.states / "snapshot.sqlite"
            copy.write_bytes(self.store.body(self.bucket, key))
            self.seen[key] = titles(copy)
        return self.seen[key]

    def kill(self, state: str, moment: str | int, *words: str) -> None:
        self.back_to(state)
        killed = run_doomed(self.stage.machine, moment, *words)
        assert killed.returncode == -9, killed.stdout + killed.stderr

    def goes_on(self, state: str, command: str) -> None:
        """The vault is whole and nothing is lost; the same command completes; then the bucket has it all, and nothing
        of the killed process is left."""
        self.is_whole(state)
        assert self.desk.call(command)["outcome"] in ("pushed", "pulled", "unchanged")
        self.is_whole(state)
        assert self.desk.call("push")["outcome"] == "unchanged"
        assert [path.name for path in self.settings.folder.glob("sync-work-*")] == []

    def is_whole(self, state: str) -> None:
        if self.settings.vault_path.exists():  # on a new machine there is none before the pull
            assert self.desk.call("check_integrity")["problems"] == []
        assert self.everywhere() >= self.acknowledged[state]


def titles(copy: Path) -> set[str]:
    """None in what a killed process has not finished."""
    is_vault = copy.name == "default.sqlite"
    try:
        with closing(apsw.Connection(str(copy)) if is_vault else open_copy(copy)) as connection:
            return {str(row[0]) for row in connection.execute("SELECT title FROM memories")}
    except apsw.Error:
        assert not is_vault
        return set()


@pytest.fixture(scope="module")
def s3() -> Iterator[Store]:
    read: Callable[..., Any] = JSONFileLoader.load_file  # Any: botocore has no types
    once = cache(lambda path: read(JSONFileLoader(), path))  # a megabyte of it for every session of boto3
    with serving_s3() as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", lambda self, path: once(path))
        for name, value in store.environment.items():
            patch.setenv(name, value)
        yield store


@pytest.fixture(autouse=True)
def environment(s3: Store, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def scene(s3: Store, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """With the states `first` (nothing was ever pushed), `ahead` (there is more here than in the bucket), `behind`
    (both have something that the other lacks), and `new` (no vault, but a bucket with one)."""
    scene = new_scene(s3, tmp_path_factory)
    scene.desk.save("one", "two")
    scene.keep("first")
    scene.desk.call("push")
    scene.desk.save("three", "four")
    scene.keep("ahead")
    laptop = Machine(Settings(tmp_path_factory.mktemp("laptop") / ".mnemon", bucket_from_environment=scene.bucket))
    laptop.call("pull")
    laptop.save("of the laptop")
    laptop.call("push")
    scene.keep("behind")
    scene.settings.vault_path.unlink()
    scene.settings.sync_state_path.unlink()
    scene.keep("new")
    return scene


def new_scene(store: Store, folder: pytest.TempPathFactory) -> Scene:
    stage, bucket = make_stage(folder), store.new_bucket()
    stage.states.mkdir()
    stage.machine.extra.update(store.environment | {"MNEMON_S3_BUCKET": bucket, "NO_PROXY": "127.0.0.1"})
    return Scene(stage, store, bucket)


@pytest.mark.parametrize(
    ("state", "moment"),
    [
        pytest.param("first", r"^http\.client\.send PUT .*/probe\.json", marks=SEEDED, id="before-the-probe"),
        pytest.param("first", r">^http\.client\.send PUT .*/manifest\.json", marks=SEEDED, id="after-the-first"),
        pytest.param("ahead", r"^http\.client\.send PUT .*/snapshots/", id="before-the-snapshot"),
        pytest.param("ahead", r"^http\.client\.send PUT .*/manifests/", marks=SEEDED, id="after-the-snapshot"),
        pytest.param("ahead", r"^http\.client\.send PUT .*/manifest\.json", id="before-the-manifest"),
        pytest.param("ahead", r">^http\.client\.send PUT .*/manifest\.json", id="after-the-manifest"),
    ],
)
def test_a_push_killed_at_a_named_moment(scene: Scene, state: str, moment: str) -> None:
    scene.kill(state, moment, "sync", "push")
    scene.goes_on(state, "push")


@pytest.mark.parametrize(
    ("state", "moment"),
    [
        pytest.param("behind", r"^http\.client\.send GET .*/snapshots/", marks=SEEDED, id="before-the-download"),
        pytest.param("behind", r">^os\.rename .*/pulled\.sqlite", id="after-the-download"),
        pytest.param("behind", r"^sql VACUUM INTO .*/archive/", marks=SEEDED, id="before-the-archive"),
        pytest.param("behind", r">^sql VACUUM INTO .*/archive/", id="before-the-swap"),
        pytest.param("behind", r"^sql pragma .wal_checkpoint", id="after-the-swap"),
        pytest.param("behind", r"^sql DELETE FROM meta .*'pulled'", marks=SEEDED, id="before-the-mark-goes"),
        pytest.param("new", r"^os\.link ", marks=SEEDED, id="before-there-is-a-vault"),
        pytest.param("new", r">^os\.link ", marks=SEEDED, id="since-there-is-a-vault"),
    ],
)
def test_a_pull_killed_at_a_named_moment(scene: Scene, state: str, moment: str) -> None:
    scene.kill(state, moment, "sync", "pull")
    scene.goes_on(state, "pull")


@pytest.mark.parametrize(
    ("state", "command", "moment"),
    [
        pytest.param("ahead", "push", r">^http\.client\.send PUT .*/manifest\.json", id="push"),
        pytest.param("behind", "pull", r"^sql pragma .wal_checkpoint", marks=SEEDED, id="pull"),
    ],
)
def test_killed_before_it_could_note_what_it_did_and_after_another_memory_a_push_is_still_no_conflict(
    scene: Scene, state: str, command: str, moment: str
) -> None:
    """The head of the bucket is what this machine made it, or what this machine made its own."""
    scene.kill(state, moment, "sync", command)
    scene.desk.save("saved afterwards")
    assert scene.desk.call("push")["outcome"] == "pushed"


def test_a_pull_killed_while_it_archives_leaves_no_half_copy_among_the_former_vaults(scene: Scene) -> None:
    scene.kill("behind", r"^sql VACUUM INTO .*/archive/", "sync", "pull")
    for copy in scene.desk.call("archive_list")["copies"]:
        assert titles(scene.settings.archive_folder / copy["name"]) > set(), copy


def test_what_a_killed_process_was_about_to_note_does_not_stay_for_ever(scene: Scene) -> None:
    """As it is left by one that dies before it gives its notes their name."""
    scene.back_to("ahead")
    (scene.settings.folder / ".sync_state.json.new").write_bytes(b"{")
    scene.desk.call("push")
    assert [path.name for path in scene.settings.folder.iterdir() if path.name.startswith(".")] == []


@pytest.fixture(scope="module")
def moments(scene: Scene) -> dict[str, int]:
    """Of each state's command, when nobody kills it."""
    counted = {}
    for state, command in (("first", "push"), ("ahead", "push"), ("behind", "pull"), ("new", "pull")):
        scene.back_to(state)
        counted[state] = len(moments_of(scene.stage.machine, "sync", command))
    return counted


def strike(scene: Scene, state: str, command: str, seed: int, moments: int, longest: float) -> None:
    """Even seeds kill at a moment, odd ones whenever it comes to it: in the middle of SQLite's work, of a transfer."""
    if seed % 2 == 0:
        scene.kill(state, some_moment(seed, moments), "sync", command)
    else:
        scene.back_to(state)
        seconds = random.Random(seed).uniform(0, longest)
        assert run_struck(scene.stage.machine, seconds, "sync", command) in (0, -9)


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=SEEDED) for seed in range(SEEDS or 1)])
def test_a_push_killed_at_some_moment(scene: Scene, moments: dict[str, int], seed: int) -> None:
    state = "first" if seed % 4 > 1 else "ahead"
    strike(scene, state, "push", seed, moments[state], 0.3)
    scene.goes_on(state, "push")


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=SEEDED) for seed in range(SEEDS or 1)])
def test_a_pull_killed_at_some_moment(scene: Scene, moments: dict[str, int], seed: int) -> None:
    state = "new" if seed % 4 > 1 else "behind"
    strike(scene, state, "pull", seed, moments[state], 0.3)
    scene.goes_on(state, "pull")


# --- A vault that takes its time -------------------------------------------------------------------------------


@dataclass
class Large:
    """A scene with 25 MB to travel either way, and how long that takes here: moments and seconds."""

    scene: Scene
    moments: dict[str, int]
    seconds: dict[str, float]


@pytest.fixture(scope="module")
def large(s3: Store, tmp_path_factory: pytest.TempPathFactory) -> Large:
    scene = new_scene(s3, tmp_path_factory)
    scene.desk.save("small")
    scene.desk.call("push")
    laptop = Machine(Settings(tmp_path_factory.mktemp("laptop") / ".mnemon", bucket_from_environment=scene.bucket))
    laptop.call("pull")
    fill(scene.settings, 0)
    scene.keep("push")
    fill(laptop.settings, 1)
    assert laptop.call("push")["sent"] > 20_000_000
    scene.keep("pull")
    large = Large(scene, {}, {})
    for command in ("push", "pull"):
        scene.back_to(command)
        large.moments[command] = len(moments_of(scene.stage.machine, "sync", command))
        scene.back_to(command)
        began = time.monotonic()
        assert scene.stage.machine.run("sync", command).returncode == 0
        large.seconds[command] = time.monotonic() - began
    return large


def fill(settings: Settings, seed: int) -> None:
    """Some thousand long memories, the same ones for a seed."""
    dice = random.Random(seed)
    words = [f"{dice.getrandbits(40):x}" for _ in range(5_000)]
    lines = (
        json.dumps({"title": f"long {seed}-{number}", "content": " ".join(dice.choices(words, k=500))}).encode()
        for number in range(3_000)
    )
    with closing(InProcess(settings, "test")) as client:
        assert import_lines(client.context, lines, False)["new"] == 3_000


@pytest.mark.parametrize("command", ["push", "pull"])
@pytest.mark.parametrize("seed", [pytest.param(seed, marks=SEEDED) for seed in range(SEEDS // 4 or 1)])
def test_killed_in_the_middle_of_a_long_transfer(large: Large, command: str, seed: int) -> None:
    strike(large.scene, command, command, seed, large.moments[command], large.seconds[command])
    large.scene.goes_on(command, command)
