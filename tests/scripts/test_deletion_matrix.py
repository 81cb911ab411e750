"""What each command does to the vault here, to Fly's volume and to the bucket: every cell of the deletion matrix, on
what is really there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from tests.fakes.fly.install import read_state, sleep_app, stop_everything
from tests.s3 import serving_s3
from tests.scripts.doomed import SEEDED
from tests.scripts.web_machine import APP, Web

pytestmark = SEEDED

START = ["one", "two"]
THERE = ["one", "there", "two"]
LAST = ["last", *THERE]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """With the states `start` (a vault here, nothing else), `web` (it went there, and got one memory more), and `home`
    (it came back, and the app runs on)."""
    with serving_s3() as store:
        web = Web(tmp_path_factory.mktemp("matrix"), store)
        try:
            for title in START:
                web.run("save", title, f"content of {title}")
            web.keep("start")
            web.upgrade("--region", "ams", "--bucket", web.bucket)
            web.run("save", "there", "saved on the web")
            web.keep("web")
            web.run("downgrade", "local", "--yes")
            web.keep("home")
            yield web
        finally:
            stop_everything(web.state)


def titles(vault: Path) -> list[str]:
    """What is in a vault's file, whoever may write to it; empty where there is none."""
    if not vault.exists():
        return []
    with closing(apsw.Connection(str(vault))) as connection:
        return sorted(str(title) for (title,) in connection.execute("SELECT title FROM memories"))


def archived(web: Web) -> list[tuple[str, list[str]]]:
    """Former vaults of this machine, by why they were put away, and what is in them."""
    files = sorted((web.folder / "archive").glob("*.sqlite"))
    return [("-".join(file.name.split("-")[:2]), titles(file)) for file in files]


def volumes(web: Web) -> dict[str, str]:
    """Every file of every volume at Fly, with a hash of its bytes, while nobody writes to them."""
    for app in read_state(web.state)["apps"]:
        sleep_app(web.state, app)
    return hashes(web.state / "volumes")


def hashes(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def vaults(found: dict[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in found.items() if name.endswith("default.sqlite")}


def volume_vault(web: Web) -> Path:
    (file,) = (web.state / "volumes").glob("*/default.sqlite")
    return file


def objects(web: Web) -> dict[str, str]:
    keys = web.store.keys(web.bucket)
    return {key: hashlib.sha256(web.store.body(web.bucket, key)).hexdigest() for key in keys}


def nothing_went(before: dict[str, str], after: dict[str, str]) -> bool:
    """The manifest is a new one after a push; every snapshot is still there, byte for byte."""
    return all(after.get(key) == digest for key, digest in before.items() if "snapshots" in key)


def test_uninstall_with_the_vault_at_home(stage: Web) -> None:
    stage.back_to("home")
    there, kept = volumes(stage), objects(stage)
    said = stage.run("uninstall", "--yes")
    assert not stage.folder.exists(), "the vault, its copies and all that the way to the web has left"
    assert (volumes(stage), objects(stage)) == (there, kept)
    assert "delete 3 memories" in said
    assert "A backup elsewhere was verified on" in said
    assert f"fly apps destroy {APP}" in said
    assert f"the copies in S3 in the bucket {stage.bucket}: uninstall never touches them" in said
    again = stage.run("uninstall", "--yes")
    assert "Nothing to do" in again


def test_uninstall_that_keeps_the_vault_at_home(stage: Web) -> None:
    stage.back_to("home")
    register(stage)
    before, there, kept = hashes(stage.folder), volumes(stage), objects(stage)
    said = stage.run("uninstall", "--keep-vault", "--yes")
    assert "The vault stays: 3 memories in ~/.mnemon/default.sqlite" in said
    assert titles(stage.vault) == THERE
    after = hashes(stage.folder)
    assert {name for name in before if after.get(name) != before[name]} <= {"default.sqlite-wal", "default.sqlite-shm"}
    assert (volumes(stage), objects(stage)) == (there, kept)


def test_uninstall_with_the_vault_on_the_web(stage: Web) -> None:
    stage.back_to("web")
    there, kept, secrets = volumes(stage), objects(stage), stage.secrets()
    said = stage.run("uninstall", "--yes")
    assert not stage.folder.exists()
    assert f"The vault stays at {stage.url} with 3 memories." in said
    assert "~/.mnemon/owner_passphrase" in said
    assert f"mnemon token rotate --app-name {APP}" in said
    assert f"fly apps destroy {APP}" not in said
    assert [secret for secret in secrets if secret in said] == []
    assert vaults(volumes(stage)) == vaults(there)
    assert objects(stage) == kept
    assert titles(volume_vault(stage)) == THERE
    # The login at Fly is a way back in, for a machine that has nothing else.
    stage.run("token", "rotate", "--app-name", APP, "--yes")
    joined = stage.attempt("setup", "--remote-url", stage.url, "--no-model", "--yes", "--json")
    assert joined.status == 0, joined.stdout + joined.stderr
    assert [title for _, _, title, _ in stage.memories()] == ["one", "two", "there"]


def test_uninstall_that_keeps_the_vault_on_the_web_keeps_the_way_to_it(stage: Web) -> None:
    stage.back_to("web")
    register(stage)
    there, kept = volumes(stage), objects(stage)
    said = stage.run("uninstall", "--keep-vault", "--yes")
    assert f"The vault stays at {stage.url} with 3 memories." in said
    assert "this machine's token" in said
    assert stage.remote == stage.url
    assert [title for _, _, title, _ in stage.memories()] == ["one", "two", "there"]
    assert vaults(volumes(stage)) == vaults(there)
    assert objects(stage) == kept


def test_uninstall_while_the_server_does_not_answer(stage: Web) -> None:
    stage.back_to("web")
    stop_everything(stage.state)
    kept, there = objects(stage), hashes(stage.state / "volumes")
    said = stage.run("uninstall", "--yes")
    assert f"The vault stays at {stage.url} (which does not say just now how many memories it has)." in said
    assert not stage.folder.exists()
    assert (hashes(stage.state / "volumes"), objects(stage)) == (there, kept)


def test_downgrade_local(stage: Web) -> None:
    stage.back_to("web")
    in_the_way(stage)
    there, kept = volumes(stage), objects(stage)
    stage.run("save", "last", "saved on the web, and not in the bucket yet")
    stage.run("downgrade", "local", "--yes")
    assert titles(stage.vault) == LAST, "replaced with what Fly has"
    assert len(archived(stage)) == 2
    assert ("pre-pull", START) in archived(stage), "the old one was archived"
    assert set(vaults(volumes(stage))) == set(vaults(there))
    assert titles(volume_vault(stage)) == LAST
    assert stage.state_there().startswith("moved:"), "it runs on, and takes no writes"
    assert "runs on, read-only, and costs money" in stage.run("doctor", "deployment")
    after = objects(stage)
    assert nothing_went(kept, after)
    assert set(after) > set(kept), "the server's last push"


def test_downgrade_local_and_destroy(stage: Web) -> None:
    stage.back_to("web")
    in_the_way(stage)
    kept = objects(stage)
    stage.run("save", "last", "saved on the web, and not in the bucket yet")
    stage.run("downgrade", "local", "--destroy-fly-app", "--yes")
    assert titles(stage.vault) == LAST
    assert ("pre-pull", START) in archived(stage)
    assert read_state(stage.state)["apps"] == {}
    assert list((stage.state / "volumes").iterdir()) == []
    after = objects(stage)
    assert nothing_went(kept, after)
    assert set(after) > set(kept), "the server's last push"


def test_upgrade_web(stage: Web) -> None:
    stage.back_to("start")
    assert volumes(stage) == {}
    assert objects(stage) == {}
    stage.upgrade("--region", "ams", "--bucket", stage.bucket)
    assert not stage.vault.exists()
    assert archived(stage) == [("pre-web", START)]
    volumes(stage)
    assert titles(volume_vault(stage)) == START
    assert [key for key in objects(stage) if "snapshots" in key]
    assert [key for key in objects(stage) if key.endswith("manifest.json")]
    assert "as deployed from here" in stage.run("doctor", "deployment")


def test_sync_push_and_pull(stage: Web) -> None:
    stage.back_to("home")
    stage.run("save", "later", "saved at home")
    there, kept = volumes(stage), objects(stage)
    stage.run("sync", "push")
    assert titles(stage.vault) == sorted([*THERE, "later"]), "read"
    former, after = archived(stage), objects(stage)
    assert nothing_went(kept, after)
    assert set(after) > set(kept), "written"
    stage.run("save", "latest", "saved at home, and not sent")
    stage.run("sync", "pull")
    assert titles(stage.vault) == sorted([*THERE, "later"]), "replaced"
    (added,) = [each for each in archived(stage) if each not in former]
    assert added == ("pre-pull", sorted([*THERE, "later", "latest"])), "the old one was archived"
    assert objects(stage) == after, "read"
    assert volumes(stage) == there, "no sync has to do with Fly"


def register(web: Web) -> None:
    """A client that knows us, so that there is something to do."""
    (web.home / ".claude.json").write_text('{"mcpServers": {"mnemon": {"command": "/old/mnemon", "args": ["serve"]}}}')


def in_the_way(web: Web) -> None:
    """A vault of this machine's, which a downgrade finds in the place of the one that comes."""
    (former,) = (web.folder / "archive").glob("pre-web-*.sqlite")
    web.vault.write_bytes(former.read_bytes())
    web.vault.chmod(0o600)
