"""A machine to set up: a throw-away home, the installed `mnemon`, and a stand-in for `claude` at the door."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.warm_start import WARM

PATIENCE = 90.0  # seconds

# Does what claude 2.1.330 does with the file, and what a test asks of it through FAKE_CLAUDE:
# `refuse-add`, or `kill-<moment>` to kill the program that started it.
FAKE_CLAUDE = """#!{python}
import json, os, pathlib, signal, sys
home = pathlib.Path(os.environ.get("CLAUDE_CONFIG_DIR") or os.environ["HOME"])
wish, path, words = os.environ.get("FAKE_CLAUDE", ""), home / ".claude.json", sys.argv[1:]
def moment(name):
    if wish == "kill-" + name:
        os.kill(os.getppid(), signal.SIGKILL)
        sys.exit(9)
def leave(text):
    sys.stderr.write(text + "\\n")
    sys.exit(1)
try:
    data = json.loads(path.read_text("utf-8-sig")) if path.exists() else {{"firstStartTime": "now"}}
except ValueError as trouble:
    leave("Claude configuration file is corrupted: JSON Parse error")
assert words[:1] == ["mcp"] and words[2:4] == ["--scope", "user"], words
servers, name = data.setdefault("mcpServers", {{}}), words[4]
if words[1] == "remove":
    if servers.pop(name, None) is None:
        leave(f'No MCP server named "{{name}}" in user scope')
else:
    if wish == "refuse-add":
        leave("the disk is full of bees")
    if name in servers:
        leave(f"MCP server {{name}} already exists in user config")
    options, command = words[5 : words.index("--")], words[words.index("--") + 1 :]
    env = dict(value.split("=", 1) for value in options if value != "-e")
    servers[name] = {{"type": "stdio", "command": command[0], "args": command[1:], "env": env}}
path.write_text(json.dumps(data, indent=2, ensure_ascii=False))
moment("after-" + words[1])
"""


@dataclass(frozen=True)
class Machine:
    """`run` carries out `mnemon` in its own process: started by its script, or in the plain suite forked."""

    home: Path
    mnemon: Path
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def claude_file(self) -> Path:
        return self.home / ".claude.json"

    @property
    def environment(self) -> dict[str, str]:
        # A proxy nobody listens on: whatever reaches for the network fails at once.
        nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
        return {
            "HOME": str(self.home),
            "PATH": str(self.home / "bin"),
            "LANG": "C.UTF-8",
            "MNEMON_RESIDENT": "off",
            **nowhere,
            **self.extra,
        }

    def run(self, *words: str, stdin: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
        environment = self.environment | extra
        if self.mnemon == installed_mnemon() and WARM.can_run(environment):
            return WARM.run(words, environment, self.home, PATIENCE, stdin)
        return self.start((str(self.mnemon), *words), stdin, **extra)

    def type(self, line: str) -> subprocess.CompletedProcess[str]:
        """What a line does in a shell. One that is a command of ours and nothing else goes without the shell, whose
        own part of it other lines tell, and which would have to start ours as a user does."""
        told, *words = shlex.split(line, comments=True)
        if told == "mnemon" and not set(line.partition("#")[0]) & set("|&;<>$`*?~"):
            return self.run(*words)
        return self.start(("/bin/sh", "-c", line), PATH=f"{self.mnemon.parent}:/usr/bin:/bin")

    def start(self, argv: tuple[str, ...], stdin: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            argv,
            env=self.environment | extra,
            cwd=self.home,
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )

    def result(self, *words: str, **extra: str) -> dict[str, Any]:  # Any: JSON
        """What `--json` prints, whatever the exit status."""
        answer: dict[str, Any] = json.loads(self.run(*words, "--json", **extra).stdout)  # Any: JSON
        return answer

    def servers(self) -> dict[str, Any]:  # Any: JSON
        servers: dict[str, Any] = json.loads(self.claude_file.read_text("utf-8-sig"))["mcpServers"]  # Any: JSON
        return servers

    def install_fake_claude(self) -> None:
        program = self.home / "bin" / "claude"
        program.parent.mkdir(exist_ok=True)
        program.write_text(FAKE_CLAUDE.format(python=sys.executable))
        program.chmod(0o755)

    def contents(self) -> dict[str, tuple[bytes, int]]:
        """Every file in the home folder: its bytes and when it was last written."""
        files = (path for path in self.home.rglob("*") if path.is_file())
        return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def installed_mnemon() -> Path:
    """The command of the environment that runs the tests; skips where there is none."""
    command = Path(sysconfig.get_path("scripts")) / ("mnemon.exe" if os.name == "nt" else "mnemon")
    if not command.exists():
        pytest.skip(f"mnemon is not installed beside {sys.executable}")
    return command
