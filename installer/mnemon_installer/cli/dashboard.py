"""`mnemon dashboard`"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mnemon_installer.ui import console
from mnemon_server.dashboard.launch import PORT, address, listen, require_extra, serve


def command(
    port: Annotated[
        int | None, typer.Option("--port", help=f"The port; left out, {PORT} or the next that is free.")
    ] = None,
    browser: Annotated[
        bool | None, typer.Option("--browser/--no-browser", help="Open it in a browser; by default on a terminal.")
    ] = None,
) -> None:
    """Pages in your browser, on this machine only: the vault at a glance, search, time, map, profile, inbox."""
    require_extra()
    with listen(port) as listening:
        found = listening.getsockname()[1]
        if port is None and found != PORT:
            console.say(f"port {PORT} is in use; taking {found}")
        console.say(f"the dashboard is at {address(listening)}; Ctrl-C ends it")
        serve(listening, sys.stdout.isatty() if browser is None else browser)
