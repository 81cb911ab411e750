"""Doctor in the place of claude.ai: one line for each hop, and what the server saw of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import httpx

from mnemon_installer.checks.check import Finding
from mnemon_installer.facts.remote import is_on_this_machine, token_for
from mnemon_installer.ui import console
from mnemon_installer.ui.access_words import attempt_lines
from mnemon_installer.ui.finding_lines import finding_line, summary_line
from mnemon_installer.world import World
from mnemon_server.client import connect
from mnemon_server.client.connector import NAMES, TIMEOUT, walk
from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings

_SEEN = 12  # attempts of the server's log
_PATIENCE = 10.0  # seconds


@dataclass(frozen=True)
class Walked:
    """`attempts` is the end of the server's own log; None where this machine may not see it."""

    findings: tuple[Finding, ...]
    attempts: list[dict[str, Any]] | None  # Any: JSON


def walk_as_connector(
    world: World, settings: Settings, url: str, passphrase: Callable[[], str], *, quiet: bool
) -> Walked:
    """Walk, and show each hop unless `quiet`. `passphrase` is called when the consent page is there."""
    width = max(len(_code(name)) for name in NAMES)
    findings = []
    for finding in _findings(url, passphrase):
        findings.append(finding)
        if not quiet:
            console.out(finding_line(finding, width))
    attempts = _attempts(world, settings, url)
    if not quiet:
        console.out(summary_line(findings))
        if attempts is not None:
            console.out("\nThe server saw, newest first:")
            for line in attempt_lines(attempts):
                console.out(f"  {line}")
    return Walked(tuple(findings), attempts)


def _findings(url: str, passphrase: Callable[[], str]) -> Iterator[Finding]:
    # A proxy would be asked for an address that means the proxy's own machine.
    with httpx.Client(follow_redirects=False, timeout=TIMEOUT, trust_env=not is_on_this_machine(url)) as client:
        for hop in walk(client, url, passphrase):
            yield Finding(_code(hop.name), hop.verdict, hop.message, hop.hint)


def _code(name: str) -> str:
    return f"connector.{name}"


def _attempts(world: World, settings: Settings, url: str) -> list[dict[str, Any]] | None:  # Any: JSON
    if not token_for(world, settings, url):
        return None
    try:
        vault = connect(replace(settings, remote=url), caller="doctor", patience=_PATIENCE)
        with closing(vault):
            seen: list[dict[str, Any]] = vault.call("auth_attempts", limit=_SEEN)["attempts"]  # Any: JSON
            return seen
    except MnemonError:
        return None
