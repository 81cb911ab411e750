"""Does the vault open, is it whole, is it private?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.checks.vault_state import vault_state
from mnemon_installer.world import World
from mnemon_server.errors import DiskTrouble, MnemonError, VaultRefused
from mnemon_server.settings import Settings, vault_folder
from mnemon_server.sync.keys import NAME as KEYS


@dataclass(frozen=True)
class Vault:
    """Opens it as every command does, and asks SQLite and our own references."""

    code: str = "vault"
    about: str = "the vault opens, is whole, and is readable only by you"
    needs: Sequence[str] = ("python-sqlite",)

    def run(self, subject: Subject) -> Finding:
        settings = subject.facts.settings
        if subject.world.look(settings.vault_path) is None:
            return Finding(self.code, "missing", f"there is no vault at {settings.vault_path}", "mnemon setup")
        try:
            state = vault_state(subject)
        except VaultRefused as trouble:
            return self._refused(subject, trouble)
        except DiskTrouble as trouble:
            look = f"ls -ld {quote(str(settings.folder))} {quote(str(settings.vault_path))}"
            return Finding(self.code, "fail", trouble.message, look)
        if state.problems and not state.rebuildable:
            more = f" (and {len(state.problems) - 1} more)" if len(state.problems) > 1 else ""
            return self._refused(subject, VaultRefused(f"the vault is damaged: {state.problems[0]}{more}"))
        if (where := str(state.status["state"])).startswith("moved:"):
            message = f"the move of its memories to {where.removeprefix('moved:')} was broken off; it takes no writes"
            fix = f"mnemon setup --remote-url {quote(where.removeprefix('moved:'))} --send-memories"
            return Finding(self.code, "fail", message, fix)
        if exposed := exposed_paths(subject.world, settings):
            path, mode, private = exposed[0]
            message = f"{path} can be reached by other users of this machine (mode {mode:04o})"
            return Finding(self.code, "warn", message, f"chmod {private:o} {quote(str(path))}")
        total = state.status["total"]
        return Finding(self.code, "ok", f"{total} {'memory' if total == 1 else 'memories'} in {settings.vault_path}")

    def _refused(self, subject: Subject, trouble: MnemonError) -> Finding:
        """Save what can be read, put the file aside with its WAL, and go back to the newest copy."""
        settings = subject.facts.settings
        if settings.bucket and "is damaged" in trouble.message:
            return self._from_the_bucket(subject, trouble)
        stamp = subject.world.now().strftime("%Y%m%dT%H%M%S")
        path, aside = quote(str(settings.vault_path)), quote(str(settings.archive_folder / f"damaged-{stamp}"))
        copies = sorted(settings.archive_folder.glob("*.sqlite"), key=lambda copy: copy.stat().st_mtime)
        back = f"cp {quote(str(copies[-1]))} {path}" if copies else "mnemon setup"
        fix = f"mkdir -p {aside} && mv {path}* {aside}/ && {back}"
        message = f"{trouble.message}; the fix puts it aside"
        message += f" and goes back to archive/{copies[-1].name}" if copies else " and begins an empty one"
        if "is damaged" in trouble.message:
            rescued = quote(str(settings.folder / f"rescued-{stamp}.jsonl"))
            fix = f"mnemon export jsonl - > {rescued}; {fix} && mnemon import jsonl {rescued}"
            message += ", with all that can still be read"
        return Finding(self.code, "fail", message, fix)

    def _from_the_bucket(self, subject: Subject, trouble: MnemonError) -> Finding:
        """A pull puts a damaged vault aside by itself."""
        settings = subject.facts.settings
        rescued = settings.folder / f"rescued-{subject.world.now():%Y%m%dT%H%M%S}.jsonl"
        file = quote(str(rescued))
        fix = f"mnemon export jsonl - > {file}; mnemon sync pull && mnemon import jsonl {file}"
        message = f"{trouble.message}; the fix puts it aside and brings the backup, with all that can still be read"
        return Finding(self.code, "fail", message, fix)


def exposed_paths(world: World, settings: Settings) -> list[tuple[Path, int, int]]:
    """Our folder, the vault and the bucket's keys, where other users reach them: path, mode, and what it should be.

    A folder that the user pointed us at keeps the mode that he gave it.
    """
    if world.platform == "win32":
        return []
    wanted = [(settings.vault_path, 0o600), (settings.folder / KEYS, 0o600)]
    if settings.folder == vault_folder({}, world.home):
        wanted.insert(0, (settings.folder, 0o700))
    seen = ((path, world.look(path), private) for path, private in wanted)
    return [(path, sight.mode, private) for path, sight, private in seen if sight is not None and sight.mode & 0o077]
