"""Starting and ending the dashboard, and who may talk to it."""

from __future__ import annotations

import importlib.util
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from tests.dashboard.process import running
from tests.dashboard.stage import TITLES

from mnemon_installer.cli.main import run
from mnemon_server.dashboard import launch

HAS_EXTRA = bool(importlib.util.find_spec("streamlit"))
WEBSOCKET = {"upgrade": "websocket", "connection": "Upgrade", "sec_websocket_version": "13"}
AGENTS = "/_stcore/agent/interact"
JSON = {"Content-Type": "application/json"}
WEBSOCKET |= {"sec_websocket_key": "dGhlIHNhbXBsZSBub25jZQ=="}


@pytest.mark.skipif(HAS_EXTRA, reason="the extra [ui] is installed")
def test_without_the_extra_it_says_what_to_install(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dashboard"]) == 4
    assert capsys.readouterr().err.splitlines() == [
        "mnemon: error: the dashboard needs the extra `ui`, which is not installed",
        'mnemon: hint: pip install "mnemon-memory[ui]"',
    ]


def test_a_port_that_was_asked_for_is_not_exchanged_for_another(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(launch.PortTaken, match=f"port {port} is in use") as told:
            launch.listen(port)
    assert (told.value.exit_status, told.value.hint) == (1, "mnemon dashboard picks a free one by itself")


def test_the_default_port_moves_on_when_somebody_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(launch, "PORT", taken.getsockname()[1])
        with launch.listen(None) as found:
            assert found.getsockname()[0] == "127.0.0.1"
            assert 0 < found.getsockname()[1] - launch.PORT < 20


@pytest.mark.parametrize("port", ["0", "65536"])
def test_a_number_that_is_no_port_is_wrong_usage(port: str) -> None:
    with pytest.raises(launch.UsageError, match=f"{port} is no port"):
        launch.listen(int(port))


def test_looking_at_its_help_loads_no_server(home: Path) -> None:
    script = (
        "import sys; from mnemon_installer.cli.main import run; run(['dashboard', '--help'])\n"
        "print(sorted({'streamlit', 'starlette', 'uvicorn', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run((sys.executable, "-c", script), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_page_about_it_is_true() -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "dashboard.md"
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^\| ([A-Z][\w ]+) \|", text, re.MULTILINE) == list(TITLES.values())
    assert f"<http://localhost:{launch.PORT}>" in text
    assert launch.INSTALL in text
    for picture in re.findall(r"!\[[^]]+\]\(([^)]+)\)", text):
        assert (page.parent / picture).is_file()


@pytest.mark.ui
def test_the_dashboard_from_start_to_end(filled_home: Path) -> None:
    """One process for the whole story, since it takes seconds to start."""
    (filled_home / ".streamlit").mkdir()  # what somebody wants for other apps is not wanted for this one
    (filled_home / ".streamlit" / "config.toml").write_text("[server]\nenableAgentApi = true\n")
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", launch.PORT))
            taken.listen()
        except OSError:
            pass  # somebody has it already, which is what this story begins with
        with running(filled_home) as dashboard:
            assert dashboard.port > launch.PORT
            assert f"port {launch.PORT} is in use; taking {dashboard.port}" in dashboard.said
            _is_on_this_machine_only(dashboard.process.pid, dashboard.port)

            status, head = dashboard.ask("/")
            assert status == 200
            assert "content-security-policy: default-src 'self'; script-src 'self' 'unsafe-eval' 'sha256-" in head

            ours, port = dashboard.url, dashboard.port
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(
                    urllib.request.Request(f"{ours}/_stcore/agent/interact", b"{}", JSON), timeout=20
                )
            assert dashboard.ask("/_stcore/stream", origin=ours, **WEBSOCKET)[0] == 101
            assert dashboard.ask("/_stcore/stream", host=f"127.0.0.1:{port}", **WEBSOCKET)[0] == 101
            assert dashboard.ask("/_stcore/stream", host="localhost:9000", **WEBSOCKET)[0] == 101  # through a tunnel
            for strange in (
                {"origin": "https://elsewhere.example"},
                {"origin": "null"},
                {"origin": f"http://localhost:{port + 1}"},
                {"origin": f"http://127.0.0.1:{port}"},
                {"origin": f"https://localhost:{port}"},
                {"host": f"rebound.example:{port}", "origin": f"http://rebound.example:{port}"},
                {"host": f"localhost.rebound.example:{port}"},
                {"host": f"localhost@rebound.example:{port}"},
            ):
                assert dashboard.ask("/_stcore/stream", **(WEBSOCKET | strange))[0] in (400, 403), strange
                assert dashboard.ask("/", **strange)[0] in (400, 403), strange

            assert dashboard.interrupt() == 130
            assert dashboard.said.splitlines() == [
                f"port {launch.PORT} is in use; taking {port}",
                f"the dashboard is at {ours}; Ctrl-C ends it",
                "interrupted",
            ]
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=5)
    assert {path.name for path in filled_home.iterdir()} == {
        ".mnemon",
        ".streamlit",
        "dashboard.log",
    }  # nothing of Streamlit's own


@pytest.mark.ui
def test_a_port_in_use_ends_it_with_1(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["dashboard", "--port", str(port), "--no-browser"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"mnemon: error: port {port} is in use",
        "mnemon: hint: mnemon dashboard picks a free one by itself",
    ]
    assert run(["dashboard", "--port", "70000"]) == 2


def _is_on_this_machine_only(pid: int, port: int) -> None:
    """By what Linux says of its sockets; elsewhere there is nothing as plain to ask."""
    if not sys.platform.startswith("linux"):
        return
    sockets = {str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()}
    listening = []
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                listening.append(fields[1])
    assert listening == [f"0100007F:{port:04X}"]
