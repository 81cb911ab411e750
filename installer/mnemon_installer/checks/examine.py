"""Running checks in order, hushing those whose cause has been shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mnemon_installer.checks.check import Check, Finding, Subject, Verdict
from mnemon_server.errors import MnemonError, UsageError

MISSING_PREREQUISITE = 4


def select(checks: Sequence[Check], codes: Sequence[str]) -> tuple[Check, ...]:
    """The checks named, and those they need; all of them when none is named.

    Raises:
        UsageError: an unknown code; the hint lists all.
    """
    known = {check.code: check for check in checks}
    for code in codes:
        if code not in known:
            raise UsageError(f"unknown check {code!r}", f"the checks are {', '.join(known)}")
    wanted = set(codes) or set(known)
    while needed := {need for code in wanted for need in known[code].needs} - wanted:
        wanted |= needed
    return tuple(check for check in checks if check.code in wanted)


def examine(
    checks: Sequence[Check], subject: Subject, report: Callable[[Finding], None] = lambda finding: None
) -> tuple[Finding, ...]:
    """One finding per check, in order; `report` hears each as it is made."""
    findings: dict[str, Finding] = {}
    for check in checks:
        cause = next((findings[code] for code in check.needs if code in findings and findings[code].hushes), None)
        if cause is None:
            findings[check.code] = _run(check, subject)
        else:
            findings[check.code] = Finding(check.code, "skipped", f"needs {cause.code}", absence=cause.absence)
        report(findings[check.code])
    return tuple(findings.values())


def exit_status(findings: Sequence[Finding]) -> int:
    """0 all well or warnings only, 1 a failure, 4 when only prerequisites are missing."""
    verdicts = {finding.verdict for finding in findings}
    if "fail" in verdicts:
        return 1
    return MISSING_PREREQUISITE if "missing" in verdicts else 0


def _run(check: Check, subject: Subject) -> Finding:
    try:
        return check.run(subject)
    except MnemonError as trouble:
        verdict: Verdict = "missing" if trouble.exit_status == MISSING_PREREQUISITE else "fail"
        return Finding(check.code, verdict, trouble.message, trouble.hint or "mnemon doctor --share")
