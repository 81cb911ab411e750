"""`mnemon doctor` and hooks: there, running, the right ones; lost ones are named, and `--fix` puts them back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.installer.machine import Machine
from tests.scripts.doomed import SEEDED
from tests.scripts.stage import Stage, make_stage, succeeds

SETTINGS, CODEX_HOOKS = ".claude/settings.json", ".codex/hooks.json"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """What setup has prepared for Claude Code and Codex."""
    made = make_stage(tmp_path_factory)
    made.machine.claude_file.write_text("{}")
    (made.machine.home / ".claude").mkdir()
    (made.machine.home / SETTINGS).write_text('{\n  "model": "x"\n}\n')
    succeeds(made.machine, "setup", "claude-code", "codex", "--no-model")
    made.keep("set up")
    return made


@pytest.fixture
def machine(stage: Stage) -> Machine:
    return stage.back_to("set up")


def finding(machine: Machine, code: str, **extra: str) -> dict[str, str]:
    told = machine.result("doctor", code, **extra)["result"]["findings"]
    found: dict[str, str] = next(each for each in told if each["code"] == code)
    assert found["fix"] or found["verdict"] in ("ok", "skipped")
    return found


def edit(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text()
    path.write_text(change(before))
    assert path.read_text() != before


def test_all_is_well_and_the_hook_is_really_run(machine: Machine) -> None:
    assert finding(machine, "claude-code.hooks")["message"] == f"in {machine.home / SETTINGS}"
    ran = finding(machine, "claude-code.hook-run")
    assert (ran["verdict"], ran["message"][:25]) == ("ok", "the hook surface answers ")
    assert not (machine.home / ".mnemon/hooks.sqlite").exists()  # it ran on a vault of its own


def test_lost_hooks_are_named_and_mended(machine: Machine) -> None:
    """A running Claude Code has written its old copy back."""
    good = (machine.home / SETTINGS).read_text()
    (machine.home / SETTINGS).write_text('{\n  "model": "x"\n}\n')
    lost = machine.run("doctor", "claude-code.hooks")
    assert lost.returncode == 1
    assert "setup added hooks to Claude Code, and they are gone" in lost.stdout
    assert "fix: mnemon setup claude-code" in lost.stdout
    mended = machine.run("doctor", "claude-code.hooks", "--fix", "--yes")
    assert mended.returncode == 0, mended.stdout
    assert "Claude Code hooks  added" in mended.stdout
    assert (machine.home / SETTINGS).read_text() == good


def test_an_entry_and_hooks_that_were_lost_together_come_back_together(machine: Machine) -> None:
    (machine.home / ".codex/config.toml").write_text("")
    (machine.home / CODEX_HOOKS).unlink()
    mended = machine.run("doctor", "codex.entry", "codex.hooks", "--fix", "--yes")
    assert mended.returncode == 0, mended.stdout
    assert "Codex        registered\n  Codex hooks  added" in mended.stdout


def test_hooks_that_nobody_wanted_are_no_failure_and_those_of_a_client_not_set_up_not_spoken_of(
    machine: Machine,
) -> None:
    assert machine.run("setup", "claude-code", "codex", "--no-model", "--no-hooks").returncode == 0
    done = machine.run("doctor")
    assert done.returncode == 0
    assert "no hooks: claude-code, codex (mnemon setup claude-code codex --hooks)" in done.stdout
    assert "gemini.hooks" not in done.stdout
    assert finding(machine, "claude-code.hook-run")["verdict"] == "skipped"


DRIFTED = [  # what is written, what stands there instead, and what doctor says of it
    ('"timeout": 8', '"timeout": 8000', "fail", "the hook surface has the timeout 8000 instead of 8"),
    ('"surface",', '"surface", "--fast",', "fail", "the hook surface runs `mnemon hook surface --fast"),
    ('"command": "MNEMON"', '"command": "/gone/mnemon"', "fail", "runs /gone/mnemon, which does not exist"),
    ('"command": "MNEMON"', '"command": "HOME/mnemon"', "warn", "runs HOME/mnemon, and this is MNEMON"),
    ('"type": "command"', '"type": "prompt"', "fail", "is not written as setup would today"),
    ('"session-start"', '"warm"', "fail", "Claude Code lacks the hook session-start"),
    ('"handoff"', '"extract"', "fail", "Claude Code lacks the hook handoff"),
    ('"Stop"', '"SubagentStop"', "fail", "Claude Code lacks the hook extract and handoff"),
    (
        '"Stop": [',
        '"SubagentStop": [{"hooks": [OURS]}], "Stop": [',
        "fail",
        "runs the hook extract where setup would",
    ),
    ('"Stop": [', '"Stop": [{"hooks": [OURS]}, ', "fail", "Claude Code has a hook of mnemon twice"),
]


def here(machine: Machine, text: str) -> str:
    """The text with this machine's places in it."""
    places = {"MNEMON": str(machine.mnemon), "HOME": str(machine.home), "OURS": '{"command": "mnemon hook extract"}'}
    for name, place in places.items():
        text = text.replace(name, place)
    return text


def let_drift(machine: Machine, old: str, new: str) -> None:
    (machine.home / "mnemon").write_text("#!/bin/sh\n")
    (machine.home / "mnemon").chmod(0o755)
    edit(machine.home / SETTINGS, lambda text: text.replace(here(machine, old), here(machine, new), 1))


@pytest.mark.parametrize(("old", "new", "verdict", "said"), DRIFTED)
def test_what_is_not_as_setup_writes_it_is_named(machine: Machine, old: str, new: str, verdict: str, said: str) -> None:
    let_drift(machine, old, new)
    found = finding(machine, "claude-code.hooks")
    assert (found["verdict"], here(machine, said) in found["message"]) == (verdict, True), found["message"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *(each[:2] for each in DRIFTED if "OURS" in each[1]),
        *(pytest.param(*each[:2], marks=SEEDED) for each in DRIFTED if "OURS" not in each[1]),
    ],
)
def test_what_is_not_as_setup_writes_it_is_mended(machine: Machine, old: str, new: str) -> None:
    good = json.loads((machine.home / SETTINGS).read_text())
    let_drift(machine, old, new)
    mended = machine.run("doctor", "claude-code.hooks", "--fix", "--yes")
    assert mended.returncode == 0, mended.stdout
    assert json.loads((machine.home / SETTINGS).read_text())["hooks"].keys() == good["hooks"].keys()
    assert finding(machine, "claude-code.hooks")["verdict"] == "ok"


def test_a_hook_that_speaks_no_json_or_fails_is_named(machine: Machine) -> None:
    program = machine.home / "mnemon"
    edit(machine.home / SETTINGS, lambda text: text.replace(str(machine.mnemon), str(program)))
    for script, said in (("echo remember!", "printed something that is no JSON"), ("exit 2", "ended with status 2")):
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        found = finding(machine, "claude-code.hook-run")
        assert (found["verdict"], said in found["message"]) == ("fail", True), found["message"]


@pytest.mark.parametrize(
    ("path", "change", "said"),
    [
        (SETTINGS, ('"model": "x"', '"disableAllHooks": true'), "hooks do not run: disableAllHooks is true"),
        (SETTINGS, ("{", "{ // mine"), "line 1 of HOME/.claude/settings.json has a comment"),
        (".codex/config.toml", ("[mcp", "[features]\nhooks = false\n\n[mcp"), "features.hooks is false"),
    ],
)
def test_what_keeps_hooks_from_running_is_for_the_user_to_mend(
    machine: Machine, path: str, change: tuple[str, str], said: str
) -> None:
    edit(machine.home / path, lambda text: text.replace(*change, 1))
    found = finding(machine, "codex.hooks" if "codex" in path else "claude-code.hooks")
    assert (found["verdict"], said.replace("HOME", str(machine.home)) in found["message"]) == ("warn", True), found
    assert str(machine.home / path) in found["fix"]


def test_gemini_can_switch_off_all_hooks_or_one(machine: Machine) -> None:
    assert machine.run("setup", "gemini", "--no-model").returncode == 0
    path = machine.home / ".gemini/settings.json"
    good = path.read_text()
    for setting, said in (
        ('{"enabled": false}', "hooksConfig.enabled is false"),
        ('{"disabled": ["theirs", "mnemon-surface"]}', "hooksConfig.disabled lists mnemon-surface"),
    ):
        path.write_text(good.replace("{", f'{{"hooksConfig": {setting},', 1))
        found = finding(machine, "gemini.hooks")
        assert (found["verdict"], said in found["message"]) == ("warn", True), found
    path.write_text(good.replace("{", '{"hooksConfig": {"disabled": ["theirs"]},', 1))
    assert finding(machine, "gemini.hooks")["verdict"] == "ok"


def test_codex_waits_for_its_users_word_for_each_hook(machine: Machine) -> None:
    assert "type `/hooks` and trust the hooks of mnemon" in finding(machine, "codex.hooks")["message"]
    config, hooks = machine.home / ".codex/config.toml", machine.home / CODEX_HOOKS
    events = ("user_prompt_submit:0:0", "session_start:0:0", "stop:0:0", "stop:1:0")
    tables = [f'\n[hooks.state."{hooks}:{event}"]\ntrusted_hash = "sha256:0"\n' for event in events]
    edit(config, lambda text: text + "".join(tables))
    assert finding(machine, "codex.hooks")["message"] == f"in {hooks}, reviewed by you"
    edit(config, lambda text: text + "enabled = false\n")
    found = finding(machine, "codex.hooks")
    assert (found["verdict"], "enabled = false for the hook of Stop" in found["message"]) == ("warn", True)


def test_hooks_that_have_no_room_are_named_with_the_line(machine: Machine) -> None:
    (machine.home / SETTINGS).write_text('{\n  "hooks": null\n}')
    found = finding(machine, "claude-code.hooks")
    assert found["verdict"] == "fail"
    assert "line 2, column 12: hooks is null, not an object" in found["message"]
    assert found["fix"].startswith("${EDITOR:-nano} +2 ")
