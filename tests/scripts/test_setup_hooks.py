"""`mnemon setup` and its hooks: added after the user's own, switched off and on, left alone where there is no room."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.installer.machine import Machine, installed_mnemon
from tests.scripts.doomed import SEEDED
from tests.seeded import seeded

MINE = """{
  "permissions": {"allow": ["Bash(ls)"]},
  "hooks": {
    "Stop": [
      {
        "hooks": [
          {"type": "command", "command": "~/bin/done.sh"}
        ]
      }
    ]
  }
}
"""


@pytest.fixture
def machine(home: Path) -> Machine:
    """One with Claude Code, and hooks of the user's in it."""
    (home / ".claude").mkdir()
    (home / ".claude/settings.json").write_text(MINE)
    return Machine(home, installed_mnemon())


def setup(machine: Machine, *words: str, **extra: str) -> str:
    done = machine.run("setup", *words, "--no-model", **extra)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def hooks(path: Path) -> dict[str, list[dict[str, Any]]]:  # Any: JSON
    """The handlers of each event."""
    told = json.loads(path.read_text())["hooks"]
    return {event: [handler for group in groups for handler in group["hooks"]] for event, groups in told.items()}


def test_ours_come_after_the_users_and_a_second_setup_changes_not_one_byte(machine: Machine) -> None:
    settings = machine.home / ".claude/settings.json"
    said = setup(machine)
    assert "Claude Code hooks  added" in said
    assert "claude-code.hook-run" in said and "Everything that was checked is well." in said
    found = hooks(settings)
    ours = {"type": "command", "command": str(machine.mnemon)}
    assert found["Stop"] == [
        {"type": "command", "command": "~/bin/done.sh"},
        ours | {"args": ["hook", "extract", "--client", "claude-code"], "timeout": 30},
        ours | {"args": ["hook", "handoff", "--client", "claude-code"], "timeout": 30},
    ]
    assert found["UserPromptSubmit"] == [
        ours | {"args": ["hook", "surface", "--client", "claude-code"], "timeout": 8},
    ]
    assert found["SessionStart"] == [
        ours | {"args": ["hook", "session-start", "--client", "claude-code"], "timeout": 8},
    ]
    assert settings.read_text().startswith(MINE[: MINE.index("\n      }\n    ]")])

    before = machine.contents()
    assert "Claude Code hooks  kept" in setup(machine)
    assert machine.contents() == before


def test_without_hooks_and_with_them_again(machine: Machine) -> None:
    settings = machine.home / ".claude/settings.json"
    assert "hook" not in setup(machine, "--no-hooks")
    assert settings.read_text() == MINE
    setup(machine, "--hooks")
    assert "Claude Code hooks  restored, byte for byte" in setup(machine, "--no-hooks")
    assert settings.read_text() == MINE
    doctor = machine.run("doctor", "claude-code.hooks")
    assert doctor.returncode == 0, doctor.stdout
    assert "skipped  claude-code.hooks  Claude Code has no hooks of mnemon" in doctor.stdout


@seeded
def test_ours_from_another_place_and_in_another_shape_are_changed_in_place(machine: Machine) -> None:
    settings = machine.home / ".claude/settings.json"
    older = '{"type": "command", "command": "/old/venv/bin/mnemon hook extract", "timeout": 30000}'
    mine = '{"type": "command", "command": "~/bin/done.sh"}'
    settings.write_text(MINE.replace(mine, f"{older},\n          {mine},\n          {older}"))
    assert "Claude Code hooks  updated" in setup(machine)
    commands = [handler["command"] for handler in hooks(settings)["Stop"]]
    assert commands == [str(machine.mnemon), "~/bin/done.sh", str(machine.mnemon)]
    assert [handler.get("timeout") for handler in hooks(settings)["Stop"]] == [30, None, 30]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n  "hooks": {\n    "Stop": "none"\n  }\n}', "line 3, column 13: hooks.Stop is a text, not a list"),
        pytest.param(
            '{\n  "hooks": {\n    "Stop": [',
            "line 3, column 14: the text ends here, in the middle of the JSON",
            marks=SEEDED,
        ),
    ],
)
def test_where_hooks_have_no_room_the_file_is_left_and_the_rest_goes_on(machine: Machine, text: str, said: str) -> None:
    settings = machine.home / ".claude/settings.json"
    settings.write_text(text)
    done = machine.run("setup", "claude-code", "codex", "--no-model")
    assert done.returncode == 1
    assert f"Claude Code hooks  failed: ~/.claude/settings.json, {said}; it was left as it is" in done.stdout
    assert settings.read_text() == text
    assert machine.servers()["mnemon"]["command"] == str(machine.mnemon)
    assert "surface" in hooks(machine.home / ".codex/hooks.json")["UserPromptSubmit"][0]["command"]
    assert "Not done: Claude Code hooks. Run `mnemon setup` again when that is mended" in done.stdout


def test_a_client_whose_server_is_somebody_elses_gets_no_hooks(machine: Machine) -> None:
    machine.claude_file.write_text('{"mcpServers": {"mnemon": {"command": "npx"}}}')
    done = machine.run("setup", "--no-model")
    assert done.returncode == 1
    assert "another server called mnemon" in done.stdout
    assert (machine.home / ".claude/settings.json").read_text() == MINE


def test_a_client_that_refuses_the_server_gets_no_hooks(machine: Machine) -> None:
    machine.install_fake_claude()
    told = machine.result("setup", "--no-model", FAKE_CLAUDE="refuse-add")
    outcomes = {step["key"]: step["outcome"] for step in told["result"]["steps"]}
    assert (outcomes["claude-code.entry"], outcomes["claude-code.hooks"]) == ("failed", "skipped")
    assert (machine.home / ".claude/settings.json").read_text() == MINE


def test_an_old_claude_gets_the_server_and_no_hooks(machine: Machine) -> None:
    """It would run our program without its arguments, and put what that prints before its model."""
    machine.install_fake_claude()
    (machine.home / "bin/package.json").write_text('{"version": "2.0.5", "bin": {"claude": "claude"}}')
    done = machine.run("setup", "--no-model")
    assert done.returncode == 0, done.stdout
    assert "Claude Code hooks  warning: Claude Code 2.0.5 may not run hooks as mnemon needs them" in done.stdout
    assert "mnemon" in machine.servers()
    assert (machine.home / ".claude/settings.json").read_text() == MINE


def test_codex_runs_hooks_once_it_is_told_to_trust_them(machine: Machine) -> None:
    """That people are told so as well, a wizard's story says."""
    told = machine.result("setup", "codex", "--no-model")
    assert any("start `codex`, type `/hooks` and trust the hooks of mnemon" in line for line in told["result"]["next"])
    assert (machine.home / ".codex/hooks.json").exists()
    assert "trust" not in setup(machine, "codex", "--no-hooks")
    assert not (machine.home / ".codex/hooks.json").exists()


@seeded
def test_gemini_takes_milliseconds_and_has_the_server_in_the_same_file(machine: Machine) -> None:
    path = machine.home / ".gemini/settings.json"
    path.parent.mkdir()
    path.write_text('{\n  "mcpServers": {},\n}\n')  # Gemini itself would not start with this comma
    setup(machine, "gemini")
    assert json.loads(path.read_text().replace("},\n}\n", "}\n}\n"))["mcpServers"]["mnemon"]["args"] == ["serve"]
    line = f"{machine.mnemon} hook surface --client gemini 2>/dev/null || true"
    assert f'"command": "{line}"' in path.read_text()
    assert '"timeout": 8000' in path.read_text()


@seeded
def test_the_vault_that_setup_was_told_of_is_in_each_hook(machine: Machine) -> None:
    folder = machine.home / "my notes"
    setup(machine, "claude-code", "codex", MNEMON_VAULT_DIR=str(folder))
    args = hooks(machine.home / ".claude/settings.json")["UserPromptSubmit"][0]["args"]
    assert args == ["hook", "surface", "--client", "claude-code", "--vault-dir", str(folder)]
    assert f"--vault-dir '{folder}'" in (machine.home / ".codex/hooks.json").read_text()


@seeded
def test_hooks_go_where_claude_was_moved_to(machine: Machine) -> None:
    moved = machine.home / "elsewhere"
    setup(machine, "claude-code", CLAUDE_CONFIG_DIR=str(moved))
    assert "surface" in (moved / "settings.json").read_text()
    assert (machine.home / ".claude/settings.json").read_text() == MINE


@seeded
def test_that_all_hooks_are_switched_off_is_said(machine: Machine) -> None:
    (machine.home / ".claude/settings.json").write_text(
        MINE.replace('"hooks"', '"disableAllHooks": true,\n  "hooks"', 1)
    )
    said = setup(machine)
    assert "hooks do not run: disableAllHooks is true in ~/.claude/settings.json" in said


def test_a_dry_run_shows_each_line_and_writes_none(machine: Machine) -> None:
    before = machine.contents()
    said = setup(machine, "--dry-run")
    assert "add hooks to ~/.claude/settings.json: memories for each prompt, what matters of each session" in said
    assert '+            "command": "' in said
    assert machine.contents() == before
