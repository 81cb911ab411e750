"""`mnemon doctor --fix` and the commands that doctor names: run, and the trouble is gone."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess

import pytest
from tests.installer.machine import Machine
from tests.scripts.stage import Stage, make_stage, succeeds
from tests.seeded import seeded

from mnemon_server.client import connect
from mnemon_server.settings import Settings
from mnemon_server.vault.connection import Vault

DEAD = '{\n  "hooks": {},\n  "mcpServers": {\n    "mnemon": {"command": "/old/mnemon", "args": ["serve"]}\n  }\n}\n'


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """What `mnemon setup` has prepared for Cursor and Codex, with a memory in the vault."""
    made = make_stage(tmp_path_factory)
    home = made.machine.home
    for path, text in (
        (".cursor/mcp.json", '{"mcpServers": {"x": {"env": {"TOKEN": "hush"}}}}'),
        (".codex/config.toml", ""),
    ):
        (home / path).parent.mkdir()
        (home / path).write_text(text)
        (home / path).chmod(0o600)
    succeeds(made.machine, "setup", "--no-model", "--no-rules")
    vault = connect(Settings(home / ".mnemon"), caller="test")
    vault.call("save", title="kept", content="a memory that stays")
    vault.close()
    made.keep("set up")
    return made


@pytest.fixture
def machine(stage: Stage) -> Machine:
    return stage.back_to("set up")


def verdicts(machine: Machine, *words: str) -> dict[str, str]:
    told = machine.result("doctor", *words)
    return {finding["code"]: finding["verdict"] for finding in told["result"]["findings"]}


def test_what_drifted_or_was_lost_is_registered_again(machine: Machine) -> None:
    cursor, codex = machine.home / ".cursor/mcp.json", machine.home / ".codex/config.toml"
    cursor.write_text(cursor.read_text().replace(str(machine.mnemon), "/gone/mnemon"))
    codex.write_text("")  # a running client has written its old copy back
    lost = machine.run("doctor", "codex.entry")
    assert lost.returncode == 1
    assert "it is gone: a running Codex may have written an older copy of its file back" in lost.stdout
    assert "fix: mnemon setup codex" in lost.stdout

    mended = machine.run("doctor", "--fix", "--yes")

    assert mended.returncode == 0, mended.stdout + mended.stderr
    assert "/gone/mnemon" in mended.stdout  # the diff
    assert "Cursor  updated\n  Codex   registered" in mended.stdout
    assert "Checking again:" in mended.stdout
    assert json.loads(cursor.read_text())["mcpServers"]["mnemon"]["command"] == str(machine.mnemon)
    assert json.loads(cursor.read_text())["mcpServers"]["x"] == {"env": {"TOKEN": "hush"}}
    assert "hush" not in mended.stdout

    before = machine.contents()
    again = machine.run("doctor", "--fix", "--yes")
    assert "There is nothing that doctor can mend by itself." in again.stdout
    assert {path for path, seen in machine.contents().items() if seen != before.get(path)} <= {
        path
        for path in before
        if "default.sqlite" in path  # the probe saves, and takes it out again
    }


def test_open_modes_are_tightened(machine: Machine) -> None:
    machine.home.chmod(0o755)
    open_ones = {machine.home / ".mnemon": 0o755, machine.home / ".mnemon/default.sqlite": 0o644}
    exposed = machine.home / ".cursor/mcp.json"
    for path, mode in (open_ones | {exposed: 0o644}).items():
        path.chmod(mode)
    exposed.parent.chmod(0o755)
    assert verdicts(machine, "vault", "client-secrets") == {"vault": "warn", "client-secrets": "warn"}
    mended = machine.run("doctor", "vault", "client-secrets", "--fix", "--yes")
    assert mended.returncode == 0
    assert "mode 0644 becomes 0600: ~/.cursor/mcp.json" in mended.stdout
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (*open_ones, exposed)]
    assert modes == [0o700, 0o600, 0o600]


def test_a_dead_entry_goes_and_the_rest_of_its_file_stays(machine: Machine) -> None:
    settings = machine.home / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(DEAD)
    found = machine.result("doctor", "dead-entries")["result"]["findings"][0]
    assert found["verdict"] == "warn"
    assert machine.run(*found["fix"].split()[1:], "--yes").returncode == 0
    assert settings.read_text() in ('{\n  "hooks": {},\n  "mcpServers": {}\n}\n', '{\n  "hooks": {}\n}\n')
    assert verdicts(machine, "dead-entries") == {"dead-entries": "ok"}


def test_an_index_that_disagrees_is_rebuilt(machine: Machine) -> None:
    vault = Vault(machine.home / ".mnemon/default.sqlite")
    with vault.write() as connection:
        connection.execute("INSERT INTO words(words) VALUES('delete-all')")
    vault.close()
    found = verdicts(machine)
    assert (found["vault"], found["index"], found["cursor.server"]) == ("ok", "fail", "ok")
    assert machine.run("doctor", "index", "--fix", "--yes").returncode == 0
    assert verdicts(machine, "index") == {"index": "ok"}
    assert machine.result("search", "stays")["result"]["memories"][0]["title"] == "kept"


def test_what_is_not_ours_to_mend_is_left(machine: Machine) -> None:
    cursor, codex = machine.home / ".cursor/mcp.json", machine.home / ".codex/config.toml"
    cursor.write_text('{"mcpServers": {"mnemon": {"command": "npx"}}}')
    codex.write_text("[mcp_servers\n")
    done = machine.run("doctor", "--fix", "--yes")
    assert done.returncode == 1
    assert cursor.read_text() == '{"mcpServers": {"mnemon": {"command": "npx"}}}'
    assert codex.read_text() == "[mcp_servers\n"
    assert "mnemon setup cursor --replace-foreign" in done.stdout


@pytest.mark.parametrize(("key", "status"), [("n", 1), ("\x03", 130), ("y", 0)])
def test_on_a_terminal_it_shows_the_diff_and_asks(machine: Machine, key: str, status: int) -> None:
    terminals = pytest.importorskip("tests.terminal", reason="there are no pseudo-terminals here", exc_type=ImportError)
    codex = machine.home / ".codex/config.toml"
    codex.write_text("")
    words = (str(machine.mnemon), "doctor", "codex.entry", "--fix")
    terminal = terminals.Terminal(words, machine.environment, machine.home)
    terminal.await_text("+[mcp_servers.mnemon]")
    terminal.answer("Go ahead?", key)
    assert terminal.end() == status
    assert bool(codex.read_text()) is (key == "y")


def test_without_a_terminal_it_wants_a_yes(machine: Machine) -> None:
    before = machine.contents()
    done = machine.run("doctor", "--fix")
    assert done.returncode == 2
    assert "mnemon doctor --fix --yes" in done.stderr
    assert machine.contents() == before


@pytest.mark.parametrize("has_copy", [True, False])
def test_the_fix_for_a_damaged_vault_leads_out_of_it(machine: Machine, has_copy: bool) -> None:
    """Every hint on the way leads on: to doctor's finding, and from there to a command that ends the trouble."""
    path = machine.home / ".mnemon" / "default.sqlite"
    if has_copy:
        (path.parent / "archive").mkdir(exist_ok=True)
        shutil.copy(path, path.parent / "archive" / "pre-schema-1.sqlite")
    damaged = bytearray(path.read_bytes())
    damaged[4096 * 2 : 4096 * 9] = b"\xa5" * (4096 * 7)
    path.write_bytes(damaged)

    met = machine.run("search", "stays")
    assert met.returncode == 1
    assert "mnemon doctor vault" in met.stderr
    finding = machine.result("doctor", "vault")["result"]["findings"][0]
    assert "mnemon doctor" not in finding["fix"]
    assert ("archive/pre-schema-1.sqlite" in finding["message"]) is has_copy
    machine.start(("/bin/sh", "-c", finding["fix"]), PATH=f"{machine.mnemon.parent}:/usr/bin:/bin")

    assert verdicts(machine, "vault") == {"vault": "ok"}
    kept = [memory["title"] for memory in machine.result("list")["result"]["memories"]]
    assert kept == (["kept"] if has_copy else [])
    (aside,) = (path.parent / "archive").glob("damaged-*/default.sqlite")
    assert aside.read_bytes() == damaged


def finding_of_no_vault(machine: Machine) -> dict[str, str]:
    """What doctor says of a shopping list in the vault's place."""
    path = machine.home / ".mnemon" / "default.sqlite"
    path.write_text("a shopping list, and more than a hundred characters of it: " + "milk, " * 20)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    found: dict[str, str] = machine.result("doctor", "vault")["result"]["findings"][0]
    return found


def test_a_file_that_is_no_vault_is_named(machine: Machine) -> None:
    finding = finding_of_no_vault(machine)
    assert (finding["verdict"], "is not a SQLite database" in finding["message"]) == ("fail", True)
    assert "mv " in finding["fix"]


@seeded
def test_a_file_that_is_no_vault_is_put_aside(machine: Machine) -> None:
    finding = finding_of_no_vault(machine)
    machine.start(("/bin/sh", "-c", finding["fix"]), PATH=f"{machine.mnemon.parent}:/usr/bin:/bin")
    assert verdicts(machine, "vault") == {"vault": "ok"}


def test_a_dead_server_is_one_problem_however_many_clients_start_it(machine: Machine) -> None:
    program = machine.home / "mnemon"
    program.write_text("#!/bin/sh\necho started >> ~/starts\nexit 1\n")
    program.chmod(0o755)
    for path in (machine.home / ".cursor/mcp.json", machine.home / ".codex/config.toml"):
        path.write_text(path.read_text().replace(str(machine.mnemon), str(program)))
    found = verdicts(machine)
    assert (found["cursor.server"], found["codex.server"]) == ("fail", "skipped")
    assert (machine.home / "starts").read_text() == "started\n"


def test_a_left_over_server_is_named(machine: Machine) -> None:
    """A stand-in: the real one leaves when its client has gone. It waits for a word that nobody says."""
    program, gate = machine.home / "bin" / "mnemon", machine.home / "gate"
    program.parent.mkdir()
    subprocess.run(["mkfifo", str(gate)], check=True)
    program.write_text(f'#!/bin/sh\nread word < "{gate}"\n')
    program.chmod(0o755)
    left = subprocess.run(
        ["/bin/sh", "-c", f'"{program}" serve >/dev/null 2>&1 </dev/null & echo $!'],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    try:
        finding = machine.result("doctor", "processes")["result"]["findings"][0]
        assert finding["verdict"] == "warn"
        assert left in finding["fix"].removeprefix("kill ").split()
    finally:
        subprocess.run(["kill", left], check=True)
