"""Doctor's findings as Markdown, ready to paste into an issue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mnemon_installer.checks.check import Finding
from mnemon_installer.ui.finding_lines import summary_line
from mnemon_installer.ui.scrub import Person, scrub


@dataclass(frozen=True)
class Bundle:
    """What goes into it: pairs of (what, how), (client, version, state), names of variables that are set."""

    versions: Sequence[tuple[str, str]]
    clients: Sequence[tuple[str, str, str]]
    variables: Sequence[str]
    findings: Sequence[Finding]


def bundle_text(bundle: Bundle, person: Person) -> str:
    """The whole bundle, scrubbed."""
    return scrub("\n".join(_lines(bundle)), person)


def _lines(bundle: Bundle) -> Iterator[str]:
    yield "### mnemon doctor"
    yield ""
    yield from _table(("", ""), bundle.versions)
    if bundle.clients:
        yield from _table(("client", "version", "mnemon there"), bundle.clients)
    yield f"Variables set: {', '.join(bundle.variables) or 'none'}"
    yield ""
    shown = [finding for finding in bundle.findings if not finding.absence]
    yield from _table(
        ("verdict", "check", "finding", "fix"),
        [(finding.verdict, finding.code, finding.message, _code(finding.fix)) for finding in shown],
    )
    yield summary_line(bundle.findings)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/').replace(chr(10), ' ') for cell in row)} |"
    yield ""


def _code(fix: str) -> str:
    return f"`{fix}`" if fix else ""
