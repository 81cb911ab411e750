"""`mnemon uninstall` and hooks: none of ours is left anywhere, and every one of the user's is."""

from __future__ import annotations

import json
import shutil

import pytest
from tests.installer.machine import Machine
from tests.scripts.stage import Stage, make_stage, succeeds

from mnemon_installer.edits.jsonc import Document

SETTINGS, GEMINI, CODEX = ".claude/settings.json", ".gemini/settings.json", ".codex/hooks.json"
MINE = {
    SETTINGS: '{\r\n\t"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "done.sh"}]}]}\r\n}',
    GEMINI: '{\n  // mine\n  "hooks": {"AfterAgent": [{"hooks": [{"type": "command", "command": "done.sh"}]}]}\n}\n',
    CODEX: '{"description": "mine", "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "done.sh"}]}]}}',
}
NAMES = ("claude-code", "gemini", "codex")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """With the states `before`, and `set up` for all three clients."""
    made = make_stage(tmp_path_factory)
    for name, text in MINE.items():
        (made.machine.home / name).parent.mkdir()
        (made.machine.home / name).write_bytes(text.encode())
    made.keep("before")
    succeeds(made.machine, "setup", *NAMES, "--no-model")
    made.keep("set up")
    return made


@pytest.fixture
def machine(stage: Stage) -> Machine:
    return stage.back_to("before")


@pytest.fixture
def set_up(stage: Stage) -> Machine:
    return stage.back_to("set up")


def is_as_before(machine: Machine) -> None:
    assert {name: (machine.home / name).read_bytes().decode() for name in MINE} == MINE


def test_every_file_is_as_it_was(set_up: Machine) -> None:
    succeeds(set_up, "setup", *NAMES, "--no-model")
    said = succeeds(set_up, "uninstall", "--yes")
    is_as_before(set_up)
    assert "Claude Code hooks  restored, byte for byte" in said
    assert not (set_up.home / ".mnemon").exists()
    assert "Nothing to do" in succeeds(set_up, "uninstall", "--yes")


def test_hooks_go_though_the_vault_stays(set_up: Machine) -> None:
    succeeds(set_up, "uninstall", "--yes", "--keep-vault")
    is_as_before(set_up)


def test_without_any_receipt_they_are_found_all_the_same(set_up: Machine) -> None:
    shutil.rmtree(set_up.home / ".mnemon")
    succeeds(set_up, "uninstall", "--yes")
    for name, text in MINE.items():
        # Nobody knows any more that the object around Gemini's entry was ours.
        assert (set_up.home / name).read_bytes().decode().replace(',\n  "mcpServers": {}', "") == text


def test_what_the_user_did_since_stays(set_up: Machine) -> None:
    for name in MINE:
        path = set_up.home / name
        path.write_bytes(path.read_bytes().replace(b"done.sh", b"another.sh"))
    said = succeeds(set_up, "uninstall", "--yes")
    for name, text in MINE.items():
        assert (set_up.home / name).read_bytes().decode() == text.replace("done.sh", "another.sh")
    assert "removed; the file has changed since setup, and the rest of it stays" in said


def test_they_are_looked_for_in_places_that_setup_never_used(machine: Machine) -> None:
    """Another configuration folder is in force now, and somebody copied our hooks into his local settings."""
    succeeds(machine, "setup", "claude-code", "codex", "--no-model")
    local = machine.home / ".claude/settings.local.json"
    local.write_text((machine.home / SETTINGS).read_bytes().decode())
    shutil.rmtree(machine.home / ".mnemon/ops")
    elsewhere = {"CLAUDE_CONFIG_DIR": str(machine.home / "c"), "CODEX_HOME": str(machine.home / "x")}
    succeeds(machine, "uninstall", "--yes", **elsewhere)
    is_as_before(machine)
    assert "mnemon" not in local.read_text()
    assert "done.sh" in local.read_text()


def test_a_receipt_leads_to_where_the_client_was(machine: Machine) -> None:
    elsewhere = machine.home / "c"
    succeeds(machine, "setup", "claude-code", "--no-model", CLAUDE_CONFIG_DIR=str(elsewhere))
    assert (elsewhere / "settings.json").exists()
    succeeds(machine, "uninstall", "--yes")
    assert not elsewhere.exists()


def test_a_file_that_cannot_be_read_is_named_and_keeps_the_vault(set_up: Machine) -> None:
    path = set_up.home / SETTINGS
    path.write_bytes(path.read_bytes() + b"}")
    broken = path.read_bytes()
    done = set_up.run("uninstall", "--yes")
    assert done.returncode == 1
    assert "Not done: Claude Code hooks" in done.stdout
    assert path.read_bytes() == broken
    assert (set_up.home / CODEX).read_bytes().decode() == MINE[CODEX]
    assert (set_up.home / ".mnemon/default.sqlite").exists()
    path.write_bytes(broken[:-1])
    succeeds(set_up, "uninstall", "--yes")
    is_as_before(set_up)


def test_what_hooks_have_written_beside_the_vault_goes_too(set_up: Machine) -> None:
    prompt = {"session_id": "s", "prompt": "what did we decide?", "cwd": str(set_up.home)}
    succeeds(set_up, "save", "A decision", "We decided to store memories in one file.", "--type", "decision")
    set_up.start(("/bin/sh", "-c", f"echo '{json.dumps(prompt)}' | {set_up.mnemon} hook surface"))
    (set_up.home / ".mnemon/logs").mkdir(exist_ok=True)
    (set_up.home / ".mnemon/logs/hooks.log.1").write_text("an older one\n")
    succeeds(set_up, "uninstall", "--yes")
    assert not (set_up.home / ".mnemon").exists()


def test_a_program_that_is_gone_leaves_every_client_at_work(set_up: Machine) -> None:
    """What Gemini would run ends well without a word, though there is no such program any more."""
    told = Document((set_up.home / GEMINI).read_text())
    command = told.get(("hooks", "BeforeAgent", 0, "hooks", 0, "command")).replace(str(set_up.mnemon), "/gone/mnemon")
    assert command.startswith("/gone/mnemon hook surface")
    done = set_up.start(("/bin/sh", "-c", command))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
