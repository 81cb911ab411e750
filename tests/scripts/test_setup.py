"""`mnemon setup` as a user meets it: a real process, a fake home, files before and after."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from tests.installer.machine import Machine, installed_mnemon


@pytest.fixture
def machine(home: Path) -> Machine:
    return Machine(home, installed_mnemon())


def test_setup_from_nothing_to_a_server_that_answers_and_a_second_run_that_changes_nothing(machine: Machine) -> None:
    machine.install_fake_claude()
    machine.claude_file.write_text('{"mcpServers": {"other": {"command": "x", "env": {"TOKEN": "hush"}}}, "n": 1}')

    done = machine.run("setup", "--no-model")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Claude Code        registered\n  Claude Code hooks  added" in done.stdout
    assert "answers: save, search, get and forget" in done.stdout
    assert "restart running Claude Code sessions" in done.stdout
    assert "hush" not in done.stdout + done.stderr
    assert str(machine.home) not in done.stdout.replace(str(machine.mnemon), "")
    assert json.loads(machine.claude_file.read_text()) == {
        "mcpServers": {
            "other": {"command": "x", "env": {"TOKEN": "hush"}},
            "mnemon": {"type": "stdio", "command": str(machine.mnemon), "args": ["serve"], "env": {}},
        },
        "n": 1,
    }
    folder = machine.home / ".mnemon"
    private = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "default.sqlite")}
    assert private == {folder: 0o700, folder / "default.sqlite": 0o600}

    before = machine.contents()
    again = machine.run("setup", "--no-model")
    assert again.returncode == 0
    assert "vault              kept\n  Claude Code        kept\n  Claude Code hooks  kept" in again.stdout
    assert machine.contents() == before
    assert machine.result("list")["result"]["memories"] == []


def test_without_a_client_or_a_network_setup_prepares_and_says_how_to_go_on(machine: Machine) -> None:
    started = time.monotonic()
    done = machine.run("setup")
    assert done.returncode == 0, done.stdout + done.stderr
    assert time.monotonic() - started < 20  # the hub's share of it is under five
    assert "warning: the model hub" in done.stdout
    assert "mnemon model fetch" in done.stdout
    assert "server          mnemon" in done.stdout
    assert "No MCP client was found (claude-code claude-desktop cursor" in done.stdout
    assert f"{machine.mnemon} serve" in done.stdout
    assert not machine.claude_file.exists()


def test_a_dry_run_shows_the_diff_and_touches_nothing(machine: Machine) -> None:
    machine.install_fake_claude()
    machine.claude_file.write_text('{\n  "n": 1\n}')
    before = machine.contents()
    done = machine.run("setup", "--dry-run")
    assert done.returncode == 0
    assert '+      "args": [' in done.stdout
    assert "prepare the vault ~/.mnemon/default.sqlite, readable only by you" in done.stdout
    assert "nothing was changed" in done.stdout
    assert machine.contents() == before
    assert sorted(path.name for path in machine.home.iterdir()) == [".claude.json", "bin"]
    told = machine.result("setup", "--dry-run")
    assert {step["outcome"] for step in told["result"]["steps"]} == {"planned"}
    assert machine.contents() == before


def test_a_named_client_that_is_not_installed_gets_its_entry_and_a_word(machine: Machine) -> None:
    done = machine.run("setup", "claude-code", "--no-model", MNEMON_VAULT_DIR="memories")
    assert done.returncode == 0, done.stdout
    assert "Claude Code is not on this machine; its entry waits in ~/.claude.json" in done.stdout
    # A client started from a desktop has no shell's variables: the entry carries them, made absolute.
    assert machine.servers()["mnemon"]["env"] == {"MNEMON_VAULT_DIR": str(machine.home / "memories")}
    assert (machine.home / "memories" / "default.sqlite").exists()
    assert not (machine.home / ".mnemon").exists()


def test_a_file_that_cannot_be_edited_fails_that_client_and_nothing_else(machine: Machine) -> None:
    machine.claude_file.write_text('{\n  "mcpServers": {\n    "x": ')
    told = machine.result("setup", "--no-model")
    assert machine.claude_file.read_text() == '{\n  "mcpServers": {\n    "x": '
    assert told["ok"] is False
    assert [step["outcome"] for step in told["result"]["steps"]] == ["done", "blocked"]
    assert [problem["code"] for problem in told["problems"]] == ["claude-code.entry"]
    assert "line 3, column 10: the text ends here" in told["problems"][0]["message"]
    assert (machine.home / ".mnemon" / "default.sqlite").exists()


def test_a_foreign_entry_wants_a_flag(machine: Machine) -> None:
    machine.install_fake_claude()
    foreign = {"command": "npx", "args": ["-y", "mnemon"], "env": {"KEY": "hush"}}
    machine.claude_file.write_text(json.dumps({"mcpServers": {"mnemon": foreign}}))
    refused = machine.run("setup", "--no-model")
    assert refused.returncode == 1
    assert "another server called mnemon" in refused.stdout
    assert "mnemon setup claude-code --replace-foreign" in refused.stdout
    assert "hush" not in refused.stdout
    assert machine.servers() == {"mnemon": foreign}
    assert machine.run("setup", "--no-model", "--replace-foreign").returncode == 0
    assert machine.servers()["mnemon"]["command"] == str(machine.mnemon)


def test_wrong_usage_is_named_and_does_nothing(machine: Machine) -> None:
    for words, said in (
        (
            ("setup", "emacs"),
            "the clients are claude-code, claude-desktop, cursor, gemini, codex, vscode, windsurf, zed",
        ),
        (("setup", "emacs"), "a text to paste is there for goose, continue, lmstudio, warp, other"),
        (("setup", "--no-modle"), "--no-modle"),
        (("setup", "--no-model", "--model-path", "x"), "contradict"),
    ):
        done = machine.run(*words)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert machine.run("setup", "--help").returncode == 0
    assert list(machine.home.iterdir()) == []


def test_a_client_that_we_do_not_edit_gets_a_text_to_paste(machine: Machine) -> None:
    done = machine.run("setup", "goose")
    assert done.returncode == 0
    assert f'cmd: "{machine.mnemon}"' in done.stdout
    assert list(machine.home.iterdir()) == []  # and nothing else happens
    told = machine.result("setup", "goose", "other")
    assert set(told["result"]["snippets"]) == {"goose", "other"}
    both = machine.run("setup", "cursor", "goose", "--no-model", "--no-rules")
    assert both.returncode == 0
    assert both.stdout.index("Cursor  registered") < both.stdout.index("Goose: put this into")
    assert str(machine.mnemon) in (machine.home / ".cursor/mcp.json").read_text()


def test_a_plan_for_several_clients_reads_well(machine: Machine, snapshot: Any) -> None:
    files = {
        ".cursor/mcp.json": '{\n  "mcpServers": {\n    "x": {"command": "y", "env": {"API_KEY": "hush"}}\n  }\n}\n',
        ".codex/config.toml": "# mine\nmodel = 'o'\n",
        ".gemini/settings.json": '{"mcpServers": {"mnemon": {"command": "npx"}}}',
        ".codeium/windsurf/mcp_config.json": '{\n  "mcpServers": {,}\n}',
        ".claude/settings.json": '{\n  "mcpServers": {"mnemon": {"command": "/old/mnemon", "args": ["serve"]}}\n}\n',
    }
    for name, text in files.items():
        (machine.home / name).parent.mkdir(parents=True)
        (machine.home / name).write_text(text)
    shown = machine.run("setup", "--no-model", "--dry-run").stdout
    snapshot.snapshot_dir = Path(__file__).parent / "snapshots" / "setup"
    snapshot.assert_match(shown.replace(str(machine.mnemon), "/opt/bin/mnemon"), "plan.txt")


def test_a_model_on_this_machine_is_used(machine: Machine, tiny_model: Path) -> None:
    config = machine.home / ".mnemon" / "config.toml"
    config.parent.mkdir(mode=0o700)
    config.write_text("# mine\nsearch_limit = 5\n")
    done = machine.run("setup", "--model-path", str(tiny_model))
    assert done.returncode == 0, done.stdout
    assert config.read_text() == f'# mine\nsearch_limit = 5\nmodel_path = "{tiny_model}"\n'
    assert "ok       model" in done.stdout
    before = config.stat().st_mtime_ns
    assert machine.run("setup", "--model-path", str(tiny_model)).returncode == 0
    assert config.stat().st_mtime_ns == before


def test_a_folder_without_a_model_is_refused(machine: Machine) -> None:
    done = machine.run("setup", "--model-path", str(machine.home / "none"))
    assert done.returncode == 1
    assert "model" in done.stdout and "failed" in done.stdout
    assert not (machine.home / ".mnemon" / "config.toml").exists()
