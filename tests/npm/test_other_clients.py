"""The real Gemini CLI, opencode and Codex: they see mnemon after setup, and no longer after uninstall.

Gemini calls every server disabled in a folder that is not trusted, and both it and opencode end with 0 whatever they
found; so the text decides. Codex starts no server to list it, and tells what it read.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.npm.machine import Machine

from mnemon_installer.clients import CLIENTS
from mnemon_installer.world.real import RealWorld

pytestmark = pytest.mark.npm

FIXTURES = Path(__file__).parents[1] / "fixtures" / "clients"
# Nobody listens there: whatever reaches for the network fails at once instead of waiting.
NOWHERE = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost"}
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Installed:
    """A real client on a machine whose user has another server, with comments around it."""

    name: str
    program: Path
    machine: Machine

    @property
    def file(self) -> Path:
        client = next(client for client in CLIENTS if client.name == self.name)
        return client.config_path(RealWorld({}, self.machine.home, "linux"))

    def start_with(self, sample: str) -> bytes:
        self.file.parent.mkdir(parents=True)
        shutil.copy(FIXTURES / self.name / sample, self.file)
        return self.file.read_bytes()

    def set_up(self) -> None:
        done = self.machine.run(self.machine.mnemon, "setup", self.name, "--no-model")
        assert done.returncode == 0, done.stdout + done.stderr

    def uninstall(self) -> None:
        done = self.machine.run(self.machine.mnemon, "uninstall", "--yes")
        assert done.returncode == 0, done.stdout + done.stderr

    def says(self, *words: str) -> str:
        """What the client prints, both streams, without colours."""
        folders = [str(Path(named).parent) for named in [os.environ.get("MNEMON_TEST_NODE", "")] if named]
        path = os.pathsep.join([*folders, os.environ["PATH"]])
        done = self.machine.run(self.program, *words, PATH=path, GEMINI_CLI_TRUST_WORKSPACE="true", **NOWHERE)
        return COLOUR.sub("", done.stdout + done.stderr)


def installed(name: str, machine: Machine) -> Installed:
    variable = f"MNEMON_TEST_{name.upper()}"
    named = os.environ.get(variable, "")
    if not named:
        pytest.skip(f"{variable} does not name the {name} program")
    assert Path(named).exists(), f"{variable} names {named}, which is not there"
    return Installed(name, Path(named).absolute(), machine)


def test_gemini_connects_and_forgets(machine: Machine) -> None:
    gemini = installed("gemini", machine)
    before = gemini.start_with("03-before-nocomma.settings.json")
    assert "mnemon" not in gemini.says("mcp", "list")

    gemini.set_up()
    listed = gemini.says("mcp", "list")
    assert re.search(r"mnemon: .*mnemon serve \(stdio\) - Connected", listed), listed
    assert "other: /bin/cat" in listed

    gemini.uninstall()
    listed = gemini.says("mcp", "list")
    assert "mnemon" not in listed
    assert "other: /bin/cat" in listed
    assert gemini.file.read_bytes() == before


def test_opencode_connects_and_forgets(machine: Machine) -> None:
    opencode = installed("opencode", machine)
    before = opencode.start_with("01-before.jsonc")
    opencode.file.rename(opencode.file.with_name("opencode.jsonc"))
    assert "mnemon" not in opencode.says("mcp", "list")

    opencode.set_up()
    listed = opencode.says("mcp", "list")
    assert re.search(r"✓ mnemon +connected", listed), listed
    assert "other" in listed

    opencode.uninstall()
    assert "mnemon" not in opencode.says("mcp", "list")
    assert opencode.file.read_bytes() == before


def test_codex_shows_the_entry_and_forgets_it(machine: Machine) -> None:
    codex = installed("codex", machine)
    before = codex.start_with("01-before.config.toml")

    codex.set_up()
    shown = codex.says("mcp", "get", "mnemon", "--json")
    entry = json.loads(shown[shown.index("{") : shown.rindex("}") + 1])
    assert entry["enabled"] is True
    assert entry["transport"] | {"env": None} == {
        "type": "stdio",
        "command": str(machine.mnemon),
        "args": ["serve"],
        "env": None,
        "env_vars": [],
        "cwd": None,
    }
    assert entry["transport"]["env"] == {"MNEMON_VAULT_DIR": str(machine.vault_folder)}
    assert "/bin/cat" in codex.says("mcp", "get", "other")

    codex.uninstall()
    assert "No MCP server named 'mnemon' found" in codex.says("mcp", "get", "mnemon")
    assert codex.file.read_bytes() == before
