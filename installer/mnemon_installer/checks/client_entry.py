"""Does a client's file hold our entry, and is it the one we would write?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from mnemon_installer.checks.check import Finding, Subject, Verdict
from mnemon_installer.clients import Client
from mnemon_installer.clients.client import Launch, is_ours, starts_the_same
from mnemon_installer.clients.config_file import ConfigFile, edit_command, read_config
from mnemon_installer.facts.remote import token_for
from mnemon_installer.plan.receipts import Receipts


@dataclass(frozen=True)
class ClientEntry:
    """Reads the client's file as the client does."""

    client: Client
    needs: Sequence[str] = ()

    @property
    def code(self) -> str:
        return f"{self.client.name}.entry"

    @property
    def about(self) -> str:
        return f"{self.client.title} has mnemon registered as setup would"

    def run(self, subject: Subject) -> Finding:
        path = self.client.config_path(subject.world)
        file = read_config(subject.world, self.client)
        if not file.document.has(self.client.entry_path):
            return self._absent(subject)
        entry = file.document.get(self.client.entry_path)
        launch = self.client.launch_of(entry)
        if launch is None and leads_to_the_web(subject, self.client):
            return self._direct(subject, file)
        if launch is None or not is_ours(launch):
            fix = f"{self._fix} --replace-foreign"
            return Finding(self.code, "fail", f"the server called mnemon in {path} is not this one", fix)
        return self._trouble(subject, file, launch) or Finding(self.code, "ok", f"registered in {path}")

    def _direct(self, subject: Subject, file: ConfigFile) -> Finding:
        settings = subject.facts.settings
        url = f"{settings.remote}/mcp"
        token = token_for(subject.world, settings, settings.remote)
        fix = f"{self._fix} --remote-url {quote(settings.remote)} --direct" if settings.remote else self._fix
        if file.document.get(self.client.entry_path) != self.client.direct_entry(url, token):
            message = f"the entry in {file.path} holds another address or token than this machine's"
            return Finding(self.code, "fail", message, fix)
        return Finding(self.code, "ok", f"registered in {file.path}, with {url} and the token in it")

    @property
    def _fix(self) -> str:
        return f"mnemon setup {self.client.name}"

    def _absent(self, subject: Subject) -> Finding:
        title = self.client.title
        if not self.client.is_installed(subject.world):
            return Finding(self.code, "skipped", f"{title} is not on this machine", absence="not on this machine")
        if self.client.name in subject.facts.registered_before:
            message = f"setup registered mnemon in {title}, and it is gone: a running {title} may have written an"
            return Finding(self.code, "fail", f"{message} older copy of its file back", self._fix)
        return Finding(self.code, "skipped", f"mnemon is not set up in {title}", self._fix, absence="not set up")

    def _trouble(self, subject: Subject, file: ConfigFile, launch: Launch) -> Finding | None:
        command = Path(launch.command)
        if not command.is_absolute():
            return Finding(self.code, "fail", f"the registered command {command} is not an absolute path", self._fix)
        sight = subject.world.look(command)
        if sight is None:
            return Finding(self.code, "fail", f"the registered command {command} does not exist", self._fix)
        if sight.is_folder or (subject.world.platform != "win32" and not sight.mode & 0o111):
            return Finding(self.code, "fail", f"the registered command {command} cannot be run", self._fix)
        wanted = subject.facts.launch
        if wanted is not None and not starts_the_same(launch, wanted):
            return Finding(self.code, *_difference(launch, wanted), self._fix)
        if self.client.is_switched_off(file.document.get(self.client.entry_path)):
            message = f"mnemon is switched off in {self.client.title}"
            return Finding(self.code, "warn", message, edit_command(subject.world, file.path, 0))
        line, what = file.refused_by(self.client)
        if line:
            fix = edit_command(subject.world, file.path, line)
            said = f"line {line} of {file.path} has {what}, which {self.client.title} refuses"
            return Finding(self.code, "warn", said, fix)
        if shadows := self.client.shadows(file.document.data):
            message = f"{shadows[0].place} has a server called mnemon of its own, which wins there"
            return Finding(self.code, "warn", message, shadows[0].removal)
        return None


def leads_to_the_web(subject: Subject, client: Client) -> bool:
    """Our entry in the client's file is one without a program of ours: setup put it there with --direct."""
    path = client.config_path(subject.world)
    receipt = Receipts(subject.world, subject.facts.settings.ops_folder).of(path)
    entry = read_config(subject.world, client).document.get(client.entry_path)
    return receipt is not None and client.launch_of(entry) is None and receipt.knows(entry)


def _difference(launch: Launch, wanted: Launch) -> tuple[Verdict, str]:
    """Verdict and sentence for an entry that starts something else than we would write."""
    if dict(launch.environment) != dict(wanted.environment):
        names = sorted(set(launch.environment) ^ set(wanted.environment)) or sorted(wanted.environment)
        return "fail", f"the entry's variables are not those in force here: {', '.join(names)}"
    if tuple(launch.arguments) != tuple(wanted.arguments):
        return "fail", f"the entry runs `mnemon {' '.join(launch.arguments)}` instead of `mnemon serve`"
    return "warn", f"the entry starts {launch.command}, and this is {wanted.command}"
