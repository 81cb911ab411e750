"""Does the vault open, is it whole, is it private?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from mnemon_installer.checks.check import Finding, Subject
from mnemon_server.client import connect
from mnemon_server.errors import MnemonError, VaultRefused
from mnemon_server.settings import Settings


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
        vault = connect(settings, caller="doctor")
        try:
            problems = vault.call("check_integrity")["problems"]
            status = vault.call("status")
        except VaultRefused as trouble:
            return self._damaged(settings, trouble)
        finally:
            vault.close()
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            return self._damaged(settings, VaultRefused(f"the vault is damaged: {problems[0]}{more}"))
        if exposed := self._exposed(subject):
            path, mode, private = exposed
            message = f"{path} can be reached by other users of this machine (mode {mode:04o})"
            return Finding(self.code, "warn", message, f"chmod {private} {quote(str(path))}")
        count = "1 memory" if status["total"] == 1 else f"{status['total']} memories"
        return Finding(self.code, "ok", f"{count} in {settings.vault_path}")

    def _damaged(self, settings: Settings, trouble: MnemonError) -> Finding:
        copies = sorted(settings.archive_folder.glob("*.sqlite"), key=lambda copy: copy.stat().st_mtime)
        path, refused = quote(str(settings.vault_path)), quote(f"{settings.vault_path}.refused")
        back = f"cp {quote(str(copies[-1]))} {path}" if copies else "mnemon setup"
        return Finding(self.code, "fail", trouble.message, f"mv {path} {refused} && {back}")

    def _exposed(self, subject: Subject) -> tuple[Path, int, str] | None:
        if subject.world.platform == "win32":
            return None
        settings = subject.facts.settings
        for path, private in ((settings.folder, "700"), (settings.vault_path, "600")):
            sight = subject.world.look(path)
            if sight is not None and sight.mode & 0o077:
                return path, sight.mode, private
        return None
