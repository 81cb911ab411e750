"""The page about trying the way to the web offline is true: its commands run in one shell, in their order."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.remote_server import free_port
from tests.scripts.doomed import SEEDED

pytestmark = SEEDED
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "try-the-web-flow-offline.md").read_text(encoding="utf-8")


def test_the_commands_of_the_page_run(home: Path) -> None:
    port = str(free_port())
    lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    assert lines[0] == 'pip install -e ".[dev]"'
    script = "\n".join(line.replace("5005", port) for line in lines[1:]).replace(
        "offline-fly)", f"offline-fly --s3-port {port})"
    )
    waits = (
        f"until python -c 'import socket; socket.create_connection((\"127.0.0.1\", {port}))' 2>/dev/null; do :; done"
    )
    script = script.replace(f"tests.s3 {port} &", f"tests.s3 {port} & store=$!\ntrap 'kill $store' EXIT\n{waits}")
    path = f"{Path(sys.executable).parent}{os.pathsep}/usr/bin{os.pathsep}/bin"
    environment = {"HOME": str(home), "MNEMON_RESIDENT": "off", "PATH": path, "TZ": "UTC"}
    done = subprocess.run(
        ["bash", "-ec", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "First" in done.stdout and "Second" in done.stdout.rpartition("is gone, with its volume")[2]
    assert not (home / ".mnemon").exists(), "the user's own vault is not touched"
