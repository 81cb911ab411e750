"""The commands of the local vault, as typed: text, --json, exit statuses."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mnemon_installer.cli.app import COMMANDS
from mnemon_installer.cli.main import run
from mnemon_server import __version__
from mnemon_server.kinds import KIND_NAMES
from mnemon_server.settable import SETTABLE


@dataclass
class Said:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Type = Callable[..., Said]


@pytest.fixture
def mnemon(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Type:
    """Carry out one command line in this process."""

    def typed(*words: str, stdin: bytes = b"") -> Said:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = run(list(words))
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return typed


def test_save_search_get(mnemon: Type) -> None:
    assert mnemon("save", "Use SQLite", "We chose SQLite.", "--type", "decision").out == "saved #1 Use SQLite\n"
    assert mnemon("save", "Other", "We chose SQLite.").out == "already there as #1 Use SQLite\n"
    found = mnemon("search", "which", "sqlite?")
    assert found.out.startswith("#1 Use SQLite  [decision, 1.06]\n      We chose SQLite.")
    whole = mnemon("get", "1")
    assert whole.out.splitlines()[0] == "#1 Use SQLite"
    assert whole.out.endswith("\nWe chose SQLite.\n")


def test_content_comes_from_standard_input_as_utf8(mnemon: Type) -> None:
    mnemon("save", "Piped", "-", stdin="café ✓\n".encode())
    assert mnemon("get", "1", "--json").json["result"]["memory"]["content"] == "café ✓\n"


@pytest.mark.parametrize(
    ("stdin", "says"), [(b"\xff\xfe\xff", "not UTF-8"), (b"", "content is empty"), (b"x" * 1_000_000, "longer than")]
)
def test_standard_input_that_cannot_be_kept(mnemon: Type, stdin: bytes, says: str) -> None:
    said = mnemon("save", "Piped", "-", stdin=stdin)
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("mnemon: error: ")
    assert says in said.err


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["nonsense"], 2, "No such command 'nonsense'"),
        (["search"], 2, "Missing argument"),
        (["search", "x", "--limits", "3"], 2, "No such option"),
        (["search", "x", "--limit", "0"], 2, "limit takes a number from 1 to 100"),
        (["search", "x", "--type", "idea"], 2, "unknown type 'idea'"),
        (["search", "x", "--since", "soon"], 2, "'soon' is no time"),
        (["get", "abc"], 2, "abc"),
        (["get", "1"], 1, "there is no memory 1"),
        (["forget", "7"], 1, "there is no memory 7"),
        (["save", "a", "b", "--type", "idea"], 2, "unknown type 'idea'"),
        (["save", "a", ""], 1, "the content is empty"),
        (["config", "get", "colour"], 2, "unknown setting 'colour'"),
        (["config", "set", "search_limit", "many"], 2, "takes a whole number"),
        (["config", "set", "search_limit", "0"], 2, "from 1 to 100"),
        (["import", "xml", "x"], 2, "unknown format 'xml'"),
        (["import", "jsonl", "nowhere.jsonl"], 1, "cannot be read"),
        (["timeline", "--before", "then"], 2, "'then' is no time"),
        (["timeline", "--before", "2026-01-01/x"], 2, "no place in the timeline"),
    ],
)
def test_every_failure_is_a_sentence_a_status_and_one_json_object(
    mnemon: Type, words: list[str], status: int, says: str
) -> None:
    said = mnemon(*words)
    assert said.status == status
    assert said.out == ""
    assert says in said.err
    assert "Traceback" not in said.err
    as_json = mnemon(*words, "--json")
    assert as_json.status == status
    assert as_json.json["ok"] is False
    assert as_json.json["result"] is None
    [problem] = as_json.json["problems"]
    assert set(problem) == {"code", "message", "hint"}
    assert as_json.json["version"] == __version__


def test_the_envelope_of_a_success(mnemon: Type) -> None:
    assert mnemon("save", "a", "b", "--json").json["ok"] is True
    found = mnemon("search", "a", "--json").json
    assert set(found) == {"ok", "result", "problems", "version"}
    memory = found["result"]["memories"][0]
    assert {"id", "uid", "title", "snippet", "type", "confidence", "pinned", "created_at", "score"} <= set(memory)


def test_nothing_found_is_no_failure(mnemon: Type) -> None:
    said = mnemon("search", "zeppelin")
    assert said.status == 0
    assert "nothing found (words only:" in said.out


def test_the_life_of_a_memory(mnemon: Type) -> None:
    mnemon("save", "A", "alpha")
    assert mnemon("pin", "1").out == "#1 is pinned, confidence 0.80\n"
    assert mnemon("pin", "1").out == "#1 is already pinned, confidence 0.80\n"
    assert mnemon("list", "--pinned").out.startswith("#1 A")
    assert mnemon("unpin", "1").out == "#1 is not pinned, confidence 0.50\n"
    assert mnemon("list", "--pinned").out == "no memories\n"
    assert mnemon("forget", "1").out == "forgot #1 A\nmnemon restore 1 brings it back\n"
    gone = mnemon("get", "1")
    assert (gone.status, "mnemon restore 1" in gone.err) == (1, True)
    assert mnemon("restore", "1").out == "restored #1 A\n"
    assert mnemon("timeline").out.startswith("#1 A")
    assert mnemon("related", "1").out == "nothing is connected to #1\n"
    assert mnemon("contradictions", "1").out.startswith("judge: heuristics")
    assert mnemon("sweep").out == "nothing has faded past its half-life\n"
    assert mnemon("rebuild").out.startswith("indexed the words of 1 memories\nno vectors: ")


def test_pages_of_the_timeline_name_the_next_one(mnemon: Type) -> None:
    for name in ("a", "b", "c"):
        mnemon("save", name, name)
    last = mnemon("timeline", "-n", "2").out.splitlines()[-1]
    assert last.startswith("more: mnemon timeline --before ")
    assert mnemon("timeline", "--before", last.split()[-1]).out.startswith("#1 a")


def test_the_profile(mnemon: Type) -> None:
    assert mnemon("profile").out.startswith("the profile is empty")
    assert mnemon("profile", "add", "Editor", "vim").out == "added to the profile: Editor\n"
    assert "Editor: vim" in mnemon("profile").out
    assert mnemon("profile", "--json").json["result"]["sections"][0]["lines"][0]["id"] is None


def test_settings_are_shown_and_changed_and_comments_stay(mnemon: Type, home: Path) -> None:
    path = home / ".mnemon" / "config.toml"
    path.parent.mkdir()
    path.write_text("# my settings\nsearch_limit = 3 # few\n")
    assert mnemon("config", "get", "search_limit").out == "3\n"
    assert mnemon("config", "set", "search_limit", "5").out == "search_limit = 5\n"
    assert path.read_text() == "# my settings\nsearch_limit = 5 # few\n"
    assert [entry["name"] for entry in mnemon("config", "get", "--json").json["result"]["settings"]] == [
        setting.name for setting in SETTABLE
    ]


def test_a_new_config_is_private(mnemon: Type, home: Path) -> None:
    mnemon("config", "set", "search_limit", "5")
    assert stat.S_IMODE((home / ".mnemon" / "config.toml").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / ".mnemon").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("text", "says"),
    [("colour = 1", "unknown setting 'colour'"), ("search_limit = ", "not valid TOML"), ("search_limit = 0", "1 to")],
)
def test_a_config_that_cannot_be_used_is_named_and_left_alone(mnemon: Type, home: Path, text: str, says: str) -> None:
    path = home / ".mnemon" / "config.toml"
    path.parent.mkdir()
    path.write_text(text)
    said = mnemon("status")
    assert said.status == 1
    assert says in said.err
    assert "~/.mnemon/config.toml" in said.err
    assert path.read_text() == text


def test_export_and_import(mnemon: Type, tmp_path: Path) -> None:
    mnemon("save", "A", "alpha")
    target = tmp_path / "out.jsonl"
    assert mnemon("export", "jsonl", str(target)).out == f"exported 1 memories to {target}\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    again = mnemon("export", "jsonl", str(target))
    assert (again.status, "--force" in again.err) == (1, True)
    assert mnemon("export", "jsonl", str(target), "--force").status == 0
    assert json.loads(mnemon("export", "jsonl", "-").out)["title"] == "A"
    said = mnemon("import", "jsonl", str(target))
    assert said.out.startswith("imported 0, already there 1, refused 0\n  line 1: already there as #1 A")
    mixed = mnemon("import", "jsonl", "-", stdin=b'{"title": "B", "content": "beta"}\n{bad\n')
    assert mixed.status == 1
    assert mixed.out.startswith("imported 1, already there 0, refused 1")
    assert "line 2: not a line of JSON" in mixed.err


def test_status_in_text_and_json(mnemon: Type) -> None:
    mnemon("save", "A", "alpha")
    said = mnemon("status")
    assert said.out.startswith("memories   1  (1 note)\n")
    assert "vault      ~/.mnemon/default.sqlite" in said.out
    result = mnemon("status", "--json").json["result"]
    assert {"total", "by_type", "pinned", "invalidated", "archived", "pending", "vectors", "model", "path", "bytes",
            "verified_backup"} <= set(result)  # fmt: skip


def test_help_of_every_command(mnemon: Type) -> None:
    overview = mnemon("--help")
    assert overview.status == 0
    for command in COMMANDS:
        assert command.name in overview.out
        helped = mnemon(command.name, "--help")
        assert helped.status == 0
        assert len(helped.out.splitlines()) > 5
        for word in command.words:
            assert mnemon(command.name, word, "--help").status == 0
    assert mnemon().out == overview.out


def test_the_version(mnemon: Type) -> None:
    assert mnemon("--version").out == f"mnemon {__version__}\n"


def test_a_bug_is_exit_3_with_a_log(mnemon: Type, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mnemon_server.actions import status

    def broken(context: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(status, "run", broken)
    said = mnemon("status")
    assert said.status == 3
    [log] = (home / ".mnemon" / "logs").iterdir()
    assert f"~/.mnemon/logs/{log.name}" in said.err
    assert "ZeroDivisionError" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


HEAVY = """
import sys
from mnemon_installer.cli.main import run
run(sys.argv[1:])
heavy = {"mcp", "mcp_types", "fastembed", "numpy", "onnxruntime", "huggingface_hub", "pydantic", "httpx"}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "words", [["--help"], ["status"], ["save", "a", "b"], ["search", "--words", "a"], ["doctor", "--list"]]
)
def test_light_commands_load_nothing_heavy(words: list[str], home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HEAVY, *words],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "HOME": str(home)},
    )
    assert done.stderr.splitlines()[-1] == "[]", done.stderr


def test_types_are_named_everywhere_the_same(mnemon: Type) -> None:
    for name in KIND_NAMES:
        assert mnemon("save", name, f"content {name}", "--type", name).status == 0
    assert list(mnemon("status", "--json").json["result"]["by_type"]) == list(KIND_NAMES)
