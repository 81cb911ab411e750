"""What in a folder is ours, by name and by what is in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mnemon_installer.facts.belongings import Belongings, find_belongings
from mnemon_installer.plan.receipts import FolderNote, Receipts
from mnemon_installer.world.real import RealWorld
from mnemon_server.auth.administration import token_list
from mnemon_server.auth.sessions import SessionStore
from mnemon_server.auth.store import AuthStore
from mnemon_server.client import connect
from mnemon_server.settings import Settings

MODEL = "models/models--Qdrant--bge-small-en-v1.5-onnx-Q"


@pytest.fixture
def look(world: RealWorld) -> Callable[[Path], Belongings]:
    return lambda folder: find_belongings(world, Settings(folder))


def put(folder: Path, *names: str, text: str = "x") -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def inside(folder: Path, files: tuple[Path, ...]) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in files)


def make_vault(folder: Path) -> None:
    vault = connect(Settings(folder), caller="test")
    vault.call("status")
    vault.close()


def test_an_empty_machine_has_nothing_of_ours(home: Path, look: Callable[[Path], Belongings]) -> None:
    found = look(home / ".mnemon")
    assert (found.files, found.folders, found.strangers) == ((), (), ())


def test_the_vault_goes_after_its_log_and_with_what_was_left_of_making_it(
    home: Path, look: Callable[[Path], Belongings]
) -> None:
    folder = home / ".mnemon"
    make_vault(folder)
    draft = "default.sqlite.new-4711-0a1b2c3d"
    put(folder, "default.sqlite-wal", draft, f"{draft}-wal", "default.sqlite.new-mine", "default.sqlite.bak")
    names = [file.name for file in look(folder).memories]
    assert names == ["default.sqlite-wal", "default.sqlite", draft, f"{draft}-wal"]
    assert inside(folder, look(folder).strangers) == ["default.sqlite.bak", "default.sqlite.new-mine"]


def test_copies_are_ours_by_what_is_in_them(home: Path, look: Callable[[Path], Belongings]) -> None:
    folder = home / ".mnemon"
    make_vault(folder)
    put(folder, "archive/notes.sqlite", "archive/damaged-20260101T000000/default.sqlite", "archive/mine/x")
    (folder / "default.sqlite").rename(folder / "archive" / "pre-schema-1-20260101T000000000000.sqlite")
    found = look(folder)
    assert inside(folder, found.memories) == [
        "archive/damaged-20260101T000000/default.sqlite",
        "archive/pre-schema-1-20260101T000000000000.sqlite",
    ]
    assert found.copies == 2
    assert inside(folder, found.folders) == ["archive/damaged-20260101T000000"]
    assert inside(folder, found.strangers) == ["archive"]


def test_a_model_that_was_fetched_is_ours_with_its_links_and_empty_folders(
    home: Path, look: Callable[[Path], Belongings]
) -> None:
    folder = home / ".mnemon"
    put(folder, f"{MODEL}/blobs/abc", f"{MODEL}/blobs/def.part", f"{MODEL}/refs/main")
    (folder / MODEL / "snapshots" / "1").mkdir(parents=True)
    (folder / MODEL / "snapshots" / "1" / "model.onnx").symlink_to("../../blobs/abc")
    receipt = {"model": "m", "repository": "a/b", "revision": "1", "sizes": {}}
    put(folder, "models/m.json", text=json.dumps(receipt))
    put(folder, "models/models--a--b/blobs/c")
    put(folder, "models/mine.json", text='{"model": "mine"}')
    found = look(folder)
    assert inside(folder, found.models) == [
        "models/m.json",
        "models/models--Qdrant--bge-small-en-v1.5-onnx-Q/blobs/abc",
        "models/models--Qdrant--bge-small-en-v1.5-onnx-Q/blobs/def.part",
        "models/models--Qdrant--bge-small-en-v1.5-onnx-Q/refs/main",
        "models/models--Qdrant--bge-small-en-v1.5-onnx-Q/snapshots/1/model.onnx",
        "models/models--a--b/blobs/c",
    ]
    assert "models" not in inside(folder, found.folders)
    assert f"{MODEL}/snapshots/1" in inside(folder, found.folders)


def test_what_loading_a_model_has_left_is_ours(home: Path, look: Callable[[Path], Belongings]) -> None:
    folder, digest = home / ".mnemon", "0123456789abcdef01234567"
    key = f"{digest}-ort1.32.0-linux-x86_64-extended"
    put(folder, f"models/optimised/{key}-{digest}.onnx", f"models/optimised/.{key}.new")
    put(folder, "models/digests.json", text=json.dumps({"/a/model.onnx": [1, 2, 3, "0" * 64]}))
    assert inside(folder, look(folder).models) == [
        "models/digests.json",
        f"models/optimised/.{key}.new",
        f"models/optimised/{key}-{digest}.onnx",
    ]
    assert inside(folder, look(folder).folders) == [".", "models", "models/optimised"]
    put(folder, "models/optimised/mine.onnx")
    put(folder, "models/digests.json", text='{"mine": "all of it"}')
    assert inside(folder, look(folder).models)[0] == f"models/optimised/.{key}.new"
    assert inside(folder, look(folder).strangers) == ["models"]


def test_settings_logs_copies_and_notes_are_ours_by_name(home: Path, look: Callable[[Path], Belongings]) -> None:
    folder = home / ".mnemon"
    copy = "backups/claude-code-20260101T000000000000-claude.json"
    put(folder, "config.toml", text="# mine\nsearch_limit = 5\n")
    put(
        folder,
        "logs/crash-20260101T000000.log",
        "logs/app.log",
        copy,
        "backups/photos.tar",
        f"backups/.{copy[8:]}.mnemon-00112233",
    )
    put(folder, "ops/setup-local.json", text='{"flow": "setup"}')
    put(folder, "ops/setup.lock", text='{"purpose": "mnemon setup"}')
    put(folder, "ops/uninstall.lock", text="")
    put(folder, "ops/receipts.json", text='{"format": 1}')
    put(folder, "ops/doctor-local.json", text="[]")
    found = look(folder)
    assert inside(folder, found.papers) == [
        f"backups/.{copy[8:]}.mnemon-00112233", copy, "config.toml", "logs/crash-20260101T000000.log",
    ]  # fmt: skip
    records = ["ops/receipts.json", "ops/setup-local.json", "ops/setup.lock", "ops/uninstall.lock"]
    assert inside(folder, found.records) == records
    assert found.records[-1].name == "receipts.json"
    assert found.folders == ()


def test_what_is_behind_a_link_is_not_ours(home: Path, look: Callable[[Path], Belongings]) -> None:
    folder = home / ".mnemon"
    make_vault(home / "elsewhere")
    folder.mkdir()
    (folder / "default.sqlite").symlink_to(home / "elsewhere" / "default.sqlite")
    (folder / "archive").symlink_to(home / "elsewhere")
    (folder / "logs").symlink_to(home / "elsewhere")
    found = look(folder)
    assert found.files == ()
    assert inside(folder, found.strangers) == ["archive", "default.sqlite", "logs"]


def test_in_somebody_elses_folder_only_what_we_made_is_ours(
    world: RealWorld, home: Path, look: Callable[[Path], Belongings]
) -> None:
    folder = home / "Documents"
    make_vault(folder)
    for name in ("archive", "ops", "logs"):
        (folder / name).mkdir()
    assert look(folder).folders == ()  # nobody has noted anything, and they are open to others
    (folder / "ops").chmod(0o700)
    assert inside(folder, look(folder).folders) == ["ops"]
    Receipts(world, folder / "ops").keep_folder(FolderNote(made=False, found=("archive", "ops")))
    assert inside(folder, look(folder).folders) == ["logs"]


def test_a_folder_that_we_made_is_ours_wherever_it_is(
    world: RealWorld, home: Path, look: Callable[[Path], Belongings]
) -> None:
    folder = home / "memories"
    Receipts(world, folder / "ops").keep_folder(FolderNote(made=True))
    assert look(folder).folders == (folder / "ops", folder)
    put(folder, "theirs")
    assert look(folder).folders == (folder / "ops",)


WEB = {
    "remote_url": "https://mem.example.com\n",
    "local_token": "a-token-of-the-tests-0123456789\nhttps://mem.example.com\n",
    "tokens/phone": "mnemon_d_0123456789012345678901234567890123456789abc\n",
}


def test_what_a_vault_on_the_web_leaves_is_ours_in_any_folder(home: Path, look: Callable[[Path], Belongings]) -> None:
    for folder in (home / ".mnemon", home / "elsewhere"):
        for name, text in WEB.items():
            put(folder, name, text=text)
        make_databases(folder)
        names = inside(folder, look(folder).papers)
        assert set(names) >= {*WEB, "oauth.sqlite", "mcp_sessions.sqlite"}


def test_files_of_the_same_names_that_are_somebody_elses_stay(home: Path, look: Callable[[Path], Belongings]) -> None:
    put(
        home / "elsewhere",
        "remote_url",
        "local_token",
        "owner_passphrase",
        "oauth.sqlite",
        "tokens/mine",
        text="my own\n",
    )
    assert look(home / "elsewhere").papers == ()
    put(home / ".mnemon", "owner_passphrase", "local_token", text="my own\n")
    assert inside(home / ".mnemon", look(home / ".mnemon").papers) == ["local_token", "owner_passphrase"]


def make_databases(folder: Path) -> None:
    store = AuthStore(folder / "oauth.sqlite")
    token_list(store)
    store.close()
    sessions = SessionStore(folder / "mcp_sessions.sqlite", lambda: 0.0)
    sessions.count()
    sessions.close()


APP = "deploy/my-mnemon"
FLY_TOML = 'app = "my-mnemon"\n[env]\n  MNEMON_VAULT_NAME = "default"\n'
OF_THE_APP = {
    f"{APP}/fly.toml": FLY_TOML,
    f"{APP}/Dockerfile": "FROM python",
    f"{APP}/.dockerignore": "*",
    f"{APP}/mnemon_memory-0.8.0+g0123456789ab-py3-none-any.whl": "x",
    f"{APP}/token": "mnemon_w_0123456789012345678901234567890123456789abc\n",
    f"{APP}/.token.mnemon-00112233": "half",
    f"{APP}/token.next": "x",
    f"{APP}/passphrase_hash": "scrypt",
    f"{APP}/owner_passphrase.next": "x",
    f"{APP}/staged": "x",
    f"{APP}/deployed": "x",
    f"{APP}/deploy.log": "x",
    f"{APP}/role_arn": "x",
    f"{APP}/storage": "s3",
    f"{APP}/storage_created": "x",
    f"{APP}/lease_here": "x",
    f"{APP}/lease_there": "x",
    "owner_passphrase": "one two three\n",
    "storage_keys": json.dumps(dict.fromkeys(("bucket", "endpoint", "region", "key_id", "secret"), "x")),
    "local_token.next": "mnemon_d_0123456789012345678901234567890123456789abc\nlaptop\n",
    "pulumi/passphrase": "",
    "pulumi/last-run.log": "x",
    "pulumi/begun.json": "[]",
    "pulumi/project/Pulumi.yaml": "runtime: python\nname: mnemon\n",
    "pulumi/.pulumi/stacks/mnemon/my-mnemon.json": "{}",
    "pulumi/home/plugins/resource-aws/x": "x",
    "pulumi/cli/bin/pulumi": "x",
}


def test_what_the_way_to_the_web_leaves_is_ours_in_any_folder(home: Path, look: Callable[[Path], Belongings]) -> None:
    for folder in (home / ".mnemon", home / "elsewhere"):
        for name, text in OF_THE_APP.items():
            put(folder, name, text=text)
        (folder / "pulumi" / "cli" / "latest").symlink_to("bin")
        names = [str(file.relative_to(folder)) for file in look(folder).papers]
        assert sorted(names) == sorted([*OF_THE_APP, "pulumi/cli/latest"])
        of_the_app = [name for name in names if name.startswith(APP)]
        assert of_the_app[-2:] == [f"{APP}/token", f"{APP}/fly.toml"], "by these the folder is known"
        assert names.index("owner_passphrase") < names.index(f"{APP}/passphrase_hash")
    assert set(inside(home / ".mnemon", look(home / ".mnemon").folders)) >= {APP, "deploy", "pulumi/home/plugins"}


def test_journals_of_the_web_are_ours_whatever_the_app_is_called(
    home: Path, look: Callable[[Path], Belongings]
) -> None:
    folder = home / ".mnemon"
    for name in ("upgrade-my-mnemon", "downgrade-my-mnemon", "rotate-local"):
        put(folder, f"ops/{name}.json", text='{"flow": "x"}')
    put(folder, "ops/upgrade.lock", text='{"purpose": "mnemon upgrade"}')
    put(folder, "ops/.upgrade-my-mnemon.json.mnemon-00112233", "ops/upgrade-notes.txt")
    assert len(look(folder).records) == 5
    assert inside(folder, look(folder).strangers) == ["ops"]


def test_what_stands_beside_an_app_and_was_not_made_by_us_stays(home: Path, look: Callable[[Path], Belongings]) -> None:
    folder = home / ".mnemon"
    put(folder, f"{APP}/fly.toml", text=FLY_TOML)
    put(
        folder, f"{APP}/fly.toml.bak", f"{APP}/notes/token", "deploy/My Site/token", "pulumi/mine.yaml", "storage_keys2"
    )
    (folder / APP / "staged").symlink_to("fly.toml")
    found = look(folder)
    assert inside(folder, found.papers) == [f"{APP}/fly.toml"]
    assert inside(folder, found.strangers) == ["deploy", "pulumi", "storage_keys2"]
    assert found.folders == ()


@pytest.mark.parametrize("app", ["another", "my-mnemon"])
def test_somebody_elses_app_at_fly_is_not_ours(home: Path, look: Callable[[Path], Belongings], app: str) -> None:
    folder = home / "elsewhere"
    put(folder, f"{APP}/fly.toml", text=f'app = "{app}"\n[env]\n  SITE = "x"\n')
    put(folder, f"{APP}/Dockerfile", f"{APP}/.dockerignore", f"{APP}/token", "owner_passphrase", "storage_keys")
    put(folder, "pulumi/project/Pulumi.yaml", text="name: shop\n")
    put(folder, "pulumi/home/credentials.json", "local_token.next")
    assert look(folder).files == ()


def test_an_app_folder_of_somebody_else_in_our_own_folder_stays(home: Path, look: Callable[[Path], Belongings]) -> None:
    folder = home / ".mnemon" / "deploy" / "blog"
    folder.mkdir(parents=True)
    (folder / "fly.toml").write_text('app = "somebody-elses"\n')
    (folder / "Dockerfile").write_text("FROM scratch\n")
    found = look(home / ".mnemon")
    assert not [path for path in found.papers if folder in path.parents]
