"""Does the server really start and remember: a save, a search, a get and a forget over MCP?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.checks.client_entry import leads_to_the_web
from mnemon_installer.clients import CLIENTS, Client
from mnemon_installer.clients.client import Launch
from mnemon_installer.clients.config_file import read_config
from mnemon_installer.world import World
from mnemon_server.client import connect
from mnemon_server.client.mcp_probe import probe
from mnemon_server.errors import MnemonError
from mnemon_server.settings import load_settings

TIMEOUT = 30.0  # seconds; a cold disk and an old laptop included


@dataclass(frozen=True)
class ClientServer:
    """Starts what the client's file says, as the client would."""

    client: Client

    @property
    def code(self) -> str:
        return f"{self.client.name}.server"

    @property
    def about(self) -> str:
        return f"the command that {self.client.title} starts answers: save, search, get, forget"

    @property
    def needs(self) -> Sequence[str]:
        return (f"{self.client.name}.entry", "vault", "remote.token")

    def run(self, subject: Subject) -> Finding:
        if leads_to_the_web(subject, self.client):
            return Finding(self.code, "skipped", "its entry leads to the web without a program of ours")
        launch = registered(subject.world, self.client)
        assert launch is not None  # the entry's own check comes first
        return _try(self.code, launch, subject, f"mnemon setup {self.client.name}")


@dataclass(frozen=True)
class OwnServer:
    """The same for this installation's own command, while no client has been told of it."""

    code: str = "server"
    about: str = "this installation's own server answers (while no client is registered)"
    needs: Sequence[str] = ("vault", "remote.token")

    def run(self, subject: Subject) -> Finding:
        by = next((client for client in CLIENTS if _is_registered(subject.world, client)), None)
        if by is not None:
            return Finding(self.code, "skipped", f"see {by.name}.server", absence="seen elsewhere")
        launcher = subject.facts.launcher
        if subject.facts.launch is None:
            return Finding(self.code, "warn", launcher.problem, launcher.hint)
        return _try(self.code, subject.facts.launch, subject, "pip install --force-reinstall mnemon-memory")


def registered(world: World, client: Client) -> Launch | None:
    """How the client would start the server called mnemon, or None."""
    file = read_config(world, client)
    return client.launch_of(file.document.get(client.entry_path))


def _is_registered(world: World, client: Client) -> bool:
    try:
        return registered(world, client) is not None
    except MnemonError:  # a file that cannot be read; the entry's own check says so
        return False


def _try(code: str, launch: Launch, subject: Subject, fix: str) -> Finding:
    """One start for each distinct command and environment, however many clients share them."""
    known = ("started", launch.command, tuple(launch.arguments), tuple(sorted(launch.environment.items())))
    if known in subject.seen:
        first: Finding = subject.seen[known]
        message = f"starts the same command as {first.code}"
        return Finding(code, "ok" if first.verdict == "ok" else "skipped", message)
    finding = _start(code, launch, subject, fix)
    subject.seen[known] = finding
    return finding


def _start(code: str, launch: Launch, subject: Subject, fix: str) -> Finding:
    try:
        report = probe((launch.command, *launch.arguments), launch.environment, TIMEOUT, subject.may_write)
    finally:
        if subject.may_write:
            _take_out_the_probe(launch, subject)
    if not report.problem:
        how = "save, search, get and forget" if subject.may_write else f"{len(report.tools)} tools"
        return Finding(code, "ok", f"{report.server} answers: {how} in {report.seconds:.1f} s")
    said = f"; it said: {' | '.join(report.stderr)}" if report.stderr else ""
    return Finding(code, "fail", f"`{launch.command} {' '.join(launch.arguments)}`: {report.problem}{said}", fix)


def _take_out_the_probe(launch: Launch, subject: Subject) -> None:
    """Out of the vault that this server used, which its own variables name."""
    settings = load_settings(launch.environment, subject.world.home)
    if not settings.remote and subject.world.look(settings.vault_path) is None:
        return
    vault = connect(settings, caller="doctor")
    try:
        vault.call("purge_probe")
    finally:
        vault.close()
