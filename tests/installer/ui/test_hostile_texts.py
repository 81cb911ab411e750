"""Texts that would take over a terminal, in a vault: every command shows them, none obeys them."""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path

import pytest
from tests.installer.machine import Machine, installed_mnemon

from mnemon_server.client import connect
from mnemon_server.settings import Settings

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x1b]52;c;aGk=\x07\x9b31m\x1b[31m\u202eevil\rlast\u2069"
CONTENT = f"The staging database runs Postgres 14.\r\n{HOSTILE}"
DIRECTIONS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

ASK = """
import sys
from mnemon_installer.ui import progress, questions
hostile = sys.argv[1]
with progress.working(f"looking {hostile}"), progress.download_progress(f"fetching {hostile}") as report:
    report("model", 1, 2)
picked = questions.pick(f"Which {hostile}?", [questions.Option(hostile, f"This {hostile}")])
print(ascii(picked), picked == hostile)
"""


@pytest.fixture
def machine(home: Path) -> Machine:
    """A vault with what a hostile page has talked a client into saving."""
    vault = connect(Settings(home / ".mnemon"), caller=f"page{HOSTILE}")
    vault.call("save", title=f"Staging {HOSTILE}", content=CONTENT)
    after = f"The staging database no longer runs Postgres 14, it runs Postgres 16. {HOSTILE}"
    vault.call("save", title=f"Staging now {HOSTILE}", content=after)
    vault.call("state_fact", title=f"Name {HOSTILE}", content=f"Anna {HOSTILE}")
    vault.close()
    return Machine(home, installed_mnemon())


def on_a_terminal(machine: Machine, argv: tuple[str, ...], *keys: tuple[str, str]) -> str:
    """All that a program writes, as the terminal gets it."""
    terminals = pytest.importorskip("tests.terminal", reason="there are no pseudo-terminals here", exc_type=ImportError)
    terminal, written = terminals.Terminal(argv, machine.environment, machine.home), list[str]()
    draw = terminal.screen.feed

    def feed(data: str) -> None:
        written.append(data)
        draw(data)

    terminal.screen.feed = feed
    for question, key in keys:
        terminal.answer(question, key)
    assert terminal.end() == 0
    return "".join(written)


@pytest.mark.parametrize(
    "line",
    [
        "search staging",
        "search staging --explain",
        "get 1",
        "list",
        "timeline",
        "related 1",
        "contradictions",
        "contradictions 2",
        "profile",
        "history 1",
        "pin 1",
        "forget 1",
        "undo",
    ],
)
def test_no_command_lets_a_text_steer(machine: Machine, line: str) -> None:
    done = machine.run(*line.split())
    assert done.returncode == 0, done.stderr
    printed = done.stdout + done.stderr
    assert {each for each in printed if unicodedata.category(each) == "Cc"} <= {"\n", "\t"}
    assert not set(printed) & DIRECTIONS
    if line != "pin 1":  # it names no text
        assert "\\u001b]0;owned\\u0007" in printed


def test_what_is_typed_and_refused_does_not_steer(machine: Machine) -> None:
    done = machine.run("save", f"a {HOSTILE}", "b", "--type", HOSTILE)
    assert done.returncode == 2
    assert {each for each in done.stderr if unicodedata.category(each) == "Cc"} == {"\n"}


def test_a_terminal_gets_our_bold_and_no_other_control(machine: Machine) -> None:
    written = on_a_terminal(machine, (str(machine.mnemon), "get", "1"))
    assert written.startswith("\x1b[1m#1 Staging \\u001b]0;owned\\u0007\\u001b[2J")
    ours = written.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "")
    assert {each for each in ours if unicodedata.category(each) == "Cc"} == {"\r", "\n"}  # a terminal ends lines so
    assert "\r" not in ours.replace("\r\n", "")
    assert not set(ours) & DIRECTIONS


def test_json_on_a_terminal_has_the_very_text(machine: Machine) -> None:
    written = on_a_terminal(machine, (str(machine.mnemon), "get", "1", "--json"))
    assert written.removesuffix("\r\n").isprintable()
    shown = json.loads(written)["result"]["memory"]
    assert shown["content"] == CONTENT
    assert shown["title"] == machine.result("get", "1")["result"]["memory"]["title"]


def test_questions_and_bars_show_it_and_the_answer_is_the_very_text(machine: Machine) -> None:
    argv = (sys.executable, "-c", ASK, HOSTILE)
    written = on_a_terminal(machine, argv, ("Which", "\r"))
    assert f"{HOSTILE!a} True" in written
    assert not any(steering in written for steering in ("\x1b]", "\x9b", *DIRECTIONS))
    for begins in ("looking", "fetching", "Which", "This"):
        assert f"{begins} \\u001b]0;owned\\u0007" in written
