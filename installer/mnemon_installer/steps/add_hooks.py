"""Our hooks in the file where a client looks for them, after the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.clients import Client
from mnemon_installer.clients.client import Launch
from mnemon_installer.clients.hook_handlers import WantedHook, wanted_hooks
from mnemon_installer.clients.hook_table import Mode, is_too_old
from mnemon_installer.clients.hooks_file import absent_for, own_hooks, read_hooks, with_own_hooks
from mnemon_installer.plan.step import Blocked, Done, Needed, Verdict
from mnemon_installer.steps.keeping import Insertion, Keeping
from mnemon_installer.steps.read_only import read_only
from mnemon_installer.steps.remove_hooks import RemoveHooks
from mnemon_installer.world import World


@dataclass(frozen=True)
class AddHooks:
    """For a client that has hooks. `version` is the client's, where it is known; `mode` says which of ours it gets;
    `is_extra`: what is done around it is right without it."""

    client: Client
    launch: Launch
    path: Path
    backups: Path
    version: str = ""
    mode: Mode = "local"
    needs: Sequence[str] = ()
    is_extra: bool = False

    @property
    def key(self) -> str:
        return f"{self.client.name}.hooks"

    @property
    def subject(self) -> str:
        return f"{self.client.title} hooks"

    @property
    def is_optional(self) -> bool:
        return self.is_extra or self._is_too_old

    def describe(self) -> str:
        return f"add hooks to {self.path}: memories for each prompt, what matters of each session"

    def check(self, world: World) -> Verdict:
        if self._is_too_old:
            reason = f"{self.client.title} {self.version} may not run hooks as mnemon needs them"
            return Blocked(reason, f"{self.client.version_command[0]} update && mnemon setup {self.client.name}")
        wanted = self._wanted(world)
        file = read_hooks(world, self.path, wanted)
        edited = with_own_hooks(file, wanted)
        if edited.text == file.document.text:
            return Done()
        return read_only(world, self.path) or Needed(file.diff(edited))

    def apply(self, world: World) -> str:
        wanted = self._wanted(world)
        file = read_hooks(world, self.path, wanted)
        had_some = bool(own_hooks(file))
        insertion = Insertion(self.client.name, "hooks", parents=absent_for(file, wanted))
        edited = with_own_hooks(file, wanted).text.encode()
        Keeping(world, self.backups).change(self.path, file.content, edited, insertion, lambda content: content)
        return "updated" if had_some else "added"

    def undo(self, world: World) -> None:
        removal = RemoveHooks(self.client, self.path, self.backups)
        if isinstance(removal.check(world), Needed):
            removal.apply(world)

    @property
    def _is_too_old(self) -> bool:
        return self.client.hooks is not None and is_too_old(self.client.hooks, self.version)

    def _wanted(self, world: World) -> tuple[WantedHook, ...]:
        assert self.client.hooks is not None  # only for a client that has hooks
        return wanted_hooks(self.client.name, self.client.hooks, self.launch, world.platform, self.mode)
