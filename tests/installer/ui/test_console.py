"""Whoever wrote a text, what is printed does not steer the terminal."""

from __future__ import annotations

import json
import sys

import pytest

from mnemon_installer.checks.check import Finding
from mnemon_installer.ui import console
from mnemon_installer.ui.finding_lines import finding_line

TEXTS = [
    ("plain words", "plain words"),
    ("two\nlines\tand a tab", "two\nlines\tand a tab"),
    ("lines\r\nof Windows\r\n", "lines\nof Windows\n"),
    ("kept\rhidden", "kept\\u000dhidden"),
    ("\x1b]0;owned\x07", "\\u001b]0;owned\\u0007"),
    ("\x1b]52;c;aGk=\x1b\\", "\\u001b]52;c;aGk=\\u001b\\"),
    ("\x1b[2J\x1b[31mred\x1b[0m", "\\u001b[2J\\u001b[31mred\\u001b[0m"),
    ("\x00\x08\x0b\x0c\x1f\x7f", "\\u0000\\u0008\\u000b\\u000c\\u001f\\u007f"),
    ("\x80\x85\x9b31m\x9f", "\\u0080\\u0085\\u009b31m\\u009f"),
    ("\u202aa\u202eb\u2066c\u2069", "\\u202aa\\u202eb\\u2066c\\u2069"),
    ("کتاب‌ها \u200fא\u200e 👩\u200d💻 größer", "کتاب‌ها \u200fא\u200e 👩\u200d💻 größer"),
    ("\\u001b is no escape", "\\u001b is no escape"),
]

Captured = pytest.CaptureFixture[str]


def be_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)


@pytest.mark.parametrize(("text", "shown"), TEXTS)
def test_what_would_steer_a_terminal_is_shown(text: str, shown: str, capsys: Captured) -> None:
    console.out(text)
    console.say(text)
    console.show({"title": text}, lambda result: [f"#1 {result['title']}"], as_json=False)
    printed = capsys.readouterr()
    assert printed.out == f"{shown}\n#1 {shown}\n"
    assert printed.err == f"{shown}\n"


@pytest.mark.parametrize(("text", "shown"), TEXTS)
def test_a_problem_that_quotes_such_a_text(text: str, shown: str, capsys: Captured) -> None:
    console.fail({"code": "usage", "message": f"no such type: {text}", "hint": f"mnemon {text}"}, as_json=False)
    console.warn(text)
    told = f"mnemon: error: no such type: {shown}\nmnemon: hint: mnemon {shown}\nmnemon: warning: {shown}\n"
    assert capsys.readouterr().err == told


def test_our_colours_reach_a_terminal_and_no_others(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    be_a_terminal(monkeypatch)
    console.out(console.tint("#1 \x1b[0m\x1b[7m", "bold") + " \x1b[31mred")
    console.warn("\x1b[5mlook")
    printed = capsys.readouterr()
    assert printed.out == "\x1b[1m#1 \\u001b[0m\\u001b[7m\x1b[0m \\u001b[31mred\n"
    assert printed.err == "mnemon: \x1b[33mwarning\x1b[0m: \\u001b[5mlook\n"


def test_a_finding_that_names_what_another_has_written(capsys: Captured) -> None:
    name = "web\x1b]0;owned\x07"
    console.out(finding_line(Finding("cursor.entry", "warn", f"{name} is there, too", f"mnemon {name}"), 12))
    assert "web\\u001b]0;owned\\u0007 is there" in capsys.readouterr().out


@pytest.mark.parametrize("text", [text for text, _ in TEXTS])
def test_json_is_raw_for_a_program(text: str, capsys: Captured) -> None:
    console.show({"title": text}, lambda result: [], as_json=True)
    printed = capsys.readouterr().out
    assert printed == console.envelope({"title": text}) + "\n"
    assert json.loads(printed)["result"]["title"] == text


@pytest.mark.parametrize("text", [text for text, _ in TEXTS])
def test_json_on_a_terminal_says_the_same(text: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    be_a_terminal(monkeypatch)
    console.show({"title": text}, lambda result: [], as_json=True)
    console.fail({"code": "usage", "message": text, "hint": ""}, as_json=True)
    printed = capsys.readouterr().out
    result, problem = (json.loads(line) for line in printed.splitlines())
    assert result["result"]["title"] == text
    assert problem["problems"][0]["message"] == text
    assert not set(printed) & {"\x1b", "\x07", "\x7f", "\x85", "\x9b", "\u202e", "\u2066"}
