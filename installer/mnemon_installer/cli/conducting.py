"""What commands that carry out a plan have in common: whom they may ask, and how they end."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from mnemon_installer.cli.this_machine import this_machine
from mnemon_installer.facts.launcher import this_installation
from mnemon_installer.facts.survey import Facts, survey
from mnemon_installer.ui import console, questions
from mnemon_installer.wizard.set_up import Told
from mnemon_installer.world import World
from mnemon_server.errors import UsageError
from mnemon_server.settings import Settings


@dataclass(frozen=True)
class Order:
    """How a command was given. `may_show`: a secret may be printed."""

    world: World
    may_ask: bool
    may_show: bool
    is_json: bool

    def look(self, settings: Settings) -> Facts:
        """The machine as it is with these settings."""
        return survey(self.world, settings, this_installation())


def ordered(line: str, yes: bool, dry_run: bool, as_json: bool) -> Order:
    """For a command that goes ahead only when somebody has agreed; `line` is the command.

    Raises:
        UsageError: nobody has, and nobody can be asked.
    """
    may_ask = questions.can_ask() and not (yes or dry_run or as_json)
    if not (may_ask or yes or dry_run):
        raise UsageError(f"without a terminal `{line}` wants --yes", f"{line} --yes")
    return Order(this_machine(dry_run), may_ask, sys.stdout.isatty() and not as_json, as_json)


def ended(told: Told, as_json: bool) -> int:
    """The exit status; people have read on the way what programs are told now."""
    if as_json:
        console.show(told.result, lambda result: [], as_json, told.problems, told.is_ok)
    return 0 if told.is_ok else told.exit_status
