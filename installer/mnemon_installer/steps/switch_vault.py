"""Where the vault lives: on the web, by the file `remote_url`, or on this machine. No client's file says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.edits.diff import text_diff
from mnemon_installer.facts.local_vault import has_moved, take_back
from mnemon_installer.facts.remote import accepts, kept_token
from mnemon_installer.plan.step import Blocked, Done, Needed, StepFailed, Verdict
from mnemon_installer.world import World
from mnemon_server.settings import Settings


@dataclass(frozen=True)
class UseRemote:
    """Every command, hook and client of this machine works on the vault at `url` from then on."""

    settings: Settings
    url: str
    key: str = "remote"
    subject: str = "web vault"
    needs: Sequence[str] = ("remote.token", "join")
    is_optional: bool = False

    def describe(self) -> str:
        return f"use the vault at {self.url}"

    def check(self, world: World) -> Verdict:
        before = _text(world, self.settings)
        if before.strip() == self.url:
            return Done()
        return Needed(text_diff(before, f"{self.url}\n", str(self.settings.remote_path)))

    def apply(self, world: World) -> str:
        content = world.read(self.settings.remote_path)
        kept = kept_token(world, self.settings)
        if not world.is_rehearsal and (kept is None or not accepts(world, self.url, kept.token)):
            raise StepFailed(f"{self.url} does not take this machine's token", "mnemon doctor remote.token")
        world.write(self.settings.remote_path, f"{self.url}\n".encode(), content, 0o600)
        return "in use"

    def undo(self, world: World) -> None:
        content = world.read(self.settings.remote_path)
        if content is not None and content.decode("utf-8", "replace").strip() == self.url:
            world.remove(self.settings.remote_path, content)


@dataclass(frozen=True)
class UseLocal:
    """The web vault stays as it is; this machine uses the vault on its own disk again, or a new one."""

    settings: Settings
    key: str = "remote"
    subject: str = "web vault"
    needs: Sequence[str] = ()
    is_optional: bool = False

    def describe(self) -> str:
        return f"use the vault on this machine, {self.settings.vault_path}, and forget the one on the web and its token"

    def check(self, world: World) -> Verdict:
        if world.environment.get("MNEMON_REMOTE_URL", "").strip():
            return Blocked("MNEMON_REMOTE_URL says that the vault is on the web", "unset MNEMON_REMOTE_URL")
        before, is_there = _text(world, self.settings), world.read(self.settings.remote_path) is not None
        if is_there or self._is_bound(world) or has_moved(world, self.settings):
            return Needed(text_diff(before, "", str(self.settings.remote_path)))
        return Done()

    def apply(self, world: World) -> str:
        if (content := world.read(self.settings.remote_path)) is not None:
            world.remove(self.settings.remote_path, content)
        if self._is_bound(world) and (content := world.read(self.settings.token_path)) is not None:
            world.remove(self.settings.token_path, content)
        if has_moved(world, self.settings):
            world.perform(f"open {self.settings.vault_path}", lambda: take_back(self.settings))
        return "not in use any more"

    def undo(self, world: World) -> None:
        """Nothing: `setup --remote-url` goes back, and asks for a token again."""

    def _is_bound(self, world: World) -> bool:
        """A token without an origin is that of a server on this machine, and stays."""
        kept = kept_token(world, self.settings)
        return kept is not None and bool(kept.origin)


def _text(world: World, settings: Settings) -> str:
    return (world.read(settings.remote_path) or b"").decode("utf-8", "replace")
