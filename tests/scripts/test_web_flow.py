"""A vault goes to the web and comes home again, on the stand-in for Fly and a real S3 wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.fakes.fly.install import read_state, sleep_app, stop_everything
from tests.s3 import serving_s3
from tests.scripts.doomed import SEEDED
from tests.scripts.web_machine import APP, Web

from mnemon_server.vault.meta import write_meta
from mnemon_server.vault.open import open_vault_file
from mnemon_server.vault.transaction import transaction

pytestmark = SEEDED


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
    before_staging = web.app_secrets
    (web.folder / "deploy" / APP / "staged").unlink()
    assert web.upgrade()["secrets"] == "done"
    assert web.app_secrets == before_staging, "nobody has asked for new ones"
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


def test_a_second_machine_does_not_take_the_app_of_the_first(web: Web, tmp_path: Path) -> None:
    web.run("save", "of the first", "first")
    web.upgrade("--region", "ams", "--bucket", web.bucket)
    web.run("save", "over there", "saved on the web")
    laptop = web.beside(tmp_path / "laptop")
    laptop.run("save", "of the laptop", "second")
    state = read_state(web.state)
    for bucket in (web.bucket, web.store.new_bucket()):
        flags = ("--app-name", APP, "--storage", "s3", "--bucket", bucket, "--yes")
        refused = laptop.attempt("upgrade", "web", *flags)
        assert refused.status == 1, refused.stdout + refused.stderr
    assert read_state(web.state) == state
    assert [title for _, _, title, _ in laptop.memories()] == ["of the laptop"]
    assert laptop.remote == ""
    assert {title for _, _, title, _ in web.memories()} == {"of the first", "over there"}


def test_a_machine_that_fell_behind_does_not_go_over_what_another_has_pushed(web: Web, tmp_path: Path) -> None:
    web.run("save", "of the first", "first")
    web.upgrade("--region", "ams", "--bucket", web.bucket)
    web.run("downgrade", "local", "--yes")
    laptop = web.beside(tmp_path / "laptop")
    laptop.environment["MNEMON_S3_BUCKET"] = web.bucket
    laptop.run("sync", "pull")
    laptop.run("save", "of the laptop", "second")
    laptop.run("sync", "push")
    web.run("save", "of the first, later", "third")
    state, head = read_state(web.state), web.store.body(web.bucket, "mnemon/default/manifest.json")
    refused = web.attempt("upgrade", "web", "--app-name", APP, "--yes")
    assert refused.status == 1, refused.stdout + refused.stderr
    assert "unseen by this machine" in refused.stdout
    assert read_state(web.state) == state
    assert web.store.body(web.bucket, "mnemon/default/manifest.json") == head
    assert {title for _, _, title, _ in web.memories()} == {"of the first", "of the first, later"}
    web.run("save", "still open", "the vault here takes writes")


def test_an_app_is_not_destroyed_that_may_have_what_is_not_here(web: Web) -> None:
    web.run("save", "one", "first")
    web.upgrade("--region", "ams", "--bucket", web.bucket)
    web.run("downgrade", "local", "--yes")
    sleep_app(web.state, APP)
    (volume,) = (web.state / "volumes").iterdir()
    with closing(open_vault_file(volume / "default.sqlite").connection) as connection, transaction(connection):
        write_meta(connection, "state", "open")  # as after somebody else's way to the web
    told = json.loads(web.run("downgrade", "local", "--destroy-fly-app", "--yes", "--json", status=1))
    (problem,) = told["problems"]
    assert "is not destroyed: this machine does not surely have all that it has" in problem["message"]
    assert len(web.app["volumes"]) == len(web.app["machines"]) == 1
    assert "one" in web.run("list")
