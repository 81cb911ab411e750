"""Running doctor's checks and saying how it went, line by line."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mnemon_installer.checks import Check
from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.checks.examine import examine
from mnemon_installer.ui import console
from mnemon_installer.ui.finding_lines import absence_lines, code_width, finding_line, summary_line


def check_up(
    checks: Sequence[Check], subject: Subject, *, asked: Collection[str] = (), quiet: bool = False
) -> tuple[Finding, ...]:
    """The findings, shown unless `quiet`.

    Where codes are `asked` for, those are shown whatever they say, and what they need only when it is in trouble.
    """
    width = code_width([check for check in checks if check.code in asked] or checks)

    def say(finding: Finding) -> None:
        is_telling = finding.is_problem or finding.hushes if asked else True
        if not quiet and (finding.code in asked or (is_telling and not finding.absence)):
            console.out(finding_line(finding, width))

    findings = examine(checks, subject, say)
    if not quiet:
        for line in absence_lines(findings, asked):
            console.out(line)
        console.out(summary_line(findings))
    return findings
