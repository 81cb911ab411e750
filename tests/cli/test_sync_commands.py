"""`mnemon sync` and `mnemon archive` as typed: text, --json, exit statuses, and never a secret."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import JSONFileLoader
from tests.s3 import KEYS, Store, serving_s3

from mnemon_installer.cli.main import run
from mnemon_installer.ui import progress
from mnemon_server import __version__
from mnemon_server.settings import Settings
from mnemon_server.sync.place import place_of
from mnemon_server.sync.shelf import open_shelf

BACKUP = {"sha256", "at", "machine", "memories", "bytes"}
TOKEN = "test-token-of-the-tests"


@dataclass
class Said:
    status: int
    out: str
    err: str

    @property
    def result(self) -> Any:  # Any: JSON
        """Of an envelope that tells of a success."""
        told = json.loads(self.out)
        assert set(told) == {"ok", "result", "problems", "version"}
        assert (self.status, told["ok"], told["version"]) == (0, True, __version__), self.out
        return told["result"]

    @property
    def problem(self) -> dict[str, str]:
        """Of an envelope that tells of a failure."""
        told = json.loads(self.out)
        assert set(told) == {"ok", "result", "problems", "version"}
        assert (told["ok"], told["result"], told["version"]) == (False, None, __version__)
        [problem] = told["problems"]
        assert set(problem) == {"code", "message", "hint"}
        return dict(problem)


Type = Callable[..., Said]


@pytest.fixture
def mnemon(capsys: pytest.CaptureFixture[str]) -> Type:
    """Carry out one command line in this process; whatever it is, it tells no secret and is no bug."""

    def typed(line: str, *words: str) -> Said:
        status = run([*line.split(), *words])
        captured = capsys.readouterr()
        printed = captured.out + captured.err
        assert [secret for secret in (*KEYS.values(), TOKEN) if secret in printed] == []
        assert "Traceback" not in printed
        assert status != 3, printed
        return Said(status, captured.out, captured.err)

    return typed


@pytest.fixture(scope="module")
def s3() -> Iterator[Store]:
    with serving_s3() as store, pytest.MonkeyPatch.context() as patch:
        # Every session of boto3 reads a megabyte of JSON, and here every command line has its own.
        read: Callable[..., Any] = JSONFileLoader.load_file  # Any: botocore has no types
        once = cache(lambda path: read(JSONFileLoader(), path))
        patch.setattr(JSONFileLoader, "load_file", lambda self, path: once(path))
        yield store


@pytest.fixture
def store(s3: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    for name, value in {**s3.environment, "AWS_SESSION_TOKEN": TOKEN}.items():
        monkeypatch.setenv(name, value)
    return s3


@pytest.fixture
def bucket(store: Store, mnemon: Type) -> str:
    name = store.new_bucket()
    assert mnemon(f"config set s3_bucket {name}").out == f"s3_bucket = {name}\n"
    return name


@pytest.fixture
def elsewhere(tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Sit down at another machine with the same bucket, or come back from it."""

    def sit(away: bool) -> None:
        if away:
            monkeypatch.setenv("MNEMON_VAULT_DIR", str(tmp_path / "elsewhere"))
            monkeypatch.setenv("MNEMON_S3_BUCKET", bucket)
        else:
            monkeypatch.delenv("MNEMON_VAULT_DIR")
            monkeypatch.delenv("MNEMON_S3_BUCKET")

    return sit


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def titles(mnemon: Type) -> list[str]:
    return [memory["title"] for memory in mnemon("list --json").result["memories"]]


def test_without_a_bucket_every_command_says_how_to_set_one(mnemon: Type) -> None:
    mnemon("save one two")
    for command in ("push", "pull", "status", "history", "verify", "prune"):
        said = mnemon(f"sync {command}")
        assert (said.status, said.out) == (4, "")
        assert said.err.startswith("mnemon: error: no bucket is set ")
        assert said.err.endswith("\nmnemon: hint: mnemon config set s3_bucket NAME\n")
    as_json = mnemon("sync push --json")
    assert (as_json.status, as_json.problem["code"]) == (4, "no-bucket")


def test_a_backup_from_the_first_push_to_the_restore_drill(mnemon: Type, bucket: str) -> None:
    mnemon("save", "Use SQLite", "We chose SQLite.")
    assert mnemon("sync status").out.splitlines()[1:] == [
        "here       nothing was ever pushed; mnemon sync push",
        "verified   never; mnemon sync verify",
    ]
    assert mnemon("sync history").out == f"{bucket} has no backup of this vault yet; mnemon sync push\n"
    nothing_yet = mnemon("sync pull")
    assert (nothing_yet.status, "mnemon: hint: mnemon sync push" in nothing_yet.err) == (1, True)

    pushed = mnemon("sync push")
    assert re.fullmatch(rf"pushed 1 memory to {bucket}: snapshot [0-9a-f]{{12}}, [\d.,]+ \w+ sent\n", pushed.out)
    assert pushed.err == ""
    again = mnemon("sync push")
    assert again.out.startswith("nothing to send: the bucket has this vault already (snapshot ")
    told = mnemon("sync push --json").result
    assert set(told) == BACKUP | {"outcome", "sent", "replaced", "kept", "conditional", "warnings", "bucket"}
    assert (told["outcome"], told["sent"], told["conditional"], told["warnings"]) == ("unchanged", 0, True, [])

    status = mnemon("sync status --json").result
    assert (status["bucket"], status["standing"], status["verified_backup"]) == (bucket, "same", None)
    assert set(status["head"]) == BACKUP
    history = mnemon("sync history --json").result
    assert (history["total"], len(history["backups"])) == (1, 1)
    assert set(history["backups"][0]) == BACKUP | {"head", "available"}
    assert mnemon("sync history").out.endswith("  newest\n")

    assert mnemon("status --json").result["verified_backup"] is None
    assert mnemon("sync verify").out.startswith("restored and verified: snapshot ")
    verified = mnemon("sync verify --json").result
    assert set(verified) == BACKUP | {"verified_at", "bucket"}
    status = mnemon("status --json").result
    assert status["verified_backup"] == verified["verified_at"]
    assert f"backup     {status['verified_backup']}\n" in mnemon("status").out
    assert "verified   20" in mnemon("sync status").out

    assert mnemon("sync pull").out.startswith("nothing to do: the vault is this backup already (snapshot ")
    assert mnemon("sync prune").out == f"nothing in {bucket} is old enough to be deleted\n"
    pruned = mnemon("sync prune --apply --json").result
    assert pruned == {"applied": True, "snapshots": 0, "bytes": 0, "manifests": 0, "uploads": 0, "bucket": bucket}


def test_two_machines_a_conflict_and_the_way_out_of_it(
    mnemon: Type, home: Path, bucket: str, elsewhere: Callable[[bool], None]
) -> None:
    mnemon("save", "of the desk", "alpha")
    first = mnemon("sync push --json").result
    elsewhere(True)
    mnemon("save", "of the laptop", "beta")
    refused = mnemon("sync push")
    assert (refused.status, refused.out) == (1, "")
    assert refused.err.startswith(f"mnemon: error: the bucket {bucket} has a vault that ")
    assert "mnemon: hint: mnemon sync pull " in refused.err and "mnemon sync push --force" in refused.err
    assert mnemon("sync push --json").problem["code"] == "sync-conflict"
    assert "here       both have something that the other lacks" in mnemon("sync status").out

    forced = mnemon("sync push --force").out.splitlines()
    assert forced[0].startswith(f"pushed 1 memory to {bucket}: snapshot ")
    assert forced[-1] == f"    mnemon sync pull --at {first['sha256'][:12]}"
    elsewhere(False)
    mnemon("save", "of the desk, later", "gamma")
    pulled = mnemon("sync pull").out.splitlines()
    assert pulled[0].startswith(f"pulled from {bucket}: snapshot ")
    assert pulled[1].startswith("the vault before is ~/.mnemon/archive/pre-pull-20")
    assert pulled[2] == "it has 2 memories that the vault now lacks; to bring in what is missing:"
    assert pulled[3].strip().startswith("mnemon import vault ~/.mnemon/archive/pre-pull-20")
    assert titles(mnemon) == ["of the laptop"]

    # What it says can be pasted.
    assert mnemon(pulled[3].strip().removeprefix("mnemon ").replace("~", str(home))).status == 0
    assert sorted(titles(mnemon)) == ["of the desk", "of the desk, later", "of the laptop"]


def test_an_earlier_backup_by_its_hash_or_its_time_and_the_former_vault_from_the_archive(
    mnemon: Type, bucket: str
) -> None:
    pushed = []
    for title in ("one", "two", "three"):
        mnemon("save", title, f"the content of {title}")
        pushed.append(mnemon("sync push --json").result)
    told = mnemon(f"sync pull --at {pushed[0]['sha256'][:12]} --json").result
    assert set(told) == BACKUP | {"outcome", "archived", "only_there", "newer_there", "is_head", "bucket"}
    assert (told["outcome"], told["memories"], told["only_there"], told["is_head"]) == ("pulled", 1, 2, False)
    assert "an earlier backup than the newest" in mnemon("sync status").out
    assert mnemon(f"sync pull --at {pushed[1]['at']}").out.endswith(
        "this is not the newest backup; mnemon sync push makes it that\n"
    )
    assert titles(mnemon) == ["two", "one"]
    assert mnemon("sync history -n 1").out.endswith("and 2 older: mnemon sync history --limit 3\n")

    listed = mnemon("archive list --json").result
    assert set(listed) == {"folder", "bytes", "copies"}
    newest, oldest = listed["copies"]
    assert set(newest) == {"name", "reason", "at", "bytes"}
    assert newest["reason"] == oldest["reason"] == "pre-pull"
    assert mnemon("archive list").out.splitlines()[-1].endswith(" in ~/.mnemon/archive")
    restored = mnemon("archive restore", oldest["name"]).out.splitlines()
    assert restored[0] == f"restored {oldest['name']} with 3 memories"
    assert restored[1].startswith("the vault before is ~/.mnemon/archive/pre-restore-20")
    assert titles(mnemon) == ["three", "two", "one"]
    again = mnemon("archive restore", Path(newest["name"]).stem, "--json").result
    assert (again["restored"], again["memories"], again["only_there"]) == (newest["name"], 1, 2)
    assert len(mnemon("archive list --json").result["copies"]) == 4


def test_what_is_not_there_or_makes_no_sense_is_a_sentence_and_leaves_the_vault(
    mnemon: Type, home: Path, bucket: str
) -> None:
    mnemon("save one two")
    mnemon("sync push")
    before = files(home / ".mnemon")
    for line, status, says in (
        ("sync pull --at soon", 2, "is neither a time nor at least six digits"),
        ("sync pull --at abcdef123456", 1, "no snapshot begins with abcdef123456"),
        ("sync pull --at 2001-01-01", 1, "there is no backup that is as old as 2001-01-01"),
        ("archive restore nothing", 1, "the archive has no copy called 'nothing'"),
    ):
        said = mnemon(line)
        assert (said.status, said.out, says in said.err) == (status, "", True), said.err
        assert "\nmnemon: hint: mnemon " in said.err
        assert mnemon(f"{line} --json").problem["message"] in said.err
    assert mnemon("sync history --limit 0").status == 2
    assert files(home / ".mnemon") == before


def test_wrong_usage_is_exit_2_before_anything_is_looked_at(mnemon: Type, home: Path) -> None:
    for line in (
        "sync nonsense",
        "sync push --at 7d",
        "sync pull --force",
        "sync history --limit many",
        "sync prune 30",
        "archive nonsense",
        "archive list x",
        "archive restore",
    ):
        said = mnemon(line)
        assert (said.status, said.out) == (2, ""), line
        assert f"mnemon: hint: mnemon {line.split()[0]} --help\n" in said.err
    assert mnemon("sync push --at 7d --json").problem["code"] == "usage"
    assert not (home / ".mnemon").exists()


def test_with_the_vault_on_the_web_nothing_is_done_to_the_one_of_this_machine(
    mnemon: Type, home: Path, bucket: str
) -> None:
    mnemon("save one two")
    mnemon("sync push")
    mnemon("save three four")
    mnemon("sync pull")
    folder = home / ".mnemon"
    (folder / "remote_url").write_text("http://127.0.0.1:9")
    before = files(folder)
    [copy] = mnemon("archive list --json").result["copies"]
    for line in ("sync pull", "sync pull --at 7d", f"archive restore {copy['name']}"):
        said = mnemon(line)
        assert (said.status, said.out) == (1, "")
        assert said.err.startswith("mnemon: error: the vault is at http://127.0.0.1:9; nothing is ")
        assert said.err.endswith("mnemon: hint: mnemon setup --local, then again\n")
        assert mnemon(f"{line} --json").problem["code"] == "on-the-web"
    for line in ("sync push", "sync status", "sync history", "sync verify"):  # they ask the server, which is not there
        assert mnemon(line).status in (1, 4)
    assert files(folder) == before


def test_progress_is_talk_and_the_result_stays_alone_on_stdout(
    mnemon: Type, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_WORTH_SHOWING", 0)
    mnemon("save one two")
    pushed = mnemon("sync push --json")
    assert pushed.result["outcome"] == "pushed"
    assert pushed.err.splitlines()[0].startswith("sending: ") and "sending: 100 %" in pushed.err
    assert "\033" not in pushed.err
    assert mnemon("sync verify").err.startswith("receiving: ")
    mnemon("save three four")
    pulled = mnemon("sync pull")
    assert "receiving: 100 %" in pulled.err and "receiving" not in pulled.out


def test_a_store_without_conditional_writes_is_a_warning_and_no_failure(mnemon: Type, bucket: str, home: Path) -> None:
    mnemon("save one two")
    told = json.loads(mnemon("sync push --json").out)
    assert (told["ok"], told["problems"]) == (True, [])
    mnemon("save three four")
    _make_unconditional(home / ".mnemon", bucket)
    said = mnemon("sync push")
    assert (said.status, said.out.startswith("pushed 2 memories")) == (0, True)
    assert said.err.startswith("mnemon: warning: this store ignores conditional writes")
    assert mnemon("sync status").out.splitlines()[-1].startswith("store      ignores conditional writes")


def _make_unconditional(folder: Path, bucket: str) -> None:
    """As the probe finds it at other stores."""
    settings = Settings(folder, bucket_from_environment=bucket)
    shelf = open_shelf(place_of(settings))
    told = json.loads(settings.sync_state_path.read_bytes())
    told["places"][shelf.id]["conditional"] = False
    settings.sync_state_path.write_text(json.dumps(told))
    shelf.close()


def test_groups_alone_explain_themselves(mnemon: Type) -> None:
    for group in ("sync", "archive"):
        said = mnemon(group)
        assert said.status == 0
        assert said.out == mnemon(f"{group} --help").out
        assert "Commands" in said.out


LIGHT = """
import sys
from mnemon_installer.cli.main import run
print(run(sys.argv[1:]), sorted({"boto3", "botocore", "mcp", "fastembed", "pydantic"} & set(sys.modules)))
"""


def test_only_what_talks_to_the_store_pays_for_boto3(home: Path) -> None:
    line = (sys.executable, "-c", LIGHT, "archive", "list", "--json")
    done = subprocess.run(line, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "0 []", done.stderr
