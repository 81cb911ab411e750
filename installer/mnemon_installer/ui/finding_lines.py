"""How doctor's findings look to people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from mnemon_installer.checks.check import Check, Finding
from mnemon_installer.ui.console import tidy, tidy_command, tint

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red", "missing": "red", "skipped": "dim"}
_WIDEST_VERDICT = max(map(len, _COLOURS))


def finding_line(finding: Finding, width: int) -> str:
    """One finding, and under a problem the command that mends it."""
    verdict = tint(f"{finding.verdict:{_WIDEST_VERDICT}}", _COLOURS[finding.verdict])
    lines = [f"  {verdict}  {finding.code:{width}}  {tidy(finding.message)}"]
    if finding.is_problem and finding.fix:
        lines.append(f"  {'':{_WIDEST_VERDICT}}  {'':{width}}  {tint('fix:', 'dim')} {tidy_command(finding.fix)}")
    return "\n".join(lines)


def absence_lines(findings: Sequence[Finding], asked: Collection[str] = ()) -> Iterator[str]:
    """A line for the clients that are not set up, one for those without hooks, and one for those that are not here."""
    for absence, flag in (("not set up", ""), ("no hooks", " --hooks"), ("not on this machine", None)):
        names = dict.fromkeys(
            finding.code.partition(".")[0]
            for finding in findings
            if finding.absence == absence and finding.code not in asked
        )
        if names:
            how = "" if flag is None else f" (mnemon setup {' '.join(names)}{flag})"
            yield "  " + tint(f"{absence}: {', '.join(names)}{how}", "dim")


def summary_line(findings: Iterable[Finding]) -> str:
    """All in one sentence."""
    verdicts = [finding.verdict for finding in findings]
    bad = sum(verdict in ("fail", "missing") for verdict in verdicts)
    warnings = verdicts.count("warn")
    counted = [
        f"{count} {word}{'s' * (count != 1)}" for count, word in ((bad, "problem"), (warnings, "warning")) if count
    ]
    return f"{' and '.join(counted)}." if counted else "Everything that was checked is well."


def check_lines(checks: Iterable[Check]) -> Iterator[str]:
    """The list of checks."""
    listed = list(checks)
    width = code_width(listed)
    return (f"{check.code:{width}}  {check.about}" for check in listed)


def code_width(checks: Iterable[Check]) -> int:
    return max((len(check.code) for check in checks), default=0)


def as_json(finding: Finding) -> dict[str, str]:
    return {"code": finding.code, "verdict": finding.verdict, "message": finding.message, "fix": finding.fix}


def finding_problems(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """The problems among them, in the shape of `--json`."""
    return [
        {"code": finding.code, "message": finding.message, "hint": finding.fix}
        for finding in findings
        if finding.is_problem
    ]
