"""Killing `mnemon` at a moment of one's choice: just before the n-th thing that it does to the disk or to others."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from tests.installer.machine import Machine

# 0 in the plain suite, 20 in the marked one, and as many as asked for in a full run.
SEEDS = {"": 0, "1": 20}.get(wish := os.environ.get("MNEMON_TEST_SEEDED", ""), int(wish) if wish.isdigit() else 20)
SEEDED = [
    pytest.mark.seeded,
    pytest.mark.skipif(not SEEDS, reason="MNEMON_TEST_SEEDED=1 runs twenty, MNEMON_TEST_SEEDED=100 a hundred"),
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX thing"),
]

# Its first argument is a number (kill before that moment), or a pattern (kill before the first moment that fits, or
# after it when it begins with `>`: at the next one); the second is a file that every moment is written to. A request is
# a moment with its first line; what SQLite is told is one for patterns that ask for it, by the word `sql`.
_SCRIPT = r"""
import os, re, signal, sys
wish, log, home = sys.argv[1], os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND), os.environ["HOME"]
sys.argv = ["mnemon", *sys.argv[3:]]
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
count, due = 0, False

def moment(event, arguments):
    if event == "http.client.send":
        line = re.match(rb"[A-Z]+ \S+(?= HTTP/)", arguments[1]) if isinstance(arguments[1], bytes) else None
        return f"{event} {line[0].decode()}" if line else ""
    if event == "subprocess.Popen":
        return f"{event} {' '.join(map(str, arguments[1]))}" if "claude" in str(arguments[0]) else ""
    if event not in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.chmod", "os.truncate"):
        return ""
    if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & WRITES):
        return ""
    path = arguments[1] if event == "os.rename" else arguments[0]
    path = "" if isinstance(path, int) else os.fsdecode(path)
    return f"{event} {path}" if path.startswith(home) else ""

def watch(event, arguments):
    if what := moment(event, arguments):
        strike(what)

def strike(what):
    global count, due
    count += 1
    os.write(log, f"{what}\n".encode())
    fits = wish.isdigit() and count == int(wish) or not wish.isdigit() and re.search(wish.lstrip(">"), what)
    if due or fits and not wish.startswith(">"):
        os.kill(os.getpid(), signal.SIGKILL)
    due = bool(fits)

def trace(cursor, statement, bindings):
    strike(f"sql {' '.join(statement.split())} {bindings or ''}")
    return True

sys.addaudithook(watch)
if "sql " in wish:
    import apsw
    apsw.connection_hooks.append(lambda connection: setattr(connection, "exec_trace", trace))
from mnemon_installer.cli.main import main
main()
"""


def run_doomed(machine: Machine, wish: str | int, *words: str) -> subprocess.CompletedProcess[str]:
    """`mnemon WORDS`, killed at the wished moment; 0 kills at none."""
    return machine.start((sys.executable, "-c", _SCRIPT, str(wish), str(_log(machine)), *words))


def run_struck(machine: Machine, seconds: float, *words: str) -> int:
    """`mnemon WORDS`, killed from outside so long after its first moment, wherever it is by then; its exit status,
    which is another than -9 when it was faster."""
    log = _log(machine)
    log.unlink(missing_ok=True)
    os.mkfifo(log)
    line, nowhere = (sys.executable, "-c", _SCRIPT, "0", str(log), *words), subprocess.DEVNULL
    doomed = subprocess.Popen(line, env=machine.environment, cwd=machine.home, stdin=nowhere, stdout=nowhere)
    with doomed, log.open("rb") as moments:
        moments.readline()
        with suppress(subprocess.TimeoutExpired):
            doomed.wait(seconds)
        doomed.kill()
    log.unlink()
    return doomed.returncode


def run_interruptible(machine: Machine, *words: str) -> subprocess.CompletedProcess[str]:
    """`mnemon WORDS` as on a terminal: what a shell starts in the background ignores Ctrl-C, and so do its children."""
    heed = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    return machine.start((sys.executable, "-c", heed, str(machine.mnemon), *words))


def moments_of(machine: Machine, *words: str) -> list[str]:
    """Every moment of `mnemon WORDS`, which is carried out to its end."""
    _log(machine).unlink(missing_ok=True)
    done = run_doomed(machine, 0, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return _log(machine).read_text(encoding="utf-8").splitlines()


def some_moment(seed: int, moments: int) -> int:
    """A moment for a seed; a hundred seeds spread over all of them."""
    return random.Random(seed).randint(1, moments)


def _log(machine: Machine) -> Path:
    return machine.home.with_name("moments.log")
