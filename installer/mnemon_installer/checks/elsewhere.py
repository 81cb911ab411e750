"""Checks that make no sense where the vault is: on this machine, or on the web."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mnemon_installer.checks.check import Check, Finding, Subject
from mnemon_server.settings import Settings

_HERE = ("vec", "vault", "index", "model", "pending")
_ON_THE_WEB = ("remote", "remote.token")


@dataclass(frozen=True)
class Elsewhere:
    """Stands for a check whose subject is not here; whoever asked for it is told where the vault is."""

    code: str
    about: str
    needs: Sequence[str] = ()

    def run(self, subject: Subject) -> Finding:
        where = subject.facts.settings.remote
        message = f"the vault lives at {where}" if where else "the vault lives on this machine"
        return Finding(self.code, "skipped", message, "mnemon doctor remote" if where else "")


def applicable(checks: Sequence[Check], settings: Settings, asked: Collection[str] = ()) -> tuple[Check, ...]:
    """Those that have something to look at, and a word in place of the others that were `asked` for."""
    foreign = _HERE if settings.remote else _ON_THE_WEB
    return tuple(
        Elsewhere(check.code, check.about) if check.code in foreign else check
        for check in checks
        if check.code not in foreign or check.code in asked
    )
