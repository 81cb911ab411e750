"""A vault goes to the web and comes home again, on the stand-in for Fly and a real S3 wire."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.fly.install import app_url, calls, install, read_state, stop_everything
from tests.s3 import Store, serving_s3
from tests.scripts.doomed import SEEDED

pytestmark = SEEDED
APP = "my-mnemon"


class Web:
    """A machine, an account at the stand-in, a store."""

    def __init__(self, root: Path, store: Store) -> None:
        self.home, self.state = root / "machine", root / "fly-state"
        self.home.mkdir()
        program = install(root / "bin", self.state, environment={**store.environment, "FAKEFLY_S3_ENDPOINT": store.url})
        self.environment = {
            **os.environ,
            **store.environment,
            "HOME": str(self.home),
            "MNEMON_FLY_BIN": str(program),
            "MNEMON_FLY_URL_TEMPLATE": app_url(self.state, APP),
        }
        self.bucket = store.new_bucket()

    def run(self, *words: str, status: int = 0) -> str:
        command = [sys.executable, "-m", "mnemon_installer.cli", *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=180)
        assert done.returncode == status, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout

    def upgrade(self, *words: str) -> dict[str, Any]:
        told = self.run("upgrade", "web", "--app-name", APP, "--storage", "s3", "--yes", "--json", *words)
        return {step["key"]: step["outcome"] for step in json.loads(told)["result"]["steps"]}

    def memories(self) -> list[tuple[int, str, str, bool]]:
        told = json.loads(self.run("list", "--limit", "100", "--json"))["result"]["memories"]
        return sorted((each["id"], each["uid"], each["title"], each["pinned"]) for each in told)

    @property
    def app(self) -> dict[str, Any]:
        return dict(read_state(self.state)["apps"][APP])

    def secrets(self) -> set[str]:
        folder = self.home / ".mnemon"
        files = (
            folder / "owner_passphrase",
            folder / "deploy" / APP / "token",
            folder / "deploy" / APP / "passphrase_hash",
        )
        found = {file.read_text(encoding="utf-8").strip() for file in files}
        return found | {self.environment["AWS_SECRET_ACCESS_KEY"]}

    def everything_written(self) -> str:
        """What stands where no secret may: command lines, journals, logs, what the image is built from."""
        folder = self.home / ".mnemon"
        deploy = folder / "deploy" / APP
        files = [*(folder / "ops").rglob("*"), deploy / "fly.toml", deploy / "Dockerfile", *self.state.rglob("log")]
        argv = json.dumps([call["argv"] for call in calls(self.state)])
        return argv + "".join(file.read_text(errors="replace") for file in files if file.is_file())


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with serving_s3() as store:
        made = Web(tmp_path, store)
        try:
            yield made
        finally:
            stop_everything(made.state)


def test_to_the_web_and_home_again(web: Web) -> None:
    for number in range(5):
        web.run("save", f"memory {number}", f"content {number}")
    web.run("pin", "2")
    before = web.memories()
    assert set(web.upgrade("--region", "ams", "--bucket", web.bucket).values()) <= {"done", "kept"}
    assert web.memories() == before, "every id, uid and pin is kept"
    assert not (web.home / ".mnemon" / "default.sqlite").exists()
    assert len(list((web.home / ".mnemon" / "archive").glob("pre-web-*.sqlite"))) == 1
    web.run("save", "over there", "saved on the web")
    state = web.app
    assert set(web.upgrade().values()) == {"kept"}
    assert web.app["release"] == state["release"], "nothing was deployed anew"
    assert (len(web.app["machines"]), len(web.app["volumes"])) == (1, 1)
    written = web.everything_written()
    assert [secret for secret in web.secrets() if secret in written] == []

    there = web.memories()
    web.run("downgrade", "local", "--yes")
    assert web.memories() == there
    web.run("save", "at home", "saved after it came home")
    # Up again: the server had closed its vault, and takes over what is newer.
    web.upgrade()
    assert {title for _, _, title, _ in web.memories()} >= {"over there", "at home"}
    there = web.memories()
    web.run("downgrade", "local", "--destroy-fly-app", "--yes")
    assert web.memories() == there
    assert APP not in read_state(web.state)["apps"]
    web.run("downgrade", "local", "--destroy-fly-app", "--yes")


def test_a_rehearsal_changes_nothing(web: Web) -> None:
    web.run("save", "one", "first")
    folder = web.home / ".mnemon"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    web.run(
        "upgrade",
        "web",
        "--app-name",
        APP,
        "--storage",
        "s3",
        "--region",
        "ams",
        "--bucket",
        "not-there-yet",
        "--dry-run",
    )
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {path: after.get(path) for path in before} == before
    assert {path.name for path in set(after) - set(before)} <= {"sync.lock", "sync_state.json"}
    assert read_state(web.state)["apps"] == {}
