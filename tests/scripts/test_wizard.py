"""`mnemon setup` on a terminal: every question, every way out of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.installer.machine import Machine, installed_mnemon
from tests.scripts.doomed import SEEDED
from tests.seeded import seeded

terminals = pytest.importorskip("tests.terminal", reason="there are no pseudo-terminals here", exc_type=ImportError)
DOWN, ENTER, SPACE, CTRL_C = terminals.DOWN, terminals.ENTER, terminals.SPACE, terminals.CTRL_C

CLIENTS = "Which clients shall use mnemon?"
FOREIGN = "has another server called mnemon"
MODEL = "Search by meaning needs an embedding model"
FOLDER = "The model's folder:"
RULES = "Which clients get a block of rules"
HOOKS = "memories for each prompt, what matters of each session?"
GO = "Go ahead?"
CURSOR = '{\n  "mine": true,\n  "mcpServers": {\n    "other": {"command": "x"}\n  }\n}\n'
CODEX = '# mine\n[mcp_servers.other]\ncommand = "x"\n'

Start = Callable[..., "terminals.Terminal"]


@pytest.fixture
def machine(home: Path) -> Machine:
    """One with Cursor and Codex on it."""
    for path, text in ((".cursor/mcp.json", CURSOR), (".codex/config.toml", CODEX)):
        (home / path).parent.mkdir()
        (home / path).write_text(text)
    return Machine(home, installed_mnemon())


@pytest.fixture
def start(machine: Machine) -> Iterator[Start]:
    """Start `mnemon` on a terminal of its own."""
    started: list[terminals.Terminal] = []

    def start_one(*words: str) -> terminals.Terminal:
        argv = (str(machine.mnemon), *words)
        started.append(terminals.Terminal(argv, machine.environment, machine.home))
        return started[-1]

    yield start_one
    for terminal in started:
        terminal.close()


def servers(machine: Machine) -> set[str]:
    """Who has been told of us."""
    files = {"cursor": ".cursor/mcp.json", "codex": ".codex/config.toml", "gemini": ".gemini/settings.json"}
    paths = {name: machine.home / path for name, path in files.items()}
    return {name for name, path in paths.items() if path.exists() and str(machine.mnemon) in path.read_text()}


def test_from_the_first_question_to_the_summary(machine: Machine, start: Start) -> None:
    terminal = start("setup")
    shown = terminal.await_text(CLIENTS)
    assert "The vault will be ~/.mnemon/default.sqlite" in shown
    assert "Not on this machine: Claude Code, Claude Desktop" in shown
    terminal.press(ENTER)
    terminal.answer(MODEL, DOWN, DOWN, ENTER)
    terminal.await_text(RULES)
    terminal.await_text("● Cursor  ~/.cursor/rules/mnemon.mdc")  # it has no hooks
    terminal.await_text("○ Codex   ~/.codex/AGENTS.md")
    terminal.press(ENTER)
    terminal.answer(HOOKS, ENTER)
    shown = terminal.await_text(GO)
    assert "+## Memory (mnemon)" in shown
    assert "download BAAI/bge-small-en-v1.5, 67 MB, into ~/.mnemon/models" not in shown  # the answer stands there now
    assert '+    "mnemon": {' in shown
    assert "+[mcp_servers.mnemon]" in shown
    terminal.press(ENTER)
    assert terminal.end() == 0
    told = terminal.screen.text
    steps = [
        told.index(part)
        for part in (
            "Cursor rules  added",
            "Codex         registered",
            "Codex hooks   added",
            "Next, for Cursor: restart",
            "Next, for the hooks of Codex: start `codex`, type `/hooks`",
            "Checking:",
            "Everything that was checked is well",
        )
    ]
    assert steps == sorted(steps)
    assert "answers: save, search, get and forget" in told
    assert servers(machine) == {"cursor", "codex"}
    assert "hook surface" in (machine.home / ".codex/hooks.json").read_text()
    assert (machine.home / ".cursor/rules/mnemon.mdc").read_text().startswith("---\ndescription: ")
    assert not (machine.home / ".codex/AGENTS.md").exists()
    assert "# mine" in (machine.home / ".codex/config.toml").read_text()

    before = machine.contents()
    again = start("setup", "--no-model")
    again.answer("has mnemon", ENTER)
    assert again.end() == 0  # nothing is needed, so nothing more is asked
    assert GO not in again.screen.text
    assert machine.contents() == before


def test_a_client_that_is_unticked_is_left_alone(machine: Machine, start: Start) -> None:
    terminal = start("setup", "--no-model", "--no-rules", "--hooks")
    terminal.answer(CLIENTS, SPACE, ENTER)  # Cursor comes first
    terminal.answer(GO, ENTER)
    assert terminal.end() == 0, terminal.screen.text
    assert servers(machine) == {"codex"}
    assert (machine.home / ".cursor/mcp.json").read_text() == CURSOR
    doctor = machine.run("doctor")
    assert doctor.returncode == 0
    assert "not set up: cursor (mnemon setup cursor)" in doctor.stdout


def test_declining_at_the_end_changes_nothing(machine: Machine, start: Start) -> None:
    before = machine.contents()
    terminal = start("setup", "--no-model", "--no-rules", "--hooks")
    terminal.answer(CLIENTS, ENTER)
    terminal.answer(GO, "n")
    assert terminal.end() == 1
    assert "declined: nothing was changed" in terminal.screen.text
    assert machine.contents() == before


@pytest.mark.parametrize(
    "asked", [CLIENTS, FOREIGN, *(pytest.param(each, marks=SEEDED) for each in (MODEL, FOLDER, RULES, HOOKS)), GO]
)
def test_ctrl_c_in_any_question_leaves_every_file_as_it_was(machine: Machine, start: Start, asked: str) -> None:
    foreign = machine.home / ".gemini" / "settings.json"
    foreign.parent.mkdir()
    foreign.write_text('{"mcpServers": {"mnemon": {"command": "npx", "env": {"KEY": "hush"}}}}')
    before = machine.contents()
    terminal = start("setup")
    answers = {CLIENTS: ENTER, FOREIGN + ": {": "y", MODEL: DOWN + DOWN + ENTER, RULES: ENTER, HOOKS: ENTER, GO: ""}
    if asked == FOLDER:
        answers = {CLIENTS: ENTER, FOREIGN + ": {": "y", MODEL: DOWN + ENTER, FOLDER: ""}
    for question, keys in answers.items():
        if question.startswith(asked):
            terminal.answer(question, CTRL_C)
            break
        terminal.answer(question, keys)
    assert terminal.end() == 130
    assert "interrupted" in terminal.screen.text
    assert "hush" not in terminal.screen.text
    assert machine.contents() == before


@pytest.mark.parametrize(("answer", "registered"), [("y", {"gemini"}), pytest.param("n", set(), marks=SEEDED)])
def test_a_foreign_server_is_shown_and_asked_about(
    machine: Machine, start: Start, answer: str, registered: set[str]
) -> None:
    path = machine.home / ".gemini" / "settings.json"
    path.parent.mkdir()
    path.write_text('{"mcpServers": {"mnemon": {"command": "npx", "env": {"KEY": "hush"}}}}')
    terminal = start("setup", "--no-model", "--no-rules", "--hooks")
    terminal.answer(CLIENTS, ENTER)
    terminal.answer('{"command": "npx", "env": {"KEY": "***"}}', answer)
    terminal.answer(GO, ENTER)
    assert terminal.end() == 0, terminal.screen.text
    assert servers(machine) == {"cursor", "codex"} | registered


def test_rules_are_asked_about_once_and_the_answer_stays(machine: Machine, start: Start) -> None:
    cursor, codex = machine.home / ".cursor/rules/mnemon.mdc", machine.home / ".codex/AGENTS.md"
    codex.write_text("# Mine\n")
    terminal = start("setup", "--no-model")
    terminal.answer(CLIENTS, ENTER)
    terminal.answer(RULES, SPACE, DOWN, SPACE, ENTER)  # the other way round
    terminal.answer(HOOKS, ENTER)
    terminal.answer(GO, ENTER)
    assert terminal.end() == 0, terminal.screen.text
    assert not cursor.exists()
    assert codex.read_text().startswith("# Mine\n\n<!-- mnemon:begin")

    again = start("setup", "--no-model", "--dry-run")
    again.answer(CLIENTS, ENTER)
    assert again.end() == 0
    assert RULES not in again.screen.text
    assert machine.run("setup", "--no-model").returncode == 0
    assert (cursor.exists(), "mnemon:begin" in codex.read_text()) == (False, True)


@seeded
def test_rules_come_and_go_by_flags(machine: Machine) -> None:
    cursor, codex = machine.home / ".cursor/rules/mnemon.mdc", machine.home / ".codex/AGENTS.md"
    codex.write_text("# Mine\n")
    assert machine.run("setup", "--no-model", "--rules").returncode == 0
    assert "mnemon:begin" in cursor.read_text()
    assert codex.read_text().startswith("# Mine\n\n<!-- mnemon:begin")
    assert machine.run("setup", "--no-model", "--no-rules", "--hooks").returncode == 0
    assert (cursor.exists(), codex.read_text()) == (False, "# Mine\n")


@pytest.mark.parametrize("answer", ["n", pytest.param(ENTER, marks=SEEDED)])
def test_hooks_are_asked_about_until_they_are_there(machine: Machine, start: Start, answer: str) -> None:
    terminal = start("setup", "--no-model", "--no-rules")
    terminal.answer(CLIENTS, ENTER)
    terminal.answer(HOOKS, answer)
    terminal.answer(GO, ENTER)
    assert terminal.end() == 0, terminal.screen.text
    assert (machine.home / ".codex/hooks.json").exists() == (answer != "n")
    again = start("setup", "--no-model", "--no-rules", "--dry-run")
    again.answer(CLIENTS, ENTER)
    if answer == "n":
        again.answer(HOOKS, "n")
    assert again.end() == 0, again.screen.text
    assert (HOOKS in again.screen.text) == (answer == "n")


def test_a_folder_without_a_model_is_asked_for_again(machine: Machine, start: Start, tiny_model: Path) -> None:
    terminal = start("setup", "codex", "--no-rules", "--no-hooks")
    terminal.answer(MODEL, DOWN, ENTER)
    terminal.answer(FOLDER, str(machine.home), ENTER)
    terminal.await_text("there is no ")  # what the prompt says of the first folder
    terminal.press("\x15", str(tiny_model), ENTER)  # ctrl-u empties the line
    terminal.answer(GO, ENTER)
    assert terminal.end() == 0, terminal.screen.text
    assert f'model_path = "{tiny_model}"' in (machine.home / ".mnemon/config.toml").read_text()
    assert servers(machine) == {"codex"}


def test_every_question_has_a_flag_and_none_is_asked_then(machine: Machine, start: Start) -> None:
    terminal = start("setup", "cursor", "--no-model", "--no-rules", "--no-hooks", "--replace-foreign", "--yes")
    assert terminal.end() == 0
    assert "?" not in terminal.screen.text
    assert servers(machine) == {"cursor"}


@seeded
def test_without_a_terminal_nothing_is_asked(machine: Machine) -> None:
    done = machine.run("setup", "--no-model", "--no-rules", "--hooks")
    assert done.returncode == 0
    assert "?" not in done.stdout
    assert servers(machine) == {"cursor", "codex"}


def test_a_dry_run_asks_and_changes_nothing(machine: Machine, start: Start) -> None:
    before = machine.contents()
    terminal = start("setup", "--dry-run", "--no-model", "--no-rules", "--hooks")
    terminal.answer(CLIENTS, SPACE, ENTER)
    assert terminal.end() == 0
    assert "nothing was changed" in terminal.screen.text
    assert ".cursor/mcp.json" not in terminal.screen.text
    assert machine.contents() == before


def test_a_file_that_cannot_be_read_is_named_and_the_others_go_on(machine: Machine, start: Start) -> None:
    broken = machine.home / ".cursor/mcp.json"
    broken.write_text('{\n  "mcpServers": {')
    terminal = start("setup", "--no-model", "--no-rules", "--hooks")
    terminal.answer("cannot be edited: ~/.cursor/mcp.json, line 2", ENTER)
    terminal.answer(GO, ENTER)
    assert terminal.end() == 1
    assert "Not done: Cursor" in terminal.screen.text
    assert servers(machine) == {"codex"}
    assert broken.read_text() == '{\n  "mcpServers": {'


def test_json_never_asks(machine: Machine, start: Start) -> None:
    terminal = start("setup", "codex", "--no-model", "--no-rules", "--no-hooks", "--json")
    assert terminal.end() == 0
    assert json.loads(terminal.screen.text.replace("\n", ""))["ok"] is True
