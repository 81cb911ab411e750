"""Start the dashboard: a Streamlit server on this machine only."""

from __future__ import annotations

import importlib.util
import socket
import sys
from contextlib import suppress
from pathlib import Path

from mnemon_server.dashboard.gate import Gate, inline_scripts
from mnemon_server.errors import MnemonError, UsageError

HOST = "127.0.0.1"
PORT = 8503
INSTALL = 'pip install "mnemon-memory[ui]"'
_TRIED = 20  # ports behind the default one
_LARGEST_PORT = 65_535
_SHUTDOWN = 2  # seconds for what is under way
# Over what the user has set for other apps of Streamlit.
_OPTIONS = {
    "global.developmentMode": False,
    "server.baseUrlPath": "",
    "server.fileWatcherType": "none",
    "server.runOnSave": False,
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,  # it would let any program drive the pages
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.showSidebarNavigation": True,
    # Streamlit's own red makes every switch look like a warning. One for each scheme: a colour for both would take the
    # choice between light and dark from the browser.
    "theme.light.primaryColor": "#2a7f62",
    "theme.dark.primaryColor": "#7cc7a8",
    "logger.level": "warning",
    "logger.enableRich": False,
}


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
        raise ExtraMissing("the dashboard needs the extra `ui`, which is not installed", INSTALL)


def listen(wanted: int | None) -> socket.socket:
    """A socket at that port; for None at the default one or, while somebody has that, at the next that is free.

    Raises:
        UsageError: a number that is no port.
        PortTaken: the wanted one, or the default one and all that were tried behind it, are in use.
    """
    if wanted is None:
        for port in range(PORT, PORT + _TRIED):
            with suppress(OSError):
                return _bound(port)
        raise PortTaken(f"ports {PORT} to {PORT + _TRIED - 1} are in use", "mnemon dashboard --port NUMBER")
    if not 1 <= wanted <= _LARGEST_PORT:
        raise UsageError(f"{wanted} is no port", "a port is a number from 1 to 65535")
    try:
        return _bound(wanted)
    except PermissionError:
        raise PortTaken(f"port {wanted} is not for everybody", "mnemon dashboard picks a free one by itself") from None
    except OSError:
        raise PortTaken(f"port {wanted} is in use", "mnemon dashboard picks a free one by itself") from None


def address(listening: socket.socket) -> str:
    return f"http://localhost:{listening.getsockname()[1]}"


def serve(listening: socket.socket, open_browser: bool) -> None:
    """Until it is interrupted. Nothing is sent to anybody: no usage statistics, no fonts from elsewhere."""
    import webbrowser

    import uvicorn
    from starlette.middleware import Middleware
    from streamlit.starlette import App
    from streamlit.web import bootstrap

    from mnemon_server.dashboard.frame import show_failure

    bootstrap.load_config_options(_OPTIONS)
    frontend = Path(bootstrap.__file__).parents[1] / "static" / "index.html"
    gate = Middleware(Gate, inline_scripts=inline_scripts(frontend.read_text(encoding="utf-8")))
    app = App(Path(__file__).with_name("app.py"), middleware=[gate], on_script_error=show_failure)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="on",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=_SHUTDOWN,
        )
    )
    if open_browser:
        webbrowser.open(address(listening))  # it waits in the queue of the socket for a moment
    server.run(sockets=[listening])


def _bound(port: int) -> socket.socket:
    listening = socket.socket()
    try:
        if sys.platform == "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen()
    except BaseException:
        listening.close()
        raise
    return listening
