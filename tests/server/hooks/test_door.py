"""`mnemon hook` as a client runs it: always exit 0, never a word too much, never late."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.scripts.doomed import SEEDED
from tests.server.hooks.conftest import Program, context_of, environment

from mnemon_server.client.in_process import InProcess
from mnemon_server.hooks import log
from mnemon_server.hooks.door import HOOKS
from mnemon_server.settings import Settings

EVENTS = [hook.name for hook in HOOKS]
RULE = "All our migrations are named with a timestamp prefix."
ASKED = {"session_id": "s1", "hook_event_name": "UserPromptSubmit", "prompt": "add a migration for the invoices table"}


@pytest.fixture
def with_rule(vault_client: InProcess) -> InProcess:
    vault_client.call("save", title="Migrations", content=RULE)
    return vault_client


def test_a_prompt_is_answered_in_json_and_a_line_is_logged(with_rule: InProcess, program: Program) -> None:
    done = program.run("surface", "--client", "claude-code", payload=ASKED)
    assert (done.returncode, done.stderr) == (0, b"")
    assert RULE in context_of(done.stdout.decode("ascii"))
    [line] = program.log
    assert "surface claude-code" in line
    assert "1 memories" in line
    assert "migration" not in line


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        pytest.param(b"[]", marks=SEEDED),
        pytest.param(b"null", marks=SEEDED),
        b"\xff\xfe\x00",
        b'{"prompt": 7, "session_id": [], "transcript_path": {}}',
        b"[" * 100_000,
    ],
    ids=["empty", "torn", "a list", "null", "not utf-8", "wrong types", "deep"],
)
def test_bad_input_is_answered_with_nothing(program: Program, event: str, data: bytes) -> None:
    done = program.run(event, "--in-foreground", data=data)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize(
    "words", [(), ("nosuch",), ("surface", "--client"), ("surface", "--client", "emacs", "--later", "x"), ("--json",)]
)
def test_any_command_line_ends_well(program: Program, words: tuple[str, ...]) -> None:
    done = program.run(*words, payload=ASKED)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_stdin_is_utf8_whatever_the_locale(vault_client: InProcess, program: Program) -> None:
    vault_client.call("save", title="Gebühren", content="Die Mahngebühren rundet der Großrechner kaufmännisch.")
    asked = ASKED | {"prompt": "wie rundet der Großrechner die Mahngebühren bei uns"}
    for locale in ("C", "POSIX", "de_DE.ISO-8859-1"):
        done = program.run(
            "surface",
            data=json.dumps(asked | {"session_id": locale}, ensure_ascii=False).encode(),
            LC_ALL=locale,
            LANG=locale,
            PYTHONUTF8="0",
            PYTHONIOENCODING="",
        )
        assert "Mahngebühren" in context_of(done.stdout.decode("ascii"))


def test_options_may_be_written_with_an_equals_sign(with_rule: InProcess, program: Program, home: Path) -> None:
    done = program.run(
        "surface", "--client=codex", f"--vault-dir={home / '.mnemon'}", payload=ASKED, MNEMON_VAULT_DIR=str(home / "no")
    )
    assert RULE in context_of(done.stdout.decode())
    assert "surface codex" in program.log[0]


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are closed by a POSIX shell")
@pytest.mark.parametrize(
    "closed", [">&-", *(pytest.param(each, marks=SEEDED) for each in ("2>&-", ">&- 2>&-", "<&-")), "<&- >&- 2>&-"]
)
def test_a_client_that_has_closed_its_pipes_is_no_trouble(with_rule: InProcess, home: Path, closed: str) -> None:
    for event in EVENTS:
        line = f"{sys.executable} -m mnemon_installer.cli hook {event} {closed}"
        done = subprocess.run(["/bin/sh", "-c", line], env=environment(home), input=b"{}", capture_output=True)
        assert (done.returncode, done.stderr) == (0, b""), event
        assert not done.stdout or event == "session-start", event  # which begins with what is known of the user
    assert not list((home / ".mnemon" / "logs").glob("crash*"))


def test_a_home_that_does_not_exist_is_no_trouble(program: Program) -> None:
    done = program.run("surface", payload=ASKED, MNEMON_VAULT_DIR="~nobody-of-this-name/x")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_vault_that_is_locked_costs_no_prompt(with_rule: InProcess, program: Program, settings: Settings) -> None:
    with_rule.close()
    holder = apsw.Connection(str(settings.vault_path))
    holder.pragma("locking_mode", "EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    done = program.run("surface", payload=ASKED)
    assert (done.returncode, done.stdout) == (0, b"")
    assert time.monotonic() - began < 15  # the deadline is two and a half
    assert "deadline" in program.log[0] or "vault-busy" in program.log[0]
    holder.execute("ROLLBACK")
    holder.close()


@pytest.mark.parametrize("content", [b"", b"not a vault" * 500])
def test_a_vault_that_is_none_costs_no_prompt(program: Program, settings: Settings, content: bytes) -> None:
    settings.folder.mkdir()
    settings.vault_path.write_bytes(content)
    done = program.run("surface", payload=ASKED)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert settings.vault_path.read_bytes() == content
    assert "vault-refused" in program.log[0]


def test_a_config_that_cannot_be_read_costs_no_prompt(program: Program, settings: Settings) -> None:
    settings.folder.mkdir()
    settings.config_path.write_text("nonsense = = 1")
    done = program.run("surface", payload=ASKED)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_hook_left_over_from_an_uninstall_leaves_nothing(program: Program, home: Path) -> None:
    for event in EVENTS:
        assert program.run(event, "--in-foreground", payload=ASKED | {"session_id": "x"}).returncode == 0
    assert list(home.iterdir()) == []


def test_the_stop_hook_returns_at_once_and_works_on(
    vault_client: InProcess, program: Program, write_session: Callable[..., Path]
) -> None:
    path = write_session(("user", "From now on we deploy from the release branch, because main is never frozen."))
    payload = {
        "session_id": "s1",
        "hook_event_name": "Stop",
        "transcript_path": str(path),
        "last_assistant_message": "",
    }
    done = program.run("extract", payload=payload)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert "1 captured" in program.await_log("extract")
    [waiting] = vault_client.call("inbox")["memories"]
    assert waiting["snippet"].startswith("From now on we deploy from the release branch")
    assert waiting["source_client"] == "claude-code-hook"


def test_a_detached_hook_outlives_the_client_that_is_killed(
    vault_client: InProcess, home: Path, program: Program, write_session: Callable[..., Path]
) -> None:
    path = write_session(("user", "From now on we deploy from the release branch, because main is never frozen."))
    payload = json.dumps({"session_id": "s1", "transcript_path": str(path)})
    client = subprocess.Popen(
        [sys.executable, "-c", _CLIENT, sys.executable, payload], env=environment(home), start_new_session=True
    )
    client.wait(timeout=20)
    assert "captured" in program.await_log("extract")


# Runs the hook, then kills its own process group, as a client does that ends.
_CLIENT = """
import os, signal, subprocess, sys
subprocess.run([sys.argv[1], "-m", "mnemon_installer.cli", "hook", "extract"], input=sys.argv[2].encode(), check=True)
os.killpg(0, signal.SIGKILL)
"""


def test_another_vault_can_be_named_on_the_command_line(program: Program, home: Path, tmp_path: Path) -> None:
    other = InProcess(Settings(tmp_path / "elsewhere"), "cli")
    other.call("save", title="Migrations", content=RULE)
    other.close()
    done = program.run("surface", "--vault-dir", str(tmp_path / "elsewhere"), payload=ASKED)
    assert RULE in context_of(done.stdout.decode())
    assert not (home / ".mnemon").exists()


def test_the_log_turns_over_and_never_fails(tmp_path: Path) -> None:
    folder = tmp_path / "vault" / "logs"
    log.note(folder, "surface", "gemini", "nothing", 1.0)
    assert not folder.exists(), "a folder that is gone stays gone"
    folder.parent.mkdir()
    log.note(folder, "surface", "gemini", "nothing", 1.0)
    path = folder / "hooks.log"
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(b"x" * (log.LARGEST + 1))
    log.note(folder, "surface", "gemini", "nothing", 1.0)
    assert len(path.read_text().splitlines()) == 1
    assert (folder / "hooks.log.1").stat().st_size > log.LARGEST


def test_a_bug_is_logged_by_its_place_without_its_words(
    program: Program, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mnemon_server.hooks import door, surface

    settings.folder.mkdir()

    def burst(event: Any, settings: Any, reach: Any) -> Any:
        raise RuntimeError("the user's secret text")

    monkeypatch.setattr(surface, "run", burst)
    assert door.main(["surface"], json.dumps(ASKED).encode()) == 0
    assert capsys.readouterr().out == ""
    [line] = program.log
    assert "bug RuntimeError" in line
    assert "secret" not in line


def test_the_door_imports_no_heavy_library(program: Program) -> None:
    code = (
        "import sys\nfrom mnemon_server.hooks.quick import main\nmain(['surface'])\n"
        "heavy = {'typer', 'mcp', 'fastembed', 'numpy', 'httpx', 'rich', 'huggingface_hub', 'tomlkit', 'asyncio'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    InProcess(Settings(program.home / ".mnemon"), "cli").call("status")
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(ASKED),
        capture_output=True,
        text=True,
        env=environment(program.home),
    )
    assert done.stdout.strip() == "[]", done.stderr
