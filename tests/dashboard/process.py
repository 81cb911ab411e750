"""A real `mnemon dashboard` process, and plain talk with it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 60.0  # seconds for a start, on a machine that does other things too
_SAID = re.compile(r"the dashboard is at (http://localhost:(\d+))")


class Dashboard:
    """One that runs; its address, and what it has said so far."""

    def __init__(self, home: Path, *words: str) -> None:
        self.log = home / "dashboard.log"
        command = (sys.executable, "-m", "mnemon_installer.cli", "dashboard", "--no-browser", *words)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MNEMON_")}
        environment |= {"HOME": str(home), "MNEMON_RESIDENT": "off"}  # one would stay when the test is over
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    @property
    def port(self) -> int:
        found = _SAID.search(self.said)
        assert found, self.said
        return int(found[2])

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def wait(self) -> None:
        """Until it answers."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert self.process.poll() is None, self.said
            if _SAID.search(self.said) and self.ask("/_stcore/health")[0] == 200:
                return
            time.sleep(0.05)
        raise AssertionError(self.said)

    def ask(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and head of the answer to a GET, with headers that a browser would not let a page choose."""
        named = {"Host": f"localhost:{self.port}", "Connection": "close"}
        named |= {name.replace("_", "-").title(): value for name, value in headers.items()}
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items() if value), "", ""]
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as talk:
            talk.sendall("\r\n".join(lines).encode())
            head = b""
            while b"\r\n\r\n" not in head and (piece := talk.recv(4_096)):
                head += piece
        text = head.decode("latin-1").partition("\r\n\r\n")[0]
        return int(text.split()[1]), text

    def interrupt(self) -> int:
        """As Ctrl-C does; its exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


@contextmanager
def running(home: Path, *words: str) -> Iterator[Dashboard]:
    """A dashboard that answers, for the length of a block."""
    one = Dashboard(home, *words)
    try:
        one.wait()
        yield one
    finally:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait()
