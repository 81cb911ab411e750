"""A real client on a machine after `mnemon setup`: prompts for it, what its model heard, what the hooks did."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.npm.kinds import NOWHERE, Kind
from tests.npm.machine import Machine, run_bounded

# A memory, title and content, and a prompt on which it bears.
MEMORY = (
    "Port of the staging database",
    "The staging database listens on port 6544, because 5432 is the legacy cluster.",
)
PROMPT = "Our deploy script needs the port of the staging database."
_PATIENCE = 10.0  # seconds for the work that goes on after a turn
_STEP = 0.05


def set_up(kind: Kind, machine: Machine) -> Hooked:
    """This client on this machine after setup; a test of a client that is not there is skipped."""
    named = os.environ.get(kind.variable, "")
    if not named:
        pytest.skip(f"{kind.variable} does not name the program of {kind.name}")
    assert Path(named).exists(), f"{kind.variable} names {named}, which is not there"
    hooked = Hooked(kind, machine, Path(named).absolute())
    hooked.set_up()
    return hooked


@dataclass(frozen=True)
class Told:
    """What became of a prompt: how the client ended, its words, and each request that its model heard."""

    status: int
    output: str
    heard: list[str]


@dataclass(frozen=True)
class Hooked:
    """The hooks are as setup wrote them; the launcher they name belongs to the test, which may break it."""

    kind: Kind
    machine: Machine
    program: Path

    @property
    def launcher(self) -> Path:
        return self.machine.home / "bin" / "mnemon"

    @property
    def hooks_file(self) -> Path:
        return self.machine.home / self.kind.hooks_file

    @property
    def vault(self) -> Path:
        return self.machine.vault_folder / "default.sqlite"

    @property
    def project(self) -> Path:
        return self.machine.home / "work" / "harbour"

    def set_up(self) -> None:
        self.project.mkdir(parents=True)
        for name, text in self.kind.files.items():
            path = self.machine.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.launcher.parent.mkdir()
        self.launcher.symlink_to(self.machine.mnemon)
        words = [str(self.machine.mnemon), "setup", self.kind.name, "--yes", "--no-model"]
        vault = {"MNEMON_VAULT_DIR": str(self.machine.vault_folder)}
        done = run_bounded(words, self._environment(NOWHERE) | vault, self.project)
        assert done.returncode == 0, done.stdout + done.stderr
        assert str(self.launcher) in self.hooks_file.read_text(encoding="utf-8")

    def ask(self, prompt: str, closing: str = "Done.", goes_on: bool = False) -> Told:
        """One prompt in a new session, or the next one in the last session."""
        with self.kind.model(closing) as model:
            words = (self.kind.go_on if goes_on else self.kind.start)(model.url)
            done = run_bounded([str(self.program), *words, prompt], self._environment(model.url), self.project)
            return Told(done.returncode, done.stdout + done.stderr, list(model.heard))

    def save(self, title: str, content: str, type: str = "decision") -> int:
        """A memory saved on the command line; its id."""
        saved: int = self.machine.result("save", title, content, "--type", type)["memory"]["id"]
        return saved

    def wait_for(self, hook: str, times: int) -> list[str]:
        """What the log says of this hook, once it has run so many times."""
        end = time.monotonic() + _PATIENCE
        while len(found := self.logged(hook)) < times:
            assert time.monotonic() < end, f"{hook} ran {len(found)} times, not {times}: {self._log()}"
            time.sleep(_STEP)
        return found

    def logged(self, hook: str) -> list[str]:
        """The outcomes of this hook for this client, oldest first."""
        lines = (line.split(" ", 5) for line in self._log().splitlines())
        return [words[5] for words in lines if words[1:3] == [hook, self.kind.name]]

    def transcripts(self) -> list[str]:
        """The client's own records of its sessions."""
        return [path.read_text(encoding="utf-8") for path in self.machine.home.glob(self.kind.transcripts)]

    def shorten_timeouts(self) -> None:
        """Each hook of ours may take one second."""
        settings = json.loads(self.hooks_file.read_text(encoding="utf-8"))
        for handler in _handlers(settings):
            handler["timeout"] = self.kind.units_per_second
        self.hooks_file.write_text(json.dumps(settings), encoding="utf-8")

    def _environment(self, url: str) -> Mapping[str, str]:
        """No word of the vault's place: what the hooks know of it is what setup wrote."""
        node = os.environ.get("MNEMON_TEST_NODE", "")
        folders = [self.launcher.parent, self.program.parent, *([Path(node).parent] if node else [])]
        known = {name: value for name, value in self.machine.environment.items() if name != "MNEMON_VAULT_DIR"}
        temporary = self.machine.home / "tmp"
        temporary.mkdir(exist_ok=True)
        path = os.pathsep.join([*map(str, folders), known["PATH"]])
        return known | {"PATH": path, "TMPDIR": str(temporary)} | self.kind.environment(url)

    def _log(self) -> str:
        path = self.machine.vault_folder / "logs" / "hooks.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""


def _handlers(settings: dict[str, Any]) -> list[dict[str, Any]]:  # Any: JSON
    return [handler for groups in settings["hooks"].values() for group in groups for handler in group["hooks"]]
