"""Is there a backup, and was it ever restored?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.checks.vault_state import vault_state
from mnemon_installer.facts.remote import details, token_for

_OLD = timedelta(days=30)


@dataclass(frozen=True)
class Backup:
    """Looks at what this machine or the server on the web knows, and asks no store: `mnemon sync status` does that."""

    code: str = "backup"
    about: str = "the vault's backup was restored and verified of late"
    needs: Sequence[str] = ("vault", "remote.token")

    def run(self, subject: Subject) -> Finding:
        settings = subject.facts.settings
        if settings.remote:
            told = _of_the_server(subject)
            if problem := (told.get("backup") or {}).get("problem"):
                return Finding(
                    self.code, "warn", f"the server does not back its vault up: {problem}", "mnemon sync push"
                )
            return self._judged(subject, told.get("verified_backup"))
        if not settings.bucket:
            return Finding(self.code, "skipped", "no bucket is set for backups (mnemon config set s3_bucket NAME)")
        verified = vault_state(subject).status["verified_backup"]
        return self._judged(subject, verified)

    def _judged(self, subject: Subject, verified: str | None) -> Finding:
        fix = "mnemon sync push && mnemon sync verify"
        if not verified:
            return Finding(self.code, "warn", "the vault has no backup that was ever verified", fix)
        if subject.world.now() - datetime.fromisoformat(verified) > _OLD:
            return Finding(self.code, "warn", f"no backup was verified since {verified[:10]}", fix)
        return Finding(self.code, "ok", f"a backup was restored and verified on {verified[:10]}")


def _of_the_server(subject: Subject) -> dict[str, Any]:  # Any: JSON
    url = subject.facts.settings.remote
    token = token_for(subject.world, subject.facts.settings, url)
    seen = subject.seen.get("remote") or details(subject.world, url, token)
    return seen if isinstance(seen, dict) else {}
