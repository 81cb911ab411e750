"""Mending what doctor found, as far as that is safe: show, ask, carry out."""

from __future__ import annotations

from collections.abc import Sequence

from mnemon_installer.checks.check import Finding
from mnemon_installer.facts.survey import Facts
from mnemon_installer.flows.mend import plan_mending
from mnemon_installer.plan.plan import Plan, foresee
from mnemon_installer.plan.step import Done
from mnemon_installer.ui import console
from mnemon_installer.wizard.conduct import Conducted, conduct
from mnemon_installer.world import World


def mend(world: World, facts: Facts, findings: Sequence[Finding], *, may_ask: bool, quiet: bool) -> Conducted:
    """Carry out the plan for `findings`; nothing where nothing can be mended safely.

    Raises:
        Declined: asked, and the answer was no.
    """
    plan = plan_mending(facts, findings)
    due = Plan(plan.flow, tuple(seen.step for seen in foresee(plan, world) if not isinstance(seen.verdict, Done)))
    if not quiet:
        console.out()
        if not due.steps:
            console.out("There is nothing that doctor can mend by itself.")
    if not due.steps:
        return Conducted((), ())
    return conduct(due, world, facts.settings.ops_folder, may_ask=may_ask, quiet=quiet)
