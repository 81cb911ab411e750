"""Causes are shown once, and what follows from them is hushed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from mnemon_installer.checks import CHECKS
from mnemon_installer.checks.check import Finding, Subject, Verdict
from mnemon_installer.checks.examine import examine, exit_status, select
from mnemon_server.errors import UsageError, VaultBusy, VaultTooNew

NOBODY: Any = None  # Any: these checks look at nothing


@dataclass(frozen=True)
class Says:
    code: str
    verdict: Verdict = "ok"
    needs: Sequence[str] = ()
    about: str = ""
    raises: Exception | None = None

    def run(self, subject: Subject) -> Finding:
        if self.raises:
            raise self.raises
        return Finding(self.code, self.verdict, "said")


def verdicts(*checks: Says) -> dict[str, str]:
    return {finding.code: finding.verdict for finding in examine(checks, NOBODY)}


@pytest.mark.parametrize("cause", ["fail", "missing", "skipped"])
def test_what_needs_a_failed_check_is_hushed_all_the_way(cause: Verdict) -> None:
    found = verdicts(Says("a", cause), Says("b", needs=["a"]), Says("c", needs=["b"]), Says("d"))
    assert found == {"a": cause, "b": "skipped", "c": "skipped", "d": "ok"}


def test_a_warning_hushes_nothing() -> None:
    assert verdicts(Says("a", "warn"), Says("b", needs=["a"])) == {"a": "warn", "b": "ok"}


def test_an_error_is_a_finding_with_its_hint_as_the_fix() -> None:
    found = examine([Says("a", raises=VaultBusy("busy", "wait")), Says("b", raises=VaultTooNew("new", ""))], NOBODY)
    assert [(finding.verdict, finding.message, finding.fix) for finding in found] == [
        ("fail", "busy", "wait"),
        ("missing", "new", "mnemon doctor --share"),  # never this very check again
    ]


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [(["ok", "warn", "skipped"], 0), (["ok", "missing"], 4), (["missing", "fail"], 1), (["fail", "warn"], 1)],
)
def test_exit_status(verdicts: list[Verdict], status: int) -> None:
    assert exit_status([Finding("x", verdict, "") for verdict in verdicts]) == status


def test_one_check_brings_those_it_needs() -> None:
    assert [check.code for check in select(CHECKS, ["vec"])] == ["python-sqlite", "vec"]
    with pytest.raises(UsageError, match="unknown check 'nope'"):
        select(CHECKS, ["nope"])


def test_every_need_is_a_check_that_comes_before() -> None:
    seen: set[str] = set()
    for check in CHECKS:
        assert set(check.needs) <= seen
        assert check.code not in seen
        seen.add(check.code)
