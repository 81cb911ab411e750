"""A machine joins the vault of a real server and leaves it again: processes, a fake home, files before and after."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.installer.machine import Machine, installed_mnemon
from tests.remote_server import RemoteServer, serving

PASSPHRASE = "grüße vom Pferd, 1 Batterie"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RemoteServer]:
    home = tmp_path / "server"
    home.mkdir()
    with serving(home, MNEMON_OWNER_PASSPHRASE=PASSPHRASE) as started:
        yield started


def told(done: subprocess.CompletedProcess[str], status: int = 0) -> Any:
    assert done.returncode == status, done.stdout + done.stderr
    return json.loads(done.stdout)["result"]


def test_a_machine_joins_with_its_memories_works_over_there_and_comes_back(home: Path, server: RemoteServer) -> None:
    machine = Machine(home, installed_mnemon())
    cursor = home / ".cursor" / "mcp.json"
    cursor.parent.mkdir()
    folder = home / ".mnemon"
    assert machine.run("save", "Tea", "Green tea is best at 80 degrees.").returncode == 0

    nothing = machine.run("setup", "--remote-url", server.url)
    assert nothing.returncode == 4
    assert "--token-stdin" in nothing.stderr
    assert sorted(each.name for each in folder.iterdir() if "sqlite" not in each.name) == []

    joined = machine.run(
        "setup", "--remote-url", f"{server.url}/mcp", "--token-stdin", "--send-memories", stdin=PASSPHRASE
    )
    assert joined.returncode == 0, joined.stdout + joined.stderr
    assert re.search(r"memories +1 sent\n +web vault +in use\n", joined.stdout), joined.stdout
    assert "cursor.server" in joined.stdout
    assert "answers: save, search, get and forget" in joined.stdout
    token = (folder / "local_token").read_text().split()[0]
    assert token.startswith("mnemon_d_")
    assert (folder / "remote_url").read_text() == f"{server.url}\n"
    assert stat.S_IMODE((folder / "local_token").stat().st_mode) == 0o600 or os.name == "nt"
    assert json.loads(cursor.read_text())["mcpServers"]["mnemon"]["args"] == ["serve"]
    assert not (folder / "default.sqlite").exists()
    assert len(list((folder / "archive").glob("pre-web-*.sqlite"))) == 1
    for path in (each for each in home.rglob("*") if each.is_file()):
        assert PASSPHRASE.encode() not in path.read_bytes(), path
        assert token.encode() not in path.read_bytes() or path == folder / "local_token", path
    assert token not in joined.stdout + joined.stderr

    assert [each["title"] for each in told(machine.run("list", "--json"))["memories"]] == ["Tea"]
    before = machine.contents()
    assert machine.run("setup").returncode == 0
    assert machine.contents() == before

    shared = machine.run("doctor", "--share")
    assert str(server.port) not in shared.stdout
    assert token not in shared.stdout
    away = machine.run("setup", "--local", "--no-model")
    assert away.returncode == 0, away.stdout + away.stderr
    assert not (folder / "remote_url").exists()
    assert not (folder / "local_token").exists()
    assert json.loads(cursor.read_text())["mcpServers"]["mnemon"]["args"] == ["serve"]
    line = next(line.strip() for line in away.stdout.splitlines() if "mnemon import jsonl -" in line)
    back = machine.start(("/bin/sh", "-c", line), PATH=f"{machine.mnemon.parent}:/usr/bin:/bin")
    assert back.returncode == 0, back.stderr
    assert [each["title"] for each in told(machine.run("list", "--json"))["memories"]] == ["Tea"]


def test_doctor_walks_as_claude_ai_and_the_owner_sees_who_came(home: Path, server: RemoteServer) -> None:
    machine = Machine(home, installed_mnemon())
    walked = machine.run("doctor", "connector", "--url", server.url, "--passphrase-stdin", "--json", stdin=PASSPHRASE)
    findings = told(walked)["findings"]
    assert {each["verdict"] for each in findings} == {"ok"}
    assert findings[-1]["code"] == "connector.revoke"
    assert PASSPHRASE not in walked.stdout + walked.stderr

    assert machine.run("setup", "--remote-url", server.url, "--token-stdin", stdin=PASSPHRASE).returncode == 0
    halfway = machine.run("doctor", "connector")
    assert halfway.returncode == 0, halfway.stdout + halfway.stderr
    assert "without the owner's passphrase the rest was not walked" in halfway.stdout
    assert "The server saw, newest first:" in halfway.stdout
    assert "consent" in halfway.stdout

    made = told(machine.run("token", "new", "phone", "--code", "--json"))
    code = Path(made["path"]).read_text()
    other = Machine(home.parent / "other", machine.mnemon)
    other.home.mkdir()
    assert other.run("setup", "--remote-url", server.url, "--token-stdin", "--json", stdin=code).returncode == 0
    assert "phone" in machine.run("token", "list").stdout
    assert machine.run("token", "revoke", "phone").returncode == 0
    refused = other.run("list")
    assert refused.returncode == 4
    assert "does not take this machine's token" in refused.stderr
    looked = other.result("doctor", "remote.token")
    assert [each["code"] for each in looked["problems"]] == ["remote.token"]


def test_an_address_that_was_damaged_is_taken_for_no_other_and_can_be_dropped(home: Path) -> None:
    machine = Machine(home, installed_mnemon())
    folder = home / ".mnemon"
    folder.mkdir(mode=0o700)
    (folder / "remote_url").write_text("")
    refused = machine.run("status")
    assert refused.returncode == 1
    assert "remote_url is empty" in refused.stderr
    assert not (folder / "default.sqlite").exists()
    back = machine.run("setup", "cursor", "--local", "--no-model")
    assert back.returncode == 0, back.stdout + back.stderr
    assert not (folder / "remote_url").exists()
    assert machine.run("status").returncode == 0
