"""`mnemon doctor --share`: fit to be pasted where everybody reads it; and doctor's output as people see it."""

from __future__ import annotations

import json
import platform
import re
from pathlib import Path
from typing import Any

import pytest
from tests.installer.machine import Machine, installed_mnemon
from tests.remote_server import free_port

from mnemon_installer.wizard.sharing import proxy_hosts

SECRETS = ("hush-hush-hush", "s3cr3t", "gh_token_value")


@pytest.fixture
def machine(home: Path) -> Machine:
    """One where every sort of thing is wrong with some client."""
    machine = Machine(home, installed_mnemon(), {"USER": "annaberg", "LOGNAME": "annaberg"})
    home.chmod(0o755)
    entry = {"command": str(machine.mnemon), "args": ["serve"]}
    project = {f"{home}/work/annaberg-affair": {"mcpServers": {"mnemon": {"command": "npx"}}}}
    files = {
        ".claude.json": json.dumps({"mcpServers": {"mnemon": entry}, "projects": project}),
        ".claude/settings.json": json.dumps({"mcpServers": {"mnemon": entry}}),
        ".cursor/mcp.json": json.dumps({"mcpServers": {"x": {"env": {"GITHUB_TOKEN": SECRETS[2]}}, "mnemon": entry}}),
        ".gemini/settings.json": json.dumps({"mcpServers": {"mnemon": {"command": "npx", "env": {"K": SECRETS[0]}}}}),
        ".codex/config.toml": f'[mcp_servers.mnemon]\ncommand = "/gone/mnemon"\nargs = ["serve", "{SECRETS[1]}"]\n',
        ".codeium/windsurf/mcp_config.json": '{"mcpServers": ',
        ".copilot/mcp-config.json": "{}",
    }
    for name, text in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
        (home / name).chmod(0o600)
    (home / ".cursor/mcp.json").chmod(0o644)
    (home / ".mnemon").mkdir(mode=0o700)
    machine.run("save", "kept", "a memory that stays")
    return machine


def steady(text: str, machine: Machine) -> str:
    """Without what differs from machine to machine and from day to day."""
    text = re.sub(r"^.*\bprocesses\b.*\n(?:.*fix:.*kill.*\n)?", "", text, flags=re.MULTILINE)
    for pattern, instead in (
        (re.escape(str(machine.mnemon)), "MNEMON"),
        (re.escape(str(machine.home)), "HOME"),
        (r"Python [\d.]+, SQLite [\d.]+", "Python 3, SQLite 3"),
        (r"[\d,.]+ GB free", "99 GB free"),
        (r"in [\d.]+ s\b", "in 1.0 s"),
        (r"mnemon \d+\.\d+\.\d+", "mnemon 1.2.3"),
        (r'"version": "[^"]*"', '"version": "1.2.3"'),
    ):
        text = re.sub(pattern, instead, text)
    return text


def test_the_bundle_holds_no_secret_and_nothing_personal(machine: Machine) -> None:
    elsewhere = machine.run("doctor", "--share", MNEMON_VAULT_DIR=str(machine.home / "annaberg-diary"))
    assert "Variables set: HTTPS_PROXY, HTTP_PROXY, MNEMON_RESIDENT, MNEMON_VAULT_DIR" in elsewhere.stdout
    done = machine.run("doctor", "--share")
    for word in (*SECRETS, "annaberg", str(machine.home), str(machine.home.parent), "diary"):
        assert word not in done.stdout + elsewhere.stdout, word
    assert "the project ~/… has a server called mnemon of its own" in done.stdout
    if len(platform.node()) > 2:
        assert platform.node() not in done.stdout
    assert done.stdout.startswith("### mnemon doctor\n")
    assert re.search(r"\| platform \| \w+ .*\|", done.stdout)
    assert "| Cursor | unknown | " in done.stdout
    assert "| gemini.entry | the server called mnemon in ~/.gemini/settings.json is not this one |" in done.stdout


def test_a_proxy_is_not_named_in_it(machine: Machine) -> None:
    proxy = f"http://ann:{SECRETS[1]}@localhost:{free_port()}"
    asked = {"MNEMON_REMOTE_URL": "https://vault.example", "MNEMON_LOCAL_TOKEN": "t" * 40, "https_proxy": proxy}
    told = machine.run("doctor", "--share", HTTPS_PROXY="", **asked).stdout
    assert "did not answer by way of the proxy that is set (HTTPS_PROXY): Connection refused" in told
    assert "https_proxy" in next(line for line in told.splitlines() if line.startswith("Variables set: "))
    for word in (SECRETS[1], "localhost", "vault.example"):
        assert word not in told


def test_hosts_of_proxies_are_told_apart_from_their_secrets() -> None:
    variables = {
        "HTTPS_PROXY": "http://me:pw@inner.example:3128",
        "all_proxy": "other.example",
        "NO_PROXY": "x.example",
    }
    variables |= {"HTTP_PROXY": "http://[", "MNEMON_REMOTE_URL": "https://vault.example"}
    assert proxy_hosts(variables) == {"HTTPS_PROXY_HOST": "inner.example", "all_proxy_HOST": "other.example"}


def test_the_bundle_as_json(machine: Machine) -> None:
    told = machine.result("doctor", "vault", "--share")
    assert told["result"]["markdown"].startswith("### mnemon doctor")
    assert [finding["code"] for finding in told["result"]["findings"]] == ["vault"]


def test_doctor_s_words_and_json_change_only_on_purpose(machine: Machine, snapshot: Any) -> None:
    snapshot.snapshot_dir = Path(__file__).parent / "snapshots" / "doctor"
    snapshot.assert_match(steady(machine.run("doctor").stdout, machine), "doctor.txt")
    told = machine.result("doctor")
    told["result"]["findings"] = [each for each in told["result"]["findings"] if each["code"] != "processes"]
    told["problems"] = [each for each in told["problems"] if each["code"] != "processes"]
    text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    snapshot.assert_match(steady(text, machine), "doctor.json")
