"""The probe comes to an end, whatever the server does."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from mnemon_server.client.mcp_probe import probe

STUBBORN = """
import os, pathlib, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
sys.stderr.write("I am not listening\\n")
sys.stderr.flush()
while True:
    signal.pause()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_server_that_neither_answers_nor_ends_is_killed(home: Path) -> None:
    pid = home / "pid"
    started = time.monotonic()
    report = probe((sys.executable, "-c", STUBBORN, str(pid)), {}, timeout=0.5)
    assert report.problem == "no answer within 0.5 s while starting the server"
    assert report.stderr == ("I am not listening",)
    assert time.monotonic() - started < 60
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
