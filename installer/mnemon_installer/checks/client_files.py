"""Do files of clients keep their secrets, and is there an entry of ours where nobody looks?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from shlex import quote

from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.facts.client_files import dead_entries, exposed_files


@dataclass(frozen=True)
class ClientSecrets:
    """Other servers' tokens stand in the same files as our entry."""

    code: str = "client-secrets"
    about: str = "no client's file with a token in it can be read by others"
    needs: Sequence[str] = ()

    def run(self, subject: Subject) -> Finding:
        exposed = exposed_files(subject.world)
        if not exposed:
            return Finding(self.code, "ok", "no token in a client's file can be read by others")
        paths = ", ".join(map(str, exposed))
        verb = "holds" if len(exposed) == 1 else "hold"
        fix = f"chmod 600 {' '.join(quote(str(path)) for path in exposed)}"
        return Finding(self.code, "warn", f"{paths} {verb} a secret and can be read by other users", fix)


@dataclass(frozen=True)
class DeadEntries:
    """An entry that no client reads does nothing, and misleads whoever looks for the real one."""

    code: str = "dead-entries"
    about: str = "no entry of ours stands where its client does not read it"
    needs: Sequence[str] = ()

    def run(self, subject: Subject) -> Finding:
        dead = dead_entries(subject.world)
        if not dead:
            return Finding(self.code, "ok", "every entry of ours is in a file that its client reads")
        said = ", ".join(f"{found.place.path}, which {found.client.title} does not read for it" for found in dead)
        return Finding(self.code, "warn", f"an entry of ours in {said}", "mnemon doctor dead-entries --fix")
