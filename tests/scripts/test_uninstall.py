"""`mnemon uninstall` as a user meets it: a real process, a fake home, files before and after."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.installer.machine import Machine, installed_mnemon
from tests.scripts.doomed import SEEDED
from tests.scripts.stage import Stage, make_stage, succeeds
from tests.seeded import seeded

BEFORE = """{
  // mine
  "mcpServers": {
    "other": {"command": "x", "env": {"KEY": "hush"}} // a comment
  },
  "theme": "dark"
}
"""
LISTS_CONNECTORS = """#!/bin/sh
[ "$2" = list ] || exit 1
echo "Checking MCP server health…"
echo "claude.ai Notes: https://example.org/mcp - ✔ Connected"
echo "other: x - ✘ Failed to connect"
"""


@pytest.fixture
def machine(home: Path) -> Machine:
    return Machine(home, installed_mnemon())


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """With Claude Code's file as BEFORE, set up by our own edit, and two memories in the vault."""
    made = make_stage(tmp_path_factory)
    made.machine.claude_file.write_text(BEFORE)
    succeeds(made.machine, "setup", "claude-code", "--no-model")
    succeeds(made.machine, "save", "One", "the first memory")
    succeeds(made.machine, "save", "Two", "the second memory")
    made.keep("set up")
    return made


@pytest.fixture
def set_up(stage: Stage) -> Machine:
    return stage.back_to("set up")


def test_setup_setup_uninstall_gives_back_every_byte_and_takes_all_of_ours(set_up: Machine) -> None:
    succeeds(set_up, "setup", "claude-code", "--no-model")
    said = succeeds(set_up, "uninstall", "--yes")
    assert set_up.claude_file.read_text() == BEFORE
    assert [path.name for path in set_up.home.iterdir()] == [".claude.json"]
    assert "delete 2 memories: ~/.mnemon/default.sqlite" in said
    assert "no verified copy exists anywhere else" in said
    assert "mnemon export jsonl memories.jsonl" in said
    assert "restored, byte for byte" in said
    assert "Restart Claude Code" in said
    assert "pip uninstall mnemon-memory" in said
    assert "hush" not in said

    before = set_up.contents()
    assert "Nothing to do" in succeeds(set_up, "uninstall", "--yes")
    assert "Nothing to do" in succeeds(set_up, "uninstall")
    assert set_up.contents() == before


def test_what_the_user_has_changed_since_setup_stays(set_up: Machine) -> None:
    text = set_up.claude_file.read_text()
    set_up.claude_file.write_text(text.replace('"dark"', '"light" // since then'))
    said = succeeds(set_up, "uninstall", "--yes")
    assert set_up.claude_file.read_text() == BEFORE.replace('"dark"', '"light" // since then')
    assert "removed; the file has changed since setup, and the rest of it stays" in said


def test_of_a_file_that_claude_has_written_since_only_our_entry_goes(machine: Machine) -> None:
    machine.install_fake_claude()
    machine.claude_file.write_text('{\n    "theme": "dark"\n}\n')
    succeeds(machine, "setup", "claude-code", "--no-model")
    claude = str(machine.home / "bin" / "claude")
    machine.start((claude, "mcp", "add", "--scope", "user", "since", "--", "y"))
    succeeds(machine, "uninstall", "--yes")
    since = {"type": "stdio", "command": "y", "args": [], "env": {}}
    assert json.loads(machine.claude_file.read_text()) == {"theme": "dark", "mcpServers": {"since": since}}


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(None, marks=SEEDED),
        pytest.param('{"a": 1}', marks=SEEDED),
        '{"mcpServers": {"other": {"command": "x"}}}',
    ],
)
def test_what_claude_itself_has_registered_is_undone_to_the_last_byte(machine: Machine, before: str | None) -> None:
    machine.install_fake_claude()
    if before is not None:
        machine.claude_file.write_text(before)
    succeeds(machine, "setup", "claude-code", "--no-model")
    succeeds(machine, "uninstall", "--yes")
    assert (machine.claude_file.read_text() if machine.claude_file.exists() else None) == before


def test_without_receipts_our_entries_are_found_all_the_same(set_up: Machine) -> None:
    shutil.rmtree(set_up.home / ".mnemon" / "ops")
    shutil.rmtree(set_up.home / ".mnemon" / "backups")
    succeeds(set_up, "uninstall", "--yes")
    assert set_up.claude_file.read_text() == BEFORE
    assert not (set_up.home / ".mnemon").exists()


def test_with_the_vault_gone_by_hand_the_clients_are_cleaned(set_up: Machine) -> None:
    shutil.rmtree(set_up.home / ".mnemon")
    succeeds(set_up, "uninstall", "--yes")
    assert set_up.claude_file.read_text() == BEFORE
    assert not (set_up.home / ".mnemon").exists()


@seeded
@pytest.mark.parametrize("touched", [False, True])
def test_a_foreign_entry_that_setup_replaced_comes_back(machine: Machine, touched: bool) -> None:
    foreign = '{"mcpServers": {"mnemon": {"command": "npx", "env": {"KEY": "hush"}}}, "n": 1}'
    machine.claude_file.write_text(foreign)
    succeeds(machine, "setup", "claude-code", "--no-model", "--replace-foreign")
    if touched:
        machine.claude_file.write_text(machine.claude_file.read_text().replace('"n": 1', '"n": 2'))
    said = succeeds(machine, "uninstall", "--yes")
    assert machine.claude_file.read_text() == foreign.replace('"n": 1', '"n": 2' if touched else '"n": 1')
    assert "hush" not in said


def test_a_foreign_entry_stays_and_is_named(machine: Machine) -> None:
    foreign = '{"mcpServers": {"mnemon": {"command": "npx"}}}'
    machine.claude_file.write_text(foreign)
    assert machine.run("setup", "claude-code", "--no-model").returncode == 1
    said = succeeds(machine, "uninstall", "--yes")
    assert machine.claude_file.read_text() == foreign
    assert "the server called mnemon in ~/.claude.json: it is not this one" in said
    assert not (machine.home / ".mnemon").exists()


def test_the_vault_stays_when_it_is_wished(set_up: Machine) -> None:
    said = succeeds(set_up, "uninstall", "--keep-vault", "--yes")
    assert set_up.claude_file.read_text() == BEFORE
    assert "The vault stays: 2 memories in ~/.mnemon/default.sqlite" in said
    assert len(set_up.result("list")["result"]["memories"]) == 2
    before = set_up.contents()
    assert "Nothing to do" in succeeds(set_up, "uninstall", "--keep-vault", "--yes")
    assert set_up.contents() == before


@seeded
def test_a_vault_that_stayed_is_set_up_again_and_goes(set_up: Machine) -> None:
    succeeds(set_up, "uninstall", "--keep-vault", "--yes")
    succeeds(set_up, "setup", "claude-code", "--no-model")
    succeeds(set_up, "uninstall", "--yes")
    assert [path.name for path in set_up.home.iterdir()] == [".claude.json"]


def test_a_dry_run_shows_and_changes_nothing(set_up: Machine) -> None:
    before = set_up.contents()
    said = succeeds(set_up, "uninstall", "--dry-run")
    assert '-      "command": "' in said
    assert "This was a dry run: nothing was changed." in said
    assert set_up.contents() == before
    told = set_up.result("uninstall", "--dry-run")
    assert {step["outcome"] for step in told["result"]["steps"]} == {"planned"}
    assert told["result"]["vault"]["memories"] == 2
    assert set_up.contents() == before


def test_nobody_to_ask_is_wrong_usage(set_up: Machine) -> None:
    before = set_up.contents()
    for words in (("uninstall",), ("uninstall", "--keep-vault"), ("uninstall", "--json")):
        done = set_up.run(*words)
        assert done.returncode == 2
        assert "mnemon uninstall --yes" in done.stderr
    assert set_up.contents() == before


def test_json_says_what_went_and_what_is_left(set_up: Machine) -> None:
    told = set_up.result("uninstall", "--yes")
    assert told["ok"] is True
    assert [(step["key"], step["outcome"]) for step in told["result"]["steps"]] == [
        ("claude-code.hooks", "done"),
        ("claude-code.entry", "done"),
        ("memories", "done"),
        ("papers", "done"),
    ]
    assert told["result"]["vault"]["memories"] == 2
    assert told["result"]["vault"]["verified_copy"] is None
    assert [each["command"] for each in told["result"]["left"]] == ["pip uninstall mnemon-memory"]
    assert set_up.result("uninstall")["result"]["nothing_to_do"] is True


def test_connectors_of_claude_ai_are_for_the_user_to_remove(set_up: Machine) -> None:
    program = set_up.home / "bin" / "claude"
    program.parent.mkdir()
    program.write_text(LISTS_CONNECTORS)
    program.chmod(0o755)
    said = succeeds(set_up, "uninstall", "--yes")
    assert "⚠ REQUIRED  connectors of your claude.ai account (claude.ai Notes)" in said
    assert "https://claude.ai/settings/connectors" in said
    assert set_up.claude_file.read_text() == BEFORE  # though this claude refuses everything else


def test_a_client_that_cannot_be_cleaned_keeps_the_vault_and_stops_no_other(set_up: Machine) -> None:
    broken = set_up.home / ".cursor" / "mcp.json"
    broken.parent.mkdir()
    broken.write_text('{\n  "mcpServers": {\n    "mnemon": ')
    done = set_up.run("uninstall", "--yes")
    assert done.returncode == 1
    assert "line 3, column 15: the text ends here" in done.stdout
    assert "Not done: Cursor, vault, the rest." in done.stdout
    assert broken.read_text() == '{\n  "mcpServers": {\n    "mnemon": '
    assert set_up.claude_file.read_text() == BEFORE
    assert len(set_up.result("list")["result"]["memories"]) == 2
    broken.write_text("{}")
    succeeds(set_up, "uninstall", "--yes")
    assert sorted(path.name for path in set_up.home.iterdir()) == [".claude.json", ".cursor"]


def test_a_broken_file_that_never_knew_us_is_no_obstacle(set_up: Machine) -> None:
    broken = set_up.home / ".cursor" / "mcp.json"
    broken.parent.mkdir()
    broken.write_text('{\n  "mcpServers": {\n    "x": ')
    succeeds(set_up, "uninstall", "--yes")
    assert broken.read_text() == '{\n  "mcpServers": {\n    "x": '


@seeded
def test_a_link_stays_a_link_and_a_mode_stays_a_mode(machine: Machine) -> None:
    target = machine.home / "dotfiles" / "claude.json"
    target.parent.mkdir()
    target.write_text(BEFORE)
    target.chmod(0o644)
    machine.claude_file.symlink_to(target)
    succeeds(machine, "setup", "claude-code", "--no-model")
    succeeds(machine, "uninstall", "--yes")
    assert machine.claude_file.is_symlink()
    assert target.read_text() == BEFORE
    assert stat.S_IMODE(target.stat().st_mode) == 0o644


def test_a_read_only_file_is_left_with_the_command_that_unlocks_it(set_up: Machine) -> None:
    set_up.claude_file.chmod(0o444)
    before = set_up.claude_file.read_bytes()
    done = set_up.run("uninstall", "--yes")
    assert done.returncode == 1
    assert "~/.claude.json is read-only" in done.stdout
    assert "chmod u+w ~/.claude.json" in done.stdout
    assert set_up.claude_file.read_bytes() == before


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_folder_that_we_were_pointed_at_keeps_everything_of_the_users(machine: Machine) -> None:
    documents = machine.home / "Documents"
    for name in (
        "letter.txt", "archive/2019.zip", "archive/old.sqlite", "models/plane.stl", "models/models--me--mine/blobs/a",
        "logs/app.log", "backups/photos.tar", "ops/notes.json", "run/5k.gpx", "default.sqlite-notes", "config.yaml",
        "deploy/site/index.html", ".hidden", "empty.sqlite", "claude-code/2024-notes.md",
    ):  # fmt: skip
        (documents / name).parent.mkdir(parents=True, exist_ok=True)
        (documents / name).write_text(f"the user's {name}")
    (documents / "empty" / "deeper").mkdir(parents=True)
    sqlite3.connect(documents / "archive" / "photos.sqlite").execute("CREATE TABLE photos (x)").connection.close()
    before, folders = files_of(documents), sorted(each for each in documents.rglob("*") if each.is_dir())
    where = {"MNEMON_VAULT_DIR": str(documents)}
    succeeds(machine, "setup", "claude-code", "--no-model", **where)
    succeeds(machine, "save", "A", "b", **where)
    said = succeeds(machine, "uninstall", "--yes", **where)
    assert files_of(documents) == before
    assert sorted(each for each in documents.rglob("*") if each.is_dir()) == folders
    assert "letter.txt" in said or "Documents" in said
    assert "Nothing to do" in succeeds(machine, "uninstall", "--yes", **where)
    assert files_of(documents) == before


@pytest.mark.parametrize("was_there", [False, pytest.param(True, marks=SEEDED)])
def test_only_a_folder_of_our_making_is_removed(machine: Machine, was_there: bool) -> None:
    folder = machine.home / "memories"
    if was_there:
        folder.mkdir()
    succeeds(machine, "setup", "--no-model", MNEMON_VAULT_DIR=str(folder))
    succeeds(machine, "uninstall", "--yes", MNEMON_VAULT_DIR=str(folder))
    assert folder.exists() == was_there
    assert not was_there or list(folder.iterdir()) == []


def test_files_that_we_do_not_know_stay_in_our_own_folder_and_are_named(set_up: Machine) -> None:
    folder = set_up.home / ".mnemon"
    (folder / "notes.txt").write_text("mine")
    (folder / "archive").mkdir()
    (folder / "archive" / "mine.sqlite").write_text("mine")
    said = succeeds(set_up, "uninstall", "--yes")
    assert files_of(folder) == {"notes.txt": b"mine", "archive/mine.sqlite": b"mine"}
    assert "~/.mnemon with archive, notes.txt: mnemon did not make that" in said
    assert "Nothing to do" in succeeds(set_up, "uninstall", "--yes")


@pytest.mark.parametrize("kind", ["text", "sqlite", "earlier"])
def test_what_is_no_vault_of_ours_is_not_deleted(machine: Machine, kind: str) -> None:
    vault = machine.home / ".mnemon" / "default.sqlite"
    vault.parent.mkdir()
    if kind == "text":
        vault.write_text("not a vault")
    elif kind == "sqlite":
        sqlite3.connect(vault).execute("CREATE TABLE t (x)").connection.close()
    else:
        shutil.copy(Path(__file__).parents[1] / "fixtures" / "vault-0.7.9.sqlite", vault)
    before = vault.read_bytes()
    machine.claude_file.write_text('{"mcpServers": {"mnemon": {"command": "/old/mnemon", "args": ["serve"]}}}')
    said = succeeds(machine, "uninstall", "--yes")
    assert vault.read_bytes() == before
    assert "default.sqlite: mnemon did not make that" in said
    assert machine.claude_file.read_text() == '{"mcpServers": {}}'


def test_a_vault_that_cannot_be_counted_says_so(set_up: Machine) -> None:
    vault = set_up.home / ".mnemon" / "default.sqlite"
    vault.write_bytes(vault.read_bytes()[:100] + b"\xff" * 5000)
    said = succeeds(set_up, "uninstall", "--dry-run")
    assert "delete an unknown number of memories (" in said
    succeeds(set_up, "uninstall", "--yes")
    assert not vault.exists()


def test_settings_that_cannot_be_read_are_no_reason_to_stay(set_up: Machine) -> None:
    config = set_up.home / ".mnemon" / "config.toml"
    config.write_text("colour = 'red'\n")
    said = succeeds(set_up, "uninstall", "--yes")
    assert set_up.claude_file.read_text() == BEFORE
    assert files_of(set_up.home / ".mnemon") == {"config.toml": b"colour = 'red'\n"}
    assert "~/.mnemon with config.toml: mnemon did not make that" in said


def test_it_does_not_run_beside_a_setup(set_up: Machine) -> None:
    gate, program = set_up.home / "gate", set_up.home / "bin" / "claude"
    program.parent.mkdir()
    subprocess.run(["mkfifo", str(gate)], check=True)
    program.write_text(f'#!/bin/sh\n[ "$2" = add ] && read word < "{gate}"\nexit 1\n')
    program.chmod(0o755)
    set_up.claude_file.write_text("{\n}")
    words = [str(set_up.mnemon), "setup", "claude-code", "--no-model"]
    first = subprocess.Popen(words, env=set_up.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    with first:
        with gate.open("w") as opened:  # opens when the setup has come to `claude mcp add`
            second = set_up.run("uninstall", "--yes")
            opened.write("on\n")
        first.wait(timeout=60)
    assert second.returncode == 1
    assert f"another mnemon setup is running (process {first.pid}" in second.stderr
    assert (set_up.home / ".mnemon" / "default.sqlite").exists()


def test_files_and_folders_that_setup_made_go_and_what_stood_around_a_block_of_rules_stays(machine: Machine) -> None:
    rules, made = machine.home / ".claude" / "CLAUDE.md", machine.home / ".codex" / "AGENTS.md"
    rules.parent.mkdir()
    rules.write_bytes(b"Be brief.\r\nWrite in English.")
    succeeds(machine, "setup", "claude-code", "cursor", "codex", "--no-model", "--rules")
    assert b"mnemon:begin" in rules.read_bytes()
    assert made.exists()
    assert (machine.home / ".cursor" / "mcp.json").exists()
    (machine.home / ".codex" / "theirs").write_text("x")
    rules.write_bytes(b"Since then: be kind.\r\n" + rules.read_bytes())
    said = succeeds(machine, "uninstall", "--yes")
    assert rules.read_bytes() == b"Since then: be kind.\r\nBe brief.\r\nWrite in English."
    assert sorted(str(path.relative_to(machine.home)) for path in machine.home.rglob("*")) == [
        ".claude",
        ".claude/CLAUDE.md",
        ".codex",
        ".codex/theirs",
    ]
    assert "Restart Claude Code, Cursor, Codex: " in said


def test_a_rules_file_that_is_no_text_and_never_knew_us_is_no_obstacle(set_up: Machine) -> None:
    (set_up.home / ".claude").mkdir(exist_ok=True)
    (set_up.home / ".claude" / "CLAUDE.md").write_bytes(b"\xff\xfe")
    succeeds(set_up, "uninstall", "--yes")
    assert (set_up.home / ".claude" / "CLAUDE.md").read_bytes() == b"\xff\xfe"


def leave_an_app(home: Path) -> None:
    """What an upgrade with backups at Tigris and one at AWS have left; the app was destroyed since."""
    folder = home / ".mnemon"
    keys = {"bucket": "my-vault", "endpoint": "https://t3.example", "region": "auto", "key_id": "k", "secret": "hush"}
    for name, text in {
        "deploy/my-mnemon/fly.toml": 'app = "my-mnemon"\n',
        "deploy/my-mnemon/role_arn": "arn:aws:iam::1:role/mnemon\n",
        "pulumi/home/plugins/x/y": "a plugin",
        "storage_keys": json.dumps(keys),
        "ops/upgrade-my-mnemon.json": '{"flow": "upgrade"}',
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / name).write_text(text)
    (folder / "pulumi" / "cli" / "empty").mkdir(parents=True)


def test_what_the_way_to_the_web_left_goes_and_keys_that_are_shown_only_once_are_named_before(set_up: Machine) -> None:
    leave_an_app(set_up.home)
    before = set_up.contents()
    kept = succeeds(set_up, "uninstall", "--keep-vault", "--dry-run")
    assert "my-vault" not in kept
    said = succeeds(set_up, "uninstall", "--dry-run")
    assert "The keys of the bucket my-vault go, and Fly shows them only once" in said
    assert "To keep them, first: cp ~/.mnemon/storage_keys keys-of-my-vault.json" in said
    assert "the role arn:aws:iam::1:role/mnemon at AWS" in said
    assert "fly apps destroy" not in said, "it was destroyed"
    assert "hush" not in said
    assert set_up.contents() == before
    succeeds(set_up, "uninstall", "--yes")
    assert [path.name for path in set_up.home.iterdir()] == [".claude.json"]


def test_it_does_not_run_beside_a_way_to_the_web(set_up: Machine) -> None:
    lock = set_up.home / ".mnemon" / "ops" / "upgrade.lock"
    line = (
        "import sys, pathlib; from mnemon_installer.world.real import RealWorld as W; w = W({}, pathlib.Path('/'), '')"
    )
    hold = f"{line}\nwith w.hold(pathlib.Path(sys.argv[1]), 'mnemon upgrade'): print('held', flush=True); input()"
    words = [sys.executable, "-c", hold, str(lock)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        refused = set_up.run("uninstall", "--yes")
        holder.communicate("\n")
    assert refused.returncode == 1
    assert "another mnemon upgrade is running" in refused.stderr
    assert (set_up.home / ".mnemon" / "default.sqlite").exists()
