"""The real Claude Code on a vault of a server: over HTTP with a token, and through `mnemon serve`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.npm.machine import Machine
from tests.npm.messages_api import Call, MessagesApi
from tests.npm.test_claude import MEMORY, SAVE, Claude
from tests.remote_server import TOKEN, RemoteServer, serving

pytestmark = pytest.mark.npm


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RemoteServer]:
    home = tmp_path / "server"
    home.mkdir()
    with serving(home) as running:
        yield running


@pytest.fixture(params=["--direct", ""])
def joined(request: pytest.FixtureRequest, machine: Machine, claude: Path, server: RemoteServer) -> Claude:
    """`mnemon setup` has registered it, with the address or with our command."""
    options = ("--remote-url", server.url, "--no-hooks", "--yes", *filter(None, [request.param]))
    file = machine.home / ".claude.json"
    file.write_text("{}\n")
    file.chmod(0o600)  # a token goes into no file that others can read
    done = machine.run(machine.mnemon, "setup", "claude-code", *options, MNEMON_LOCAL_TOKEN=TOKEN)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert (server.url in file.read_text()) == (request.param == "--direct")
    return Claude(machine, claude)


def test_what_claude_saves_is_in_the_servers_vault_and_nowhere_else(joined: Claude, server: RemoteServer) -> None:
    with MessagesApi([Call(SAVE, MEMORY)]) as api:
        joined.ask(api, "Remember the release day.")
    with server.talk() as talk:
        [memory] = talk.action("list")["memories"]
        assert talk.action("get", id=memory["id"])["memory"]["source_client"] == "claude-code"
    assert not list(joined.machine.vault_folder.glob("*.sqlite"))
    server.kill()
    server.start()
    shown = joined.run("mcp", "get", "mnemon")
    assert "Connected" in shown.stdout, shown.stdout
