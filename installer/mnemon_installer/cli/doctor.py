"""`mnemon doctor`: look at everything, and say one command for every problem."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from mnemon_installer.checks import CHECKS
from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.checks.examine import examine, exit_status, select
from mnemon_installer.cli.vault_access import JsonFlag, settings
from mnemon_installer.facts.launcher import this_installation
from mnemon_installer.facts.survey import survey
from mnemon_installer.ui import console
from mnemon_installer.ui.finding_lines import as_json as finding_json
from mnemon_installer.ui.finding_lines import check_lines, code_width, finding_line
from mnemon_installer.world.real import RealWorld

Codes = Annotated[list[str] | None, typer.Argument(metavar="[CODE]...", help="Checks to run; none named: all.")]
ListFlag = Annotated[bool, typer.Option("--list", help="Name the checks, and run none.")]


def command(codes: Codes = None, list_: ListFlag = False, as_json: JsonFlag = False) -> int:
    """Check that mnemon works on this machine: the vault, the model, the clients, the server itself."""
    checks = select(CHECKS, codes or ())
    if list_:
        listed = [{"code": check.code, "about": check.about, "needs": list(check.needs)} for check in checks]
        console.show({"checks": listed}, lambda result: check_lines(checks), as_json)
        return 0
    world = RealWorld(os.environ, Path.home(), sys.platform)
    subject = Subject(world, survey(world, settings(), this_installation()))
    width = code_width(checks)
    asked = set(codes or (check.code for check in checks))

    def is_shown(finding: Finding) -> bool:
        # A check that another one needs is shown only when it has something to say.
        return finding.code in asked or finding.is_problem or finding.hushes

    def say(finding: Finding) -> None:
        if not as_json and is_shown(finding):
            console.out(finding_line(finding, width))

    findings = tuple(filter(is_shown, examine(checks, subject, say)))
    status = exit_status(findings)
    problems = [
        {"code": finding.code, "message": finding.message, "hint": finding.fix}
        for finding in findings
        if finding.is_problem
    ]
    result = {"findings": [finding_json(finding) for finding in findings]}
    console.show(result, _summary, as_json, problems if as_json else (), status == 0)
    return status


def _summary(result: dict[str, Any]) -> Iterable[str]:  # Any: JSON
    verdicts = [finding["verdict"] for finding in result["findings"]]
    bad = sum(verdict in ("fail", "missing") for verdict in verdicts)
    warnings = verdicts.count("warn")
    if not bad and not warnings:
        return ["All is well."]
    counted = [f"{bad} problem{'s' * (bad != 1)}"] * bool(bad) + [f"{warnings} warning{'s' * (warnings != 1)}"] * bool(
        warnings
    )
    return [" and ".join(counted) + "."]
