"""`mnemon doctor`: look at everything, say one command for every problem, and mend what is safe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from mnemon_installer.checks import CHECKS, Check
from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.checks.elsewhere import applicable
from mnemon_installer.checks.examine import exit_status, select
from mnemon_installer.cli.this_machine import this_machine
from mnemon_installer.cli.vault_access import JsonFlag, settings
from mnemon_installer.facts.launcher import this_installation
from mnemon_installer.facts.survey import survey
from mnemon_installer.ui import console, questions
from mnemon_installer.ui.finding_lines import as_json as finding_json
from mnemon_installer.ui.finding_lines import check_lines, finding_problems
from mnemon_installer.ui.setup_words import step_json
from mnemon_installer.wizard.checkup import check_up
from mnemon_installer.wizard.conduct import Conducted
from mnemon_installer.wizard.mending import mend
from mnemon_installer.wizard.sharing import share as bundle
from mnemon_server.errors import UsageError

Codes = Annotated[list[str] | None, typer.Argument(metavar="[CODE]...", help="Checks to run; none named: all.")]
ListFlag = Annotated[bool, typer.Option("--list", help="Name the checks, and run none.")]
Fix = Annotated[bool, typer.Option("--fix", help="Mend what can be mended safely; shows what it does, and asks.")]
Share = Annotated[bool, typer.Option("--share", help="Print the findings as Markdown, without secrets and names.")]
Url = Annotated[
    str,
    typer.Option("--url", metavar="URL", help="With the code `connector`: walk claude.ai's way to this server."),
]
PassphraseStdin = Annotated[
    bool,
    typer.Option("--passphrase-stdin", help="With the code `connector`: read the owner's passphrase from there."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before mending.")]


def command(
    codes: Codes = None,
    fix: Fix = False,
    share: Share = False,
    list_: ListFlag = False,
    url: Url = "",
    passphrase_stdin: PassphraseStdin = False,
    yes: Yes = False,
    as_json: JsonFlag = False,
) -> int:
    """Check that mnemon works on this machine: the vault, the model, the clients, the server itself.

    `mnemon doctor connector --url URL` walks to a server as claude.ai does, and names the hop that fails.
    """
    if codes == ["connector"]:
        from mnemon_installer.cli.doctor_connector import examine_connector  # an HTTP library costs 0.2 s

        return examine_connector(url, passphrase_stdin, as_json)
    checks = select(CHECKS, codes or ())
    if list_:
        return _list(checks, as_json)
    may_ask = questions.can_ask() and not as_json and not yes
    _refuse_nonsense(fix, share, may_ask or yes, bool(url or passphrase_stdin))
    quiet = as_json or share
    subject = _subject()
    checks = applicable(checks, subject.facts.settings, codes or ())
    findings = _shown(check_up(checks, subject, asked=codes or (), quiet=quiet), codes or ())
    result: dict[str, Any] = {}  # Any: JSON
    if share:
        result["markdown"] = bundle(subject, findings)
    if fix:
        conducted = mend(subject.world, subject.facts, findings, may_ask=may_ask, quiet=quiet)
        result["steps"] = _steps(conducted)
        if conducted.has_changed_something:
            if not quiet:
                console.out("\nChecking again:")
            findings = _shown(check_up(checks, _subject(), asked=codes or (), quiet=quiet), codes or ())
    result["findings"] = [finding_json(finding) for finding in findings]
    status = exit_status(findings)
    problems = finding_problems(findings) if as_json else ()
    console.show(result, lambda told: [told["markdown"]] if share else [], as_json, problems, status == 0)
    return status


def _list(checks: Sequence[Check], as_json: bool) -> int:
    listed = [{"code": check.code, "about": check.about, "needs": list(check.needs)} for check in checks]
    console.show({"checks": listed}, lambda result: check_lines(checks), as_json)
    return 0


def _refuse_nonsense(fix: bool, share: bool, may_mend: bool, is_of_connector: bool) -> None:
    if fix and share:
        raise UsageError("--fix and --share are two things", "mnemon doctor --share")
    if fix and not may_mend:
        raise UsageError("doctor --fix asks on a terminal, and this is none", "mnemon doctor --fix --yes")
    if is_of_connector:
        raise UsageError("--url and --passphrase-stdin belong to connector", "mnemon doctor connector --url URL")


def _subject() -> Subject:
    world = this_machine()
    return Subject(world, survey(world, settings(), this_installation()))


def _shown(findings: Sequence[Finding], asked: Sequence[str]) -> tuple[Finding, ...]:
    """A check that another one needs is told of only when it has something to say."""
    if not asked:
        return tuple(findings)
    return tuple(finding for finding in findings if finding.code in asked or finding.is_problem or finding.hushes)


def _steps(conducted: Conducted) -> list[dict[str, str]]:
    return [step_json(outlook, result) for outlook, result in zip(conducted.outlooks, conducted.results, strict=True)]
