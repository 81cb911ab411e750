"""The end of a way to the web or home: doctor's checks, and what is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mnemon_installer.checks import CHECKS
from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.checks.elsewhere import applicable
from mnemon_installer.facts.survey import Facts
from mnemon_installer.ui import console
from mnemon_installer.ui.finding_lines import as_json, finding_problems
from mnemon_installer.ui.setup_words import step_json
from mnemon_installer.wizard.checkup import check_up
from mnemon_installer.wizard.conduct import Conducted
from mnemon_installer.wizard.set_up import Told
from mnemon_installer.world import World


def verified(world: World, look: Callable[[], Facts], conducted: Conducted, *, quiet: bool) -> tuple[Finding, ...]:
    """What doctor says of the machine as it is now; nothing after a rehearsal, or where a step has failed."""
    if world.is_rehearsal and not quiet and not conducted.exit_status:
        console.out("This was a dry run: nothing was changed.")
    if world.is_rehearsal or conducted.exit_status:
        return ()
    subject = Subject(world, look(), conducted.has_changed_something)
    if not quiet:
        console.out("\nChecking:")
    return check_up(applicable(CHECKS, subject.facts.settings), subject, quiet=quiet)


def told(
    world: World,
    about: dict[str, Any],  # Any: JSON
    conducted: Conducted,
    findings: Sequence[Finding],
) -> Told:
    """`about`, the steps and the findings. A client in trouble is doctor's to tell: the vault has moved."""
    result = {
        "dry_run": world.is_rehearsal,
        **about,
        "steps": [step_json(*pair) for pair in zip(conducted.outlooks, conducted.results, strict=True)],
        "findings": [as_json(finding) for finding in findings],
    }
    problems = [
        {"code": each.step.key, "message": each.message, "hint": each.hint}
        for each in conducted.results
        if not each.is_satisfied and each.outcome != "skipped"
    ]
    return Told(result, problems + finding_problems(findings), not conducted.exit_status, conducted.exit_status)


def show(lines: Iterable[str], quiet: bool) -> None:
    """Each line of `lines`; those that are to be pasted, four blanks in, as they are."""
    if not quiet:
        for line in lines:
            console.out(console.tidy_command(line) if line.startswith("    ") else console.tidy(line))
