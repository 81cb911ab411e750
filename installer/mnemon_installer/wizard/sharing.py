"""Gathering what a stranger needs to help, and may see."""

from __future__ import annotations

import getpass
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.facts.versions import told_version
from mnemon_installer.ui.scrub import Person
from mnemon_installer.ui.share import Bundle, bundle_text
from mnemon_server import __version__

_PACKAGES = (("SQLite (APSW)", "apsw"), ("sqlite-vec", "sqlite-vec"), ("fastembed", "fastembed"), ("MCP SDK", "mcp"))
# What decides where things are.
_TELLING = ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_CONFIG_HOME")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


def share(subject: Subject, findings: Sequence[Finding]) -> str:
    """The bundle as Markdown. Asks each client for its version, which may take seconds."""
    world, facts = subject.world, subject.facts
    variables = {
        name: value
        for name, value in sorted(world.environment.items())
        if value and (name.startswith("MNEMON_") or name in _TELLING or name.upper() in _PROXIES)
    }
    bundle = Bundle(
        versions=tuple(_versions(subject)),
        clients=tuple(
            (found.client.title, told_version(world, found.client) or "unknown", found.state.standing)
            for found in facts.clients
            if found.is_installed
        ),
        variables=tuple(variables),
        findings=findings,
    )
    # Where the vault is may be said by config files too, and is as personal.
    places = variables | {"MNEMON_VAULT_DIR": str(facts.settings.folder)} if _is_elsewhere(subject) else variables
    return bundle_text(
        bundle, Person(world.home, _user(), platform.node(), places | _remote(subject) | proxy_hosts(variables))
    )


def _remote(subject: Subject) -> dict[str, str]:
    """The address of a vault on the web, and its host wherever it is named alone: both are their owner's."""
    url = subject.facts.settings.remote
    return {"MNEMON_REMOTE_URL": url, "REMOTE_HOST": urlsplit(url).hostname or ""} if url else {}


def proxy_hosts(variables: Mapping[str, str]) -> dict[str, str]:
    """The hosts of proxies, as sentences name them, under the names of what they stand in."""
    hosts = {}
    for name, value in variables.items():
        if name.upper() in _PROXIES and name.upper() != "NO_PROXY":
            with suppress(ValueError):
                hosts[f"{name}_HOST"] = urlsplit(value if "://" in value else f"http://{value}").hostname or ""
    return hosts


def _is_elsewhere(subject: Subject) -> bool:
    return subject.world.home not in subject.facts.settings.folder.parents


def _versions(subject: Subject) -> Iterator[tuple[str, str]]:
    yield "mnemon", __version__
    yield "platform", f"{platform.system()} {platform.release()} {platform.machine()}"
    yield "Python", f"{platform.python_version()} ({platform.python_implementation()})"
    for title, package in _PACKAGES:
        try:
            yield title, version(package)
        except PackageNotFoundError:
            yield title, "not installed"
    model = subject.facts.model
    yield "model", f"{model.name}, {model.problem or ('present' if model.is_present else 'not on this machine')}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without an entry in the system's list
        return ""
