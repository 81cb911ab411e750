"""A server that keeps its vault recoverable by itself: a real process, a real S3 wire."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.remote_server import RemoteServer, Talk, serving
from tests.s3 import Store, serving_s3

from mnemon_server.client.in_process import InProcess
from mnemon_server.serve.backup import AutomaticBackup, Pace
from mnemon_server.settings import Settings
from mnemon_server.sync.state import load_state


@pytest.fixture(scope="module")
def s3() -> Iterator[Store]:
    with serving_s3() as store:
        yield store


@contextmanager
def serving_with(home: Path, store: Store, bucket: str) -> Iterator[RemoteServer]:
    home.mkdir(exist_ok=True)
    with serving(home, **store.environment, MNEMON_S3_BUCKET=bucket) as server:
        yield server


def health(talk: Talk) -> dict[str, Any]:
    return dict(json.loads(talk.get("/health")[1]))


def test_a_server_pushes_when_it_ends_and_another_begins_with_that(s3: Store, tmp_path: Path) -> None:
    bucket = s3.new_bucket()
    with serving_with(tmp_path / "first", s3, bucket) as server:
        with server.talk() as talk:
            assert health(talk)["backup"] == {"last_push": None, "problem": None}
            assert health(talk)["verified_backup"] is None
            talk.action("save", title="kept", content="by the last push of all")
        assert server.end() == 0
    assert "mnemon/default/manifest.json" in s3.keys(bucket)
    with serving_with(tmp_path / "second", s3, bucket) as server, server.talk() as talk:
        assert [memory["title"] for memory in talk.action("list")["memories"]] == ["kept"]
        status, body = talk.request("POST", "/vault/push")
        assert (status, json.loads(body)["result"]["outcome"]) == (200, "unchanged")
        begun = health(talk)["verified_backup"]
        assert begun is not None, "what it began with was restored and looked at"
        verified = talk.action("sync_verify")["verified_at"]
        assert begun < health(talk)["verified_backup"] == verified == talk.action("status")["verified_backup"]
        for at_home in ("pull", "archive_restore", "sync_prune"):
            assert talk.request("POST", f"/vault/actions/{at_home}", b"{}")[0] == 400


def test_a_server_on_an_empty_folder_stays_closed_while_its_bucket_cannot_be_had(s3: Store, tmp_path: Path) -> None:
    home = tmp_path / "server"
    home.mkdir()
    environment = {**s3.environment, "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}
    away = RemoteServer(home, **environment, MNEMON_S3_BUCKET=s3.new_bucket())
    try:
        away.start(until=503)
        with away.talk() as talk:
            told = health(talk)
            assert told["status"] == told["vault_state"] == "seeding"
            status, body = talk.request("POST", "/vault/actions/status", b"{}")
            assert (status, json.loads(body)["problem"]["code"]) == (503, "seeding")
            assert talk.request("POST", "/mcp", b"{}", content_type="application/json")[0] == 503
            deadline = time.monotonic() + 30
            while not (told := health(talk))["problem"] and time.monotonic() < deadline:
                time.sleep(0.05)
            assert "does not answer" in told["problem"]
        with away.talk(token=None) as stranger:
            assert json.loads(stranger.get("/health")[1]) == {"status": "seeding"}
        away.end()
    finally:
        if away.process is not None and away.process.poll() is None:
            away.kill()
    assert not (home / ".mnemon" / "default.sqlite").exists()


@pytest.fixture
def keeper(s3: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AutomaticBackup]:
    """An automatic backup of the test's vault, on a clock that the test turns."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    bucketed = Settings(settings.folder, bucket_from_environment=s3.new_bucket())

    def make(pace: Pace, clock: Callable[[], float]) -> AutomaticBackup:
        return AutomaticBackup(InProcess(bucketed, "server").context, pace, clock)

    return make


def save(client: InProcess, title: str) -> None:
    """A while ago: what was written in this very moment cannot be told from what is written in the next."""
    client.call("save", title=title, content=f"the content of {title}")
    written = next(_moments)
    for suffix in ("", "-wal"):
        os.utime(f"{client.context.settings.vault_path}{suffix}", (written, written))


_moments = itertools.count(1_700_000_000)


def test_it_pushes_once_the_vault_is_quiet_and_at_most_hourly(
    keeper: Callable[..., AutomaticBackup], client: InProcess, settings: Settings
) -> None:
    now = [0.0]
    backup = keeper(Pace(quiet=60, longest=600, apart=3_600), lambda: now[0])
    assert not backup._is_due(), "there is no vault yet"
    save(client, "one")
    assert not backup._is_due()
    now[0] = 59
    assert not backup._is_due()
    save(client, "two")
    now[0] = 100
    assert not backup._is_due(), "it was written to a moment ago"
    now[0] = 161
    assert backup._is_due()
    backup._push()
    assert backup.told() == {"last_push": load_last(settings), "problem": None}
    assert not backup._is_due(), "nothing has changed"
    save(client, "three")
    now[0] = 3_000
    assert not backup._is_due(), "not yet an hour"
    now[0] = 4_000
    assert backup._is_due()


def load_last(settings: Settings) -> str:
    (known,) = load_state(settings.sync_state_path).places.values()
    assert known.at
    manifest_at = known.at[:16]
    told = InProcess(Settings(settings.folder, bucket_from_environment=bucket_of(settings)), "test").call("sync_status")
    assert told["head"]["at"][:16] == manifest_at
    return str(told["head"]["at"])


def bucket_of(settings: Settings) -> str:
    (place,) = load_state(settings.sync_state_path).places
    return place.split("/")[1]


def test_a_vault_that_never_rests_is_pushed_all_the_same(
    keeper: Callable[..., AutomaticBackup], client: InProcess
) -> None:
    now = [0.0]
    backup = keeper(Pace(quiet=60, longest=600), lambda: now[0])
    for minute in range(10):
        save(client, f"{minute}")
        now[0] = 59.0 * minute
        assert not backup._is_due()
    now[0] = 600
    assert backup._is_due()


def test_what_stands_in_the_way_is_told_and_tried_again(
    keeper: Callable[..., AutomaticBackup], client: InProcess, s3: Store, settings: Settings
) -> None:
    now = [0.0]
    backup = keeper(Pace(quiet=0, after_trouble=300), lambda: now[0])
    save(client, "one")
    other = Settings(settings.folder.with_name("other"), bucket_from_environment=backup._context.settings.bucket)
    elsewhere = InProcess(other, "test")
    elsewhere.call("save", title="theirs", content="pushed before us")
    elsewhere.call("push")
    assert backup._is_due()
    backup._push()
    assert "pushed on" in str((backup.told() or {})["problem"])
    now[0] = 299
    assert not backup._is_due()
    now[0] = 301
    assert backup._is_due()
    elsewhere.close()
    shutil.rmtree(other.folder)
