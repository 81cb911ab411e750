"""Start the dashboard: a Streamlit server on this machine only."""

from __future__ import annotations

import importlib.util
import socket
from pathlib import Path

from mnemon_server.errors import MnemonError

HOST = "127.0.0.1"
PORT = 8503
_TRIED = 20  # ports behind the default one
_LARGEST_PORT = 65_535


class ExtraMissing(MnemonError):
    """Streamlit is not installed beside mnemon."""

    code = "extra-missing"
    exit_status = 4


class PortTaken(MnemonError):
    """Somebody else listens there."""

    code = "port-taken"


def require_extra() -> None:
    """Raises ExtraMissing when the pages cannot be drawn; looks without importing, which takes seconds."""
    missing = [name for name in ("streamlit", "umap") if importlib.util.find_spec(name) is None]
    if missing:
        raise ExtraMissing(
            "the dashboard needs the extra `ui`, which is not installed", 'pip install "mnemon-memory[ui]"'
        )


def free_port(wanted: int | None) -> int:
    """`wanted` itself; for None the default one or, while somebody has that, the next that is free.

    Raises:
        PortTaken: the wanted one, or the default one and all that were tried behind it, are in use.
    """
    if wanted is not None:
        if not _is_free(wanted):
            raise PortTaken(f"port {wanted} is in use", "mnemon dashboard picks a free one by itself")
        return wanted
    for port in range(PORT, PORT + _TRIED):
        if _is_free(port):
            return port
    raise PortTaken(f"ports {PORT} to {PORT + _TRIED - 1} are in use", "mnemon dashboard --port NUMBER")


def serve(port: int, open_browser: bool) -> None:
    """Until it is interrupted. Nothing is sent to anybody: no usage statistics, no fonts from elsewhere."""
    from streamlit.web import bootstrap

    options = {
        "server_address": HOST,
        "server_port": port,
        "server_headless": not open_browser,
        "server_fileWatcherType": "none",
        "server_runOnSave": False,
        "browser_gatherUsageStats": False,
        "browser_serverAddress": "localhost",
        "client_toolbarMode": "minimal",
        "client_showErrorDetails": "none",
        "logger_level": "warning",
    }
    bootstrap.load_config_options(flag_options=options)
    bootstrap.run(str(Path(__file__).with_name("app.py")), False, [], options)


def _is_free(port: int) -> bool:
    if not 1 <= port <= _LARGEST_PORT:
        raise MnemonError(f"{port} is no port", "a port is a number from 1 to 65535")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
