"""`mnemon doctor connector --url URL`: flags into a walk, its findings into an exit status."""

from __future__ import annotations

from mnemon_installer.checks.examine import exit_status
from mnemon_installer.cli.this_machine import this_machine
from mnemon_installer.cli.vault_access import first_line_of_stdin, settings
from mnemon_installer.ui import console, questions
from mnemon_installer.ui.finding_lines import as_json as finding_json
from mnemon_installer.ui.finding_lines import finding_problems
from mnemon_installer.wizard.choices import vault_address
from mnemon_installer.wizard.connecting import walk_as_connector
from mnemon_server.errors import UsageError


def examine_connector(url: str, passphrase_stdin: bool, as_json: bool) -> int:
    """Walk as claude.ai would.

    Raises:
        UsageError: no address, or none that claude.ai could reach.
    """
    known = settings()
    address = vault_address(url) if url else known.remote
    if not address:
        raise UsageError("which server?", "mnemon doctor connector --url URL")
    given = first_line_of_stdin() if passphrase_stdin else ""
    may_ask = questions.can_ask() and not as_json

    def passphrase() -> str:
        if given or not may_ask:
            return given
        return questions.ask_secret("Owner's passphrase (Enter: stop here):")

    world = this_machine()
    walked = walk_as_connector(world, known, address, passphrase, quiet=as_json)
    status = exit_status(walked.findings)
    result = {"url": address, "findings": [finding_json(each) for each in walked.findings], "attempts": walked.attempts}
    problems = finding_problems(walked.findings) if as_json else ()
    console.show(result, lambda told: [], as_json, problems, status == 0)
    return status
