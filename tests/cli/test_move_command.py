"""`mnemon move` as typed: a code from a vault on the web, a file from one at home."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.installer.machine import Machine, installed_mnemon
from tests.remote_server import TOKEN, serving
from tests.scripts import doomed
from tests.seeded import seeded
from tests.terminal import ENTER, Terminal

from mnemon_installer.cli.main import run
from mnemon_server.portable.bundle_export import export_bundle
from mnemon_server.settings import Settings

PASSPHRASE = "correct horse battery"


class Said:
    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def result(self) -> Any:
        return json.loads(self.out)["result"]


@pytest.fixture
def mnemon(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """One command line in this process, on a machine of its own name, with something on its standard input."""

    def typed(machine: str, *words: str, stdin: str = "") -> Said:
        monkeypatch.setenv("MNEMON_VAULT_DIR", str(tmp_path / machine))
        given = tmp_path / "stdin"
        given.write_text(stdin)
        with given.open() as file:
            monkeypatch.setattr(sys, "stdin", file)
            status = run(list(words))
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return typed


@pytest.fixture
def file(mnemon: Any, tmp_path: Path) -> Path:
    """Of the machine `old`, with two memories and settings, at a cost that a test can pay."""
    for number in range(2):
        assert mnemon("old", "save", f"memory {number}", f"content {number}").status == 0
    config = "search_limit = 3\nprofile_tokens = 900\ns3_profile = 'work'\nmodel_path = '/old/model'\n"
    (tmp_path / "old" / "config.toml").write_text(config)
    path = tmp_path / "vault.mnemon"
    export_bundle(Settings(tmp_path / "old", {"search_limit": 3}), path, PASSPHRASE, cost=2**10)
    return path


def titles(mnemon: Any, machine: str) -> list[str]:
    return [each["title"] for each in mnemon(machine, "list", "--json").result["memories"]]


def test_out_and_in_with_the_settings_that_are_not_set_there(mnemon: Any, file: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir(mode=0o700)
    (new / "config.toml").write_text("# mine\nprofile_tokens = 700\n")
    tried = mnemon("new", "move", "import", str(file), "--passphrase-stdin", "--dry-run", stdin=PASSPHRASE + "\n")
    assert (tried.status, "would be here: the vault of" in tried.out) == (0, True), tried.err
    assert not (new / "default.sqlite").exists()

    came = mnemon("new", "move", "import", str(file), "--passphrase-stdin", stdin=PASSPHRASE + "\n")
    assert came.status == 0, came.err
    assert "settings taken: search_limit" in came.out
    assert "set otherwise here, and left so: profile_tokens" in came.out
    assert "mnemon setup" in came.out
    assert (new / "config.toml").read_text() == "# mine\nprofile_tokens = 700\nsearch_limit = 3\n"
    assert titles(mnemon, "new") == titles(mnemon, "old") == ["memory 1", "memory 0"]

    again = mnemon("new", "move", "import", str(file), "--passphrase-stdin", "--json", stdin=PASSPHRASE).result
    assert (again["outcome"], again["settings"], again["archived"]) == ("unchanged", [], None)
    assert PASSPHRASE not in came.out + came.err


def test_memories_of_its_own_make_room_only_when_that_is_wished(mnemon: Any, file: Path, tmp_path: Path) -> None:
    mnemon("new", "save", "mine", "my own")
    refused = mnemon("new", "move", "import", str(file), "--passphrase-stdin", stdin=PASSPHRASE)
    assert (refused.status, titles(mnemon, "new")) == (2, ["mine"])
    assert "1 of its own; nothing was changed" in refused.err
    assert f"mnemon move import {file} --yes" in refused.err
    came = mnemon("new", "move", "import", str(file), "--passphrase-stdin", "--yes", stdin=PASSPHRASE)
    assert (came.status, titles(mnemon, "new")) == (0, ["memory 1", "memory 0"])
    archived = next((tmp_path / "new" / "archive").glob("pre-move-*.sqlite"))
    assert f"mnemon import vault {archived}" in came.out
    assert mnemon("new", "import", "vault", str(archived)).status == 0
    assert sorted(titles(mnemon, "new")) == ["memory 0", "memory 1", "mine"]


def test_refusals_say_what_to_type(mnemon: Any, file: Path, tmp_path: Path) -> None:
    for words, stdin, status, said in (
        (("import", str(file)), "", 2, "--passphrase-stdin"),
        (("import", str(file), "--passphrase-stdin"), "wrong passphrase\n", 1, "that passphrase does not open it"),
        (("import", "nowhere", "--passphrase-stdin"), PASSPHRASE, 1, "nowhere cannot be read: No such file"),
        (("export", "x"), "", 2, "--passphrase-stdin"),
        (("export", "x", "--passphrase-stdin"), "too short\n", 2, "a passphrase has 12 to 1,024 characters"),
        (("export", "x", "--passphrase-stdin"), PASSPHRASE, 1, "there is no vault at"),
        (("code",), "", 1, "mnemon move export FILE"),
    ):
        done = mnemon("new", "move", *words, stdin=stdin)
        assert (done.status, said in done.err) == (status, True), done.err
    assert not (tmp_path / "new" / "default.sqlite").exists()
    (tmp_path / "new" / "remote_url").write_text("https://mem.example.com\n")
    for words, said in ((("export", "x"), "mnemon move code"), (("import", str(file)), "nothing is imported here")):
        done = mnemon("new", "move", *words, "--passphrase-stdin", stdin=PASSPHRASE)
        assert (done.status, said in done.err) == (1, True), done.err


@pytest.fixture
def machine(home: Path) -> Machine:
    made = Machine(home, installed_mnemon())
    assert made.run("save", "Tea", "Green tea is best at 80 degrees.").returncode == 0
    return made


def typed(machine: Machine, *words: str, stdin: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (str(machine.mnemon), *words),
        env=machine.environment | extra,
        cwd=machine.home,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@seeded
def test_on_a_terminal_a_passphrase_is_made_and_the_file_opens_with_it(machine: Machine, tmp_path: Path) -> None:
    terminal = Terminal((str(machine.mnemon), "move", "export", "vault.mnemon"), machine.environment, machine.home)
    terminal.answer("Enter: one is made for you", ENTER)
    terminal.await_text("use one of them")
    assert terminal.end() == 0
    lines = [line.strip() for line in terminal.screen.text.splitlines()]
    passphrase = lines[lines.index("It opens with this passphrase only, shown this once:") + 1]
    assert len(passphrase) == 29
    new = {"MNEMON_VAULT_DIR": str(tmp_path / "new")}
    assert machine.run("save", "mine", "my own", **new).returncode == 0

    terminal = Terminal(
        (str(machine.mnemon), "move", "import", "vault.mnemon"), machine.environment | new, machine.home
    )
    terminal.answer("Passphrase of vault.mnemon:", passphrase, ENTER)
    terminal.answer("Put it into the archive", ENTER)
    assert "declined: nothing was changed" in terminal.await_text("declined")
    assert terminal.end() == 1
    came = typed(machine, "move", "import", "vault.mnemon", "--passphrase-stdin", "--yes", stdin=passphrase, **new)
    assert came.returncode == 0, came.stderr
    assert "Tea" in machine.run("list", **new).stdout


@seeded
def test_a_code_from_the_old_machine_lets_a_new_one_in(machine: Machine, tmp_path: Path) -> None:
    there = tmp_path / "server"
    there.mkdir()
    with serving(there) as server:
        assert machine.run("setup", "--remote-url", server.url, MNEMON_LOCAL_TOKEN=TOKEN).returncode == 0
        made = machine.run("move", "code")
        assert made.returncode == 0, made.stderr
        assert made.stdout.splitlines()[2:4] == [
            "    pip install mnemon-memory",
            f"    mnemon setup --remote-url {server.url}",
        ]
        path = machine.home / ".mnemon" / "tokens" / "new-machine"
        assert str(path).replace(str(machine.home), "~") in made.stdout
        new = {"MNEMON_VAULT_DIR": str(tmp_path / "new")}
        joined = typed(machine, "setup", "--remote-url", server.url, "--token-stdin", stdin=path.read_text(), **new)
        assert joined.returncode == 0, joined.stderr + joined.stdout
        assert machine.result("move", "code")["result"]["name"] == "new-machine-2"
        shown = Terminal((str(machine.mnemon), "move", "code", "tablet"), machine.environment, machine.home)
        text = shown.await_text("--token-stdin")
        assert (shown.end(), "The code for tablet, shown this once:" in text) == (0, True)


def made_file(machine: Machine) -> Path:
    """At a cost that many runs can pay."""
    path = machine.home / "vault.mnemon"
    export_bundle(Settings(machine.home / ".mnemon"), path, PASSPHRASE, cost=2**10)
    return path


@seeded
@pytest.mark.parametrize(
    "moment", [r"os.rename .*vault\.mnemon$|os.link .*vault\.mnemon", r"os.remove .*vault\.mnemon"]
)
def test_an_export_that_is_killed_leaves_no_half_of_a_file(machine: Machine, moment: str) -> None:
    machine.run("save", "second", "text")
    words = ("move", "export", "vault.mnemon", "--passphrase-stdin")
    killed = doomed_with(machine, moment, *words)
    assert killed.returncode == -9, killed.stderr
    again = typed(machine, *words, "--force", stdin=PASSPHRASE)
    assert again.returncode == 0, again.stderr
    left = [path.name for path in machine.home.iterdir() if path.name.startswith("vault.mnemon")]
    assert left == ["vault.mnemon"]
    assert [path.name for path in (machine.home / ".mnemon").iterdir() if path.name.startswith("sync-work")] == []


@seeded
@pytest.mark.parametrize(
    "moment",
    [
        r"open .*plain\.tar",
        r"open .*making-.*\.part",
        r"os.rename .*pre-move-.*sqlite$",
        r">os.rename .*pre-move-.*sqlite$",
        r"open .*config\.toml",
    ],
)
def test_an_import_that_is_killed_is_the_one_vault_or_the_other(machine: Machine, tmp_path: Path, moment: str) -> None:
    file = made_file(machine)
    (machine.home / ".mnemon" / "config.toml").write_text("search_limit = 3\n")
    export_bundle(Settings(machine.home / ".mnemon"), file, PASSPHRASE, overwrite=True, cost=2**10)
    new = machine.home / "new"
    there = replace(machine, extra={"MNEMON_VAULT_DIR": str(new)})
    assert there.run("save", "mine", "my own").returncode == 0
    words = ("move", "import", "vault.mnemon", "--passphrase-stdin", "--yes")
    killed = doomed_with(there, moment, *words)
    assert killed.returncode == -9, killed.stderr
    titles = [each["title"] for each in there.result("list")["result"]["memories"]]
    assert titles in (["mine"], ["Tea"])
    assert typed(there, *words, stdin=PASSPHRASE).returncode == 0
    assert [each["title"] for each in there.result("list")["result"]["memories"]] == ["Tea"]
    assert (new / "config.toml").read_text() == "search_limit = 3\n"
    archived = [path.name for path in (new / "archive").glob("pre-move-*.sqlite")]
    assert archived, "what was here is in the archive"
    assert not list((new / "archive").glob("*.part"))


def doomed_with(machine: Machine, moment: str, *words: str) -> subprocess.CompletedProcess[str]:
    """`run_doomed` with the passphrase on standard input."""
    line = (sys.executable, "-c", doomed._SCRIPT, moment, str(machine.home.with_name("moments.log")), *words)
    return subprocess.run(
        line,
        env=machine.environment,
        cwd=machine.home,
        input=PASSPHRASE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
