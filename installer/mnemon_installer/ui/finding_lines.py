"""How doctor's findings look to people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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


def check_lines(checks: Iterable[Check]) -> Iterator[str]:
    """The list of checks."""
    listed = list(checks)
    width = code_width(listed)
    return (f"{check.code:{width}}  {check.about}" for check in listed)


def code_width(checks: Iterable[Check]) -> int:
    return max((len(check.code) for check in checks), default=0)


def as_json(finding: Finding) -> dict[str, str]:
    return {"code": finding.code, "verdict": finding.verdict, "message": finding.message, "fix": finding.fix}
