"""A world of the stand-in for one test: the program, a folder to deploy from, and what tests ask of both."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.fly.install import app_url, install, read_state
from tests.remote_server import TOKEN, Talk

APP = "my-mnemon"
SECRETS = f'# the owner\'s\nMNEMON_LOCAL_TOKEN="{TOKEN}"\n'.encode()
FLY_TOML = """
app = "my-mnemon"
primary_region = "iad"
kill_signal = "SIGTERM"
kill_timeout = "30s"

[build]
  dockerfile = "Dockerfile"

[deploy]
  strategy = "rolling"
  wait_timeout = "2m"

[env]
  MNEMON_VAULT_DIR = "/data"
  MNEMON_PUBLIC_URL = "{url}"

[[mounts]]
  source = "mnemon_data"
  destination = "/data"
  initial_size = "1gb"
  snapshot_retention = 14

[http_service]
  internal_port = 8080
  force_https = true
  auto_stop_machines = "stop"
  auto_start_machines = true
  min_machines_running = 0

  [[http_service.checks]]
    grace_period = "30s"
    interval = "15s"
    timeout = "5s"
    method = "GET"
    path = "/health"

[[vm]]
  size = "shared-cpu-1x"
  memory = "1gb"
"""
DOCKERFILE = """
FROM python:3.12-slim
COPY mnemon_memory-0.8.0-py3-none-any.whl /tmp/
RUN pip install --no-cache-dir /tmp/mnemon_memory-0.8.0-py3-none-any.whl
ENV MNEMON_MODEL_PATH=/models/of-the-image \\
    PYTHONUNBUFFERED=1
CMD {command}
"""
MNEMON = ["mnemon", "serve-remote", "--host", "0.0.0.0", "--port", "8080"]

SMALL = ["python", str(Path(__file__).with_name("small_server.py")), "0.0.0.0", "8080"]


@dataclass(frozen=True)
class World:
    root: Path
    program: Path
    extra: dict[str, str]

    @classmethod
    def made(cls, root: Path, **options: Any) -> World:  # Any: the options of `install`
        return cls(root, install(root / "bin", root / "world", **options), {})

    @property
    def state(self) -> Path:
        return self.root / "world"

    @property
    def source(self) -> Path:
        return self.root / "deploy"

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": str(self.root / "bin"), "HOME": str(self.root), **self.extra}

    def fly(self, *words: str, stdin: bytes = b"", **extra: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            (str(self.program), *words),
            input=stdin,
            env=self.environment | extra,
            cwd=self.root,
            capture_output=True,
            timeout=120,
        )
        return subprocess.CompletedProcess(words, done.returncode, done.stdout.decode(), done.stderr.decode())

    def told(self, *words: str, stdin: bytes = b"", **extra: str) -> Any:  # Any: whatever JSON holds
        """What a command that has to end well says, read as JSON where that was asked for."""
        done = self.fly(*words, stdin=stdin, **extra)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if "--json" in words else done.stdout

    def refused(self, *words: str, stdin: bytes = b"", **extra: str) -> str:
        """The error of a command that has to fail."""
        done = self.fly(*words, stdin=stdin, **extra)
        assert done.returncode == 1, done.stdout
        return done.stderr

    def write_source(self, command: list[str] | None = None, toml: str = FLY_TOML) -> Path:
        """A folder to deploy: fly.toml, Dockerfile, the wheel."""
        self.source.mkdir(exist_ok=True)
        (self.source / "fly.toml").write_text(toml.replace("{url}", app_url(self.state, APP)))
        (self.source / "Dockerfile").write_text(DOCKERFILE.format(command=json.dumps(command or MNEMON)))
        (self.source / "mnemon_memory-0.8.0-py3-none-any.whl").write_bytes(b"a wheel")
        return self.source

    def deploy(self, *words: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return self.fly("deploy", str(self.source), "-a", APP, "--ha=false", "--yes", *words, stdin=b"", **extra)

    def bring_up(self, command: list[str] | None = None, toml: str = FLY_TOML) -> str:
        """An app that runs; its address."""
        self.write_source(command or SMALL, toml)
        self.told("apps", "create", APP, "--json", "--yes")
        done = self.deploy()
        assert done.returncode == 0, done.stderr
        return app_url(self.state, APP)

    def machine(self) -> dict[str, Any]:
        (machine,) = self.told("machine", "list", "-a", APP, "--json")
        return dict(machine)

    def process(self) -> int:
        (machine,) = read_state(self.state)["apps"][APP]["machines"].values()
        return int(machine["pid"])

    def talk(self) -> Talk:
        return Talk(urlsplit(app_url(self.state, APP)).port or 0)


def processes_of(root: Path) -> list[str]:
    """Command lines of living processes that name this folder, or have it as theirs."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                place = str((entry / "cwd").readlink())
            except OSError:
                continue
            if line and (str(root) in line or place.startswith(str(root))):
                found.append(line)
    return found
