"""Push and pull of a whole vault over a real S3 wire, against boto3's own transfer of the same file."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from unittest.mock import patch

import boto3
from tests.bench.measure import Bench, Figure, clean_environment
from tests.bench.vaults import Shelf as Vaults
from tests.remote_server import free_port
from tests.s3 import Store

from mnemon_server.settings import Settings
from mnemon_server.sync.place import place_of
from mnemon_server.sync.shelf import Shelf, open_shelf

TIMES = 1 / 0.8  # at least 0.8 of boto3's own megabytes a second
MOST_MEMORY = 150.0  # MB
# The peak of a process since it began; what `getrusage` says of a child includes what its parent had.
_PEAK = (
    "import sys; from mnemon_installer.cli.main import run; assert run(sys.argv[1:]) == 0\n"
    "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
)


def run(bench: Bench, vaults: Vaults) -> Iterator[Figure]:
    """The transfers in turns with boto3's, then whole commands; wall time, because waiting is part of it."""
    rounds = 9 if bench.full else 3
    with (
        TemporaryDirectory(prefix="mnemon-bench-") as folder,
        _Server() as store,
        vaults.copy(bench.largest) as settings,
        patch.dict(os.environ, store.environment),
    ):
        bucket, label = store.new_bucket(), f"{bench.largest // 1000}k"
        environment = clean_environment(Path(folder), **store.environment, MNEMON_S3_BUCKET=bucket)
        elsewhere = Settings(Path(folder) / "elsewhere")
        push_peak = _peak(environment, settings, "push")
        pull_peak = _peak(environment, elsewhere, "pull")
        with closing(open_shelf(place_of(replace(settings, bucket_from_environment=bucket)))) as shelf:
            yield from _transfers(shelf, Path(folder) / "file", label, rounds)
        size = elsewhere.vault_path.stat().st_size / 1e6
        pulls = [_seconds(partial(_pull, environment, elsewhere)) for _ in range(3)]
        pushes = [_seconds(partial(_push, environment, settings, f"again-{number}")) for number in range(3)]
        for what, taken in (("push", pushes), ("pull", pulls)):
            yield Figure(f"sync {what} {label}, whole command", statistics.median(taken), "s", note=f"{size:.0f} MB")
        if push_peak and pull_peak:
            yield Figure(f"sync push {label}, peak memory", push_peak, "MB", MOST_MEMORY)
            yield Figure(f"sync pull {label}, peak memory", pull_peak, "MB", MOST_MEMORY)


def _transfers(shelf: Shelf, file: Path, label: str, rounds: int) -> Iterator[Figure]:
    head = shelf.head()
    assert head is not None
    manifest, client = head.manifest, boto3.client("s3")
    shelf.fetch(manifest, file, _unheard)
    name, got = shelf.bucket.name, str(file.with_name("got"))
    sent, received = list[tuple[float, float]](), list[tuple[float, float]]()
    for number in range(rounds):
        again = f"{number:064d}"
        ours = _seconds(partial(shelf.send, file, again, _unheard))
        theirs = _seconds(partial(client.upload_file, str(file), name, again))
        sent.append((ours, theirs))
        ours = _seconds(partial(shelf.fetch, manifest, Path(got), _unheard))
        theirs = _seconds(partial(client.download_file, name, again, got))
        received.append((ours, theirs))
        shelf.bucket.delete([again, shelf.snapshot_key(again)])
    for what, pairs in (("push", sent), ("pull", received)):
        ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
        note = f"{manifest.size / ours / 1e6:.0f} against {manifest.size / theirs / 1e6:.0f} MB/s"
        yield Figure(f"sync {what} {label}, transfer against boto3's", ours / theirs, "x", TIMES, note)


def _push(environment: dict[str, str], settings: Settings, name: str) -> None:
    _mnemon(environment | {"MNEMON_VAULT_NAME": name}, settings, "push")


def _pull(environment: dict[str, str], settings: Settings) -> None:
    shutil.rmtree(settings.folder)
    _mnemon(environment, settings, "pull")


def _peak(environment: dict[str, str], settings: Settings, word: str) -> float:
    """Megabytes; 0 where the system does not tell."""
    return int(_mnemon(environment, settings, word).split()[-1]) / 1000 if sys.platform == "linux" else 0.0


def _mnemon(environment: dict[str, str], settings: Settings, word: str) -> str:
    command = (sys.executable, "-c", _PEAK, "sync", word)
    named = environment | {"MNEMON_VAULT_DIR": str(settings.folder)}
    return subprocess.run(command, env=named, check=True, capture_output=True, text=True).stdout


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _unheard(done: int, total: int) -> None:
    return


class _Server:
    """The S3 server as a process of its own, which takes no CPU time of those who are measured."""

    def __enter__(self) -> Store:
        port = free_port()
        self._process = subprocess.Popen((sys.executable, "-m", "tests.s3", str(port)))
        store = Store(f"http://127.0.0.1:{port}")
        for _ in range(400):
            try:
                store.client.list_buckets()
                break
            except Exception:  # whatever boto3 says of a server that starts
                time.sleep(0.05)
        return store

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
