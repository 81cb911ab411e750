"""`mnemon doctor` on broken things: one finding for the cause, one command to mend it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.installer.machine import Machine, installed_mnemon

from mnemon_installer.clients import CLIENTS
from mnemon_server.client import connect
from mnemon_server.settings import Settings


@pytest.fixture
def machine(home: Path) -> Machine:
    """One with a vault, and Claude Code registered by hand as setup does it."""
    machine = Machine(home, installed_mnemon())
    vault = connect(Settings(home / ".mnemon"), caller="test")
    vault.call("save", title="kept", content="a memory that stays")
    vault.close()
    register(machine)
    return machine


def register(machine: Machine, **changes: Any) -> None:  # Any: JSON
    entry = {"type": "stdio", "command": str(machine.mnemon), "args": ["serve"], "env": {}} | changes
    machine.claude_file.write_text(json.dumps({"mcpServers": {"mnemon": entry}}))


def findings(machine: Machine, *codes: str) -> dict[str, dict[str, str]]:
    told = machine.result("doctor", *codes)
    found = {finding["code"]: finding for finding in told["result"]["findings"]}
    assert all(finding["fix"] for finding in found.values() if finding["verdict"] in ("warn", "fail", "missing"))
    return found


def test_all_is_well_and_the_probe_leaves_nothing_behind(machine: Machine) -> None:
    done = machine.run("doctor")
    assert done.returncode == 0, done.stdout
    assert "answers: save, search, get and forget" in done.stdout
    assert "fix: mnemon model fetch" in done.stdout
    assert done.stdout.endswith("1 warning.\n")
    vault = connect(Settings(machine.home / ".mnemon"), caller="test")
    try:
        assert vault.call("status")["total"] == 1
        assert vault.call("status")["invalidated"] == 0
        assert vault.call("purge_probe") == {"purged": 0}
        assert vault.call("save", title="next", content="next")["memory"]["id"] == 2
    finally:
        vault.close()


def test_before_setup_the_vault_is_missing_and_none_is_made(home: Path) -> None:
    machine = Machine(home, installed_mnemon())
    done = machine.run("doctor")
    assert done.returncode == 4
    assert "missing  vault" in done.stdout
    assert "fix: mnemon setup" in done.stdout
    assert list(home.iterdir()) == []


def test_a_damaged_vault_is_the_one_cause_shown(machine: Machine) -> None:
    path = machine.home / ".mnemon" / "default.sqlite"
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 9] = b"\xa5" * (4096 * 7)
    path.write_bytes(content)
    found = findings(machine)
    assert found["vault"]["verdict"] == "fail"
    assert f"mv {path}* " in found["vault"]["fix"]
    assert found["claude-code.server"] == {
        "code": "claude-code.server",
        "verdict": "skipped",
        "message": "needs vault",
        "fix": "",
    }
    assert machine.run("doctor").returncode == 1
    assert path.read_bytes() == content


def test_a_vault_that_others_can_read_is_a_warning(machine: Machine) -> None:
    (machine.home / ".mnemon" / "default.sqlite").chmod(0o644)
    found = findings(machine, "vault")["vault"]
    assert (found["verdict"], found["fix"]) == ("warn", f"chmod 600 {machine.home}/.mnemon/default.sqlite")


@pytest.mark.parametrize(
    ("changes", "verdict", "said"),
    [
        ({"command": "/gone/mnemon"}, "fail", "/gone/mnemon does not exist"),
        ({"command": "mnemon"}, "fail", "not an absolute path"),
        ({"args": ["serve", "--stdio"]}, "fail", "`mnemon serve --stdio` instead of"),
        ({"env": {"MNEMON_VAULT_DIR": "/elsewhere"}}, "fail", "MNEMON_VAULT_DIR"),
        ({"command": "npx"}, "fail", "is not this one"),
    ],
)
def test_an_entry_that_drifted_is_named(machine: Machine, changes: dict[str, Any], verdict: str, said: str) -> None:
    register(machine, **changes)
    found = findings(machine, "claude-code.entry")["claude-code.entry"]
    assert found["verdict"] == verdict
    assert said in found["message"]
    assert found["fix"].startswith("mnemon setup claude-code")


def test_a_command_that_cannot_be_run_is_named(machine: Machine) -> None:
    program = machine.home / "mnemon"
    program.write_text("")
    register(machine, command=str(program))
    found = findings(machine, "claude-code.entry")["claude-code.entry"]
    assert (found["verdict"], found["message"]) == ("fail", f"the registered command {program} cannot be run")


def test_an_entry_that_vanished_from_the_only_client_is_a_failure(machine: Machine) -> None:
    machine.claude_file.write_text("{}")
    found = findings(machine, "clients")["clients"]
    assert (found["verdict"], found["fix"]) == ("fail", "mnemon setup")
    assert "registered in no client (Claude Code)" in found["message"]


def test_a_broken_client_file_is_named_with_its_line(machine: Machine) -> None:
    machine.claude_file.write_text('{\n  "mcpServers": {,}\n}')
    found = findings(machine, "claude-code.server")
    assert "line 2, column 18" in found["claude-code.entry"]["message"]
    assert found["claude-code.entry"]["fix"].startswith("${EDITOR:-nano} +2 ")
    assert found["claude-code.server"]["verdict"] == "skipped"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("#!/bin/sh\necho 'no such module' >&2\nexit 1\n", "it said: no such module"),
        ("#!/no/such/interpreter\n", "cannot be started"),
        ('#!/bin/sh\necho \'{"not": "mcp"}\'\n', "while starting the server"),
    ],
)
def test_a_server_that_does_not_start_shows_what_it_said(machine: Machine, script: str, said: str) -> None:
    program = machine.home / "mnemon"
    program.write_text(script)
    program.chmod(0o755)
    register(machine, command=str(program))
    found = findings(machine, "claude-code.server")
    assert found["claude-code.entry"]["verdict"] == "warn"  # it is another installation than this
    assert found["claude-code.server"]["verdict"] == "fail"
    assert said in found["claude-code.server"]["message"]


def test_the_list_names_every_check_and_an_unknown_one_is_wrong_usage(machine: Machine) -> None:
    listed = machine.run("doctor", "--list")
    assert [line.split()[0] for line in listed.stdout.splitlines()] == [
        *("python-sqlite", "vec", "disk", "vault", "index", "model", "judge", "pending"),
        *("remote", "remote.token", "deployment", "backup", "clients"),
        *(
            f"{client.name}.{what}"
            for client in CLIENTS
            for what in ("entry", "server", "hooks", "hook-run")[: 4 if client.hooks else 2]
        ),
        *("server", "resident", "client-secrets", "dead-entries", "processes"),
    ]
    unknown = machine.run("doctor", "valut")
    assert unknown.returncode == 2
    assert "the checks are python-sqlite" in unknown.stderr
