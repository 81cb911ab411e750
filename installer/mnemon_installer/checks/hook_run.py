"""Does the registered hook really run, in time, and say what its client understands?"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.clients import Client
from mnemon_installer.clients.hook_handlers import HookCall, call_of
from mnemon_installer.clients.hook_table import HOOKS
from mnemon_installer.clients.hooks_file import own_hooks, read_hooks
from mnemon_installer.world import CommandTrouble, Completed

_TRIED = next(hook for hook in HOOKS if hook.event == "surface")


@dataclass(frozen=True)
class HookRun:
    """Runs the hook that a prompt waits for, on an empty vault of its own."""

    client: Client

    @property
    def code(self) -> str:
        return f"{self.client.name}.hook-run"

    @property
    def about(self) -> str:
        return f"the hook that {self.client.title} runs for each prompt answers in time"

    @property
    def needs(self) -> Sequence[str]:
        return (f"{self.client.name}.entry", f"{self.client.name}.hooks")

    def run(self, subject: Subject) -> Finding:
        file = read_hooks(subject.world, self.client.hooks_files(subject.world)[0])
        call = next((call_of(found.handler) for found in own_hooks(file) if found.name == _TRIED.event), None)
        if call is None:
            return Finding(self.code, "skipped", f"there is no hook {_TRIED.event} to try")
        with tempfile.TemporaryDirectory(prefix="mnemon-doctor-") as folder:
            started = time.monotonic()
            try:
                ended = subject.world.run(_argv(call, folder), _prompt(folder), _TRIED.timeout, changes=False)
            except CommandTrouble as trouble:
                return Finding(self.code, "fail", f"the hook {_TRIED.event}: {trouble.message}", self._fix)
            seconds = time.monotonic() - started
        if problem := _problem(ended):
            return Finding(self.code, "fail", f"`{call.command} {' '.join(call.arguments)}`: {problem}", self._fix)
        return Finding(self.code, "ok", f"the hook {_TRIED.event} answers in {seconds:.1f} s")

    @property
    def _fix(self) -> str:
        return f"mnemon setup {self.client.name} --hooks"


def _argv(call: HookCall, folder: str) -> tuple[str, ...]:
    """The same call on a vault in `folder`."""
    arguments = list(call.arguments)
    if "--vault-dir" in arguments:
        place = arguments.index("--vault-dir")
        del arguments[place : place + 2]
    return (call.command, *arguments, "--vault-dir", str(Path(folder) / "vault"))


def _prompt(folder: str) -> str:
    """What a client would hand over; both its names of the event are known to us."""
    said = {"session_id": "mnemon-doctor", "cwd": folder, "hook_event_name": "UserPromptSubmit", "prompt": "hello"}
    return json.dumps(said)


def _problem(ended: Completed) -> str:
    """A hook ends with 0 and says JSON, or nothing; whatever else is in a client's way."""
    if ended.status != 0:
        return f"ended with status {ended.status}"
    try:
        json.loads(ended.stdout or "{}")
    except ValueError:
        return "printed something that is no JSON"
    return ""
