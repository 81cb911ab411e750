"""A user's machine, an account at the stand-in for Fly, a store: where `mnemon upgrade web` is tried."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
from tests.fakes.fly import proxies
from tests.fakes.fly.install import app_url, calls, install, read_state, sleep_app, stop_everything
from tests.fakes.fly.state import State
from tests.s3 import KEYS, Store

from mnemon_installer.facts.app_server import ask_server
from mnemon_installer.world import NoAnswer
from mnemon_installer.world.real import RealWorld
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings
from mnemon_server.vault.meta import read_meta

APP = "my-mnemon"
_HANGING = "hanging"  # the stand-in's pipe, which cannot be copied
_LONGEST = 180.0  # seconds of one command


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def steps(self) -> dict[str, str]:
        """What became of each step, of a command with --json; empty where it has told nothing."""
        try:
            result = json.loads(self.stdout)["result"] or {}
        except (ValueError, KeyError, TypeError):
            return {}
        return {step["key"]: step["outcome"] for step in result.get("steps", ())}


class Web:
    """All of it below one folder; `extra` is for our own programs, and not for the server."""

    def __init__(self, root: Path, store: Store, extra: Mapping[str, str] | None = None) -> None:
        self.home, self.state, self.store, self._states = root / "machine", root / "fly-state", store, root / "states"
        self.home.mkdir()
        program = install(root / "bin", self.state, environment={**store.environment, "FAKEFLY_S3_ENDPOINT": store.url})
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("MNEMON_", "AWS_"))},
            **store.environment,
            "HOME": str(self.home),
            "MNEMON_RESIDENT": "off",
            "MNEMON_FLY_BIN": str(program),
            "MNEMON_FLY_URL_TEMPLATE": app_url(self.state, APP),
            **(extra or {}),
        }
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.bucket = store.new_bucket()
        self.said = ""

    def beside(self, root: Path) -> Web:
        """Another machine of the same user's, with nothing on it yet: the same account at Fly, the same store."""
        other = copy(self)
        other.home, other._states, other.said = root / "machine", root / "states", ""
        other.home.mkdir(parents=True)
        other.environment = {**self.environment, "HOME": str(other.home)}
        return other

    # --- Commands ----------------------------------------------------------------------------------------------

    def run(self, *words: str, status: int = 0) -> str:
        done = self.attempt(*words)
        assert done.status == status, done.stdout + done.stderr
        return done.stdout

    def attempt(self, *words: str) -> Ended:
        """A command that may end as it will."""
        return self.end_of(self.begin(*words))

    def begin(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "mnemon_installer.cli", *words]
        # What a shell starts in the background ignores Ctrl-C: this one heeds it.
        heeding = (
            "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
        )
        line = [sys.executable, "-S", "-c", heeding, *command]
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        return subprocess.Popen(line, env=self.environment, stdin=nothing, stdout=pipe, stderr=pipe, text=True)

    def end_of(self, process: subprocess.Popen[str]) -> Ended:
        try:
            stdout, stderr = process.communicate(timeout=_LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        self.said += stdout + stderr
        assert "Traceback" not in stderr, stderr
        return Ended(process.returncode, stdout, stderr)

    def upgrade(self, *words: str) -> dict[str, Any]:
        told = self.run("upgrade", "web", "--app-name", APP, "--storage", "s3", "--yes", "--json", *words)
        return {step["key"]: step["outcome"] for step in json.loads(told)["result"]["steps"]}

    def memories(self) -> list[tuple[int, str, str, bool]]:
        told = json.loads(self.run("list", "--limit", "100", "--json"))["result"]["memories"]
        return sorted((each["id"], each["uid"], each["title"], each["pinned"]) for each in told)

    # --- What is there -----------------------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        return self.home / ".mnemon"

    @property
    def vault(self) -> Path:
        return self.folder / "default.sqlite"

    @property
    def url(self) -> str:
        return self.environment["MNEMON_FLY_URL_TEMPLATE"]

    @property
    def app(self) -> dict[str, Any]:
        return dict(read_state(self.state)["apps"][APP])

    @property
    def app_secrets(self) -> dict[str, str]:
        return {name: secret["value"] for name, secret in self.app["secrets"].items()}

    @property
    def remote(self) -> str:
        """The address of the vault that this machine uses; empty for its own."""
        path = self.folder / "remote_url"
        return path.read_text(encoding="utf-8").strip() if path.exists() else ""

    def kept(self, name: str) -> str:
        """The first line of a file of the app's, on this machine."""
        path = self.folder / "deploy" / APP / name
        return path.read_text(encoding="utf-8").split("\n", 1)[0] if path.exists() else ""

    def archived(self) -> dict[str, int]:
        """How many former vaults there are here, by why they were put away."""
        names = (path.name for path in (self.folder / "archive").glob("*.sqlite"))
        return dict(Counter(name.rpartition("-")[0].rstrip("-0123456789TZ") for name in names))

    def ask(self, action: str, **parameters: Any) -> dict[str, Any]:
        """The server, as one of its clients.

        Raises:
            MnemonError: it does not, or nobody answers.
        """
        world = RealWorld(self.environment, self.home, sys.platform)
        return ask_server(world, self.url, self.kept("token"), action, **parameters)

    def here(self, action: str, **parameters: Any) -> dict[str, Any]:
        """This machine's own vault, wherever the one in use is."""
        with closing(InProcess(Settings(self.folder), "test")) as client:
            return client.call(action, **parameters)

    def state_here(self) -> str:
        """`none`, `open`, `frozen` or `moved:...`; a file without a state is no vault yet."""
        if not self.vault.exists():
            return "none"
        with closing(apsw.Connection(str(self.vault))) as connection:
            try:
                return read_meta(connection, "state") or "none"
            except apsw.SQLError:
                return "none"

    def state_there(self) -> str:
        """The same of the server's; `none` where nobody answers."""
        if APP not in read_state(self.state)["apps"]:
            return "none"
        try:
            return str(self.ask("status")["state"])
        except (NoAnswer, MnemonError):
            return "none"

    def secrets(self) -> set[str]:
        """Those that were made for the app, and the keys of the store."""
        files = (
            self.folder / "owner_passphrase",
            self.folder / "deploy" / APP / "token",
            self.folder / "deploy" / APP / "passphrase_hash",
        )
        found = {file.read_text(encoding="utf-8").strip() for file in files if file.exists()}
        return found | {KEYS["AWS_SECRET_ACCESS_KEY"]}

    def everything_written(self) -> str:
        """What stands where no secret may: command lines, what was said, and every file but those that keep them."""
        theirs = {"owner_passphrase", "token", "passphrase_hash", "local_token", "state.json"}
        files = [path for top in (self.home, self.state) for path in top.rglob("*") if path.name not in theirs]
        argv = json.dumps([call["argv"] for call in calls(self.state)])
        texts = (path.read_bytes().decode("latin-1") for path in files if path.is_file())
        return "".join((argv, self.said, *texts))

    # --- States ------------------------------------------------------------------------------------------------

    def keep(self, name: str) -> None:
        """Remember all of it under a name; the machines at Fly sleep from then on."""
        for app in read_state(self.state)["apps"]:
            sleep_app(self.state, app)
        folder = self._states / name
        ignored = shutil.ignore_patterns(_HANGING)
        shutil.copytree(self.home, folder / "machine", symlinks=True)
        shutil.copytree(self.state, folder / "fly-state", symlinks=True, ignore=ignored)
        (folder / "objects").mkdir()
        keys = self.store.keys(self.bucket) if self._has_bucket() else None
        for number, key in enumerate(keys or ()):
            (folder / "objects" / str(number)).write_bytes(self.store.body(self.bucket, key))
        (folder / "keys.json").write_text(json.dumps(keys), encoding="utf-8")

    def back_to(self, name: str) -> None:
        """Make it so again, at the same places: receipts and the stand-in know files by their paths."""
        folder = self._states / name
        stop_everything(self.state)
        for part in ("machine", "fly-state"):
            shutil.rmtree(self.home.with_name(part))
            shutil.copytree(folder / part, self.home.with_name(part), symlinks=True)
        os.mkfifo(self.state / _HANGING)
        self.lose_bucket()
        keys = json.loads((folder / "keys.json").read_text(encoding="utf-8"))
        if keys is not None:
            self.store.client.create_bucket(Bucket=self.bucket)
        for number, key in enumerate(keys or ()):
            self.store.put(self.bucket, key, (folder / "objects" / str(number)).read_bytes())
        for app, known in read_state(self.state)["apps"].items():
            if known["machines"]:
                proxies.ensure(State(self.state), app, {})
        self.said = ""

    def _has_bucket(self) -> bool:
        return self.bucket in [each["Name"] for each in self.store.client.list_buckets()["Buckets"]]

    def lose_bucket(self) -> None:
        """As if it had never been made."""
        if self._has_bucket():
            for key in self.store.keys(self.bucket):
                self.store.client.delete_object(Bucket=self.bucket, Key=key)
            self.store.client.delete_bucket(Bucket=self.bucket)
