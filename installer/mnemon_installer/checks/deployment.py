"""The app that this machine has deployed: is what it keeps of it private, and does that run there?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from mnemon_installer.checks.check import Finding, Subject, Verdict
from mnemon_installer.facts.app_notes import deployed_digest
from mnemon_installer.facts.app_server import app_token
from mnemon_installer.facts.deploy_files import may_be_there, private_files
from mnemon_installer.facts.deployment import first_line
from mnemon_installer.facts.fly import app_url
from mnemon_installer.facts.own_wheel import NoWheel, named_wheel, own_wheel
from mnemon_installer.facts.remote import details, is_open
from mnemon_installer.facts.web_survey import known_apps
from mnemon_installer.world import NoAnswer
from mnemon_server import __version__
from mnemon_server.errors import MnemonError

_PATIENCE = 6.0  # seconds; it may sleep, and there is nothing to be had from waiting long
_UPGRADE = "mnemon upgrade web"


@dataclass(frozen=True)
class Deployment:
    """Reads what an upgrade has left here, and asks the server for its build; Fly itself is not asked."""

    code: str = "deployment"
    about: str = "what this machine has deployed at Fly is private here, in use, and runs what it should"
    needs: Sequence[str] = ("remote",)

    def run(self, subject: Subject) -> Finding:
        world, settings = subject.world, subject.facts.settings
        folders = [settings.folder / "deploy" / name for name in known_apps(world, settings)]
        if not settings.remote:
            folders = [folder for folder in folders if may_be_there(folder)]
        if not folders:
            return Finding(self.code, "skipped", "this machine has deployed no app", absence="seen elsewhere")
        if any(is_open(world, path) for folder in folders for path in private_files(folder)):
            message = "other users of this machine can read secrets of the app that it has deployed"
            return self._says("fail", message, f"chmod -R go= {quote(str(settings.folder / 'deploy'))}")
        if settings.remote:
            return self._in_use(subject, folders[0])
        return self._out_of_use(subject, folders[0], is_only=len(folders) == 1)

    def _in_use(self, subject: Subject, folder: Path) -> Finding:
        """The app that has the vault. It is not named: doctor's output is shown to strangers."""
        told = subject.seen.get("remote") or self._told(subject, folder, subject.facts.settings.remote) or {}
        runs, sent = str(told.get("build", "")), _sent(folder)
        if not runs or sent is None:
            return self._says("ok", "this machine has deployed it; which build it runs cannot be told")
        if runs != sent.version:
            return self._says("warn", f"the server runs {runs}, and {sent.version} was to be deployed", _UPGRADE)
        if not _is_noted(subject, folder, sent):
            return self._says("warn", "fly.toml or a secret was changed, and that is not deployed yet", _UPGRADE)
        if newer := _newer(sent.version):
            return self._says("warn", f"the server runs {runs}, and this program is {newer}", _UPGRADE)
        return self._says("ok", f"the server runs {runs}, as deployed from here")

    def _out_of_use(self, subject: Subject, folder: Path, is_only: bool) -> Finding:
        """An app that this machine has made, while its vault is here."""
        told = self._told(subject, folder, app_url(subject.world.environment, folder.name))
        away = "mnemon downgrade local --destroy-fly-app" if is_only else f"fly apps destroy {folder.name}"
        if told is None:
            what = "the app that had the vault does not answer; while it is at Fly it costs money"
            return self._says("warn", what, away)
        if str(told.get("vault_state", "")).startswith("moved:"):
            what = "the app that had the vault runs on, read-only, and costs money"
            return self._says("warn", what, away)
        what = "there is an app for the vault, and the upgrade to it has not come to its end; it costs money"
        return self._says("warn", what, _UPGRADE if is_only else f"{_UPGRADE} --app-name {folder.name}")

    def _told(self, subject: Subject, folder: Path, url: str) -> dict[str, Any] | None:  # Any: JSON
        """What the server says of itself; None where it does not answer, or does not let us in."""
        token = app_token(subject.world, subject.facts.settings, folder, url)
        try:
            return details(subject.world, url, token, _PATIENCE)
        except (NoAnswer, MnemonError):
            return None

    def _says(self, verdict: Verdict, message: str, fix: str = "") -> Finding:
        return Finding(self.code, verdict, message, fix)


@dataclass(frozen=True)
class Sent:
    """What the last upgrade was to deploy. `builds` are what its note may call it: a wheel of this program's making
    says its build in its version, of any other the hash is taken."""

    version: str
    builds: tuple[str, ...]


def _sent(folder: Path) -> Sent | None:
    wheels = sorted(folder.glob("mnemon_memory-*.whl"))
    try:
        found = [named_wheel(wheel) for wheel in wheels]
    except NoWheel:
        return None
    if len(found) != 1:
        return None
    return Sent(found[0].version, (found[0].version.partition("+g")[2], found[0].build))


def _is_noted(subject: Subject, folder: Path, sent: Sent) -> bool:
    noted = first_line(subject.world, folder / "deployed")
    return noted in [deployed_digest(subject.world, folder, build) for build in sent.builds]


def _newer(sent: str) -> str:
    """This program, where it is another than what was sent, and no older one. A wheel that the user has named is
    compared by its version alone. Empty where there is nothing to be had from an upgrade."""
    version, marked, _ = sent.partition("+g")
    if version != __version__:
        return __version__ if _numbers(version) < _numbers(__version__) else ""
    try:
        own = own_wheel().version if marked else sent
    except NoWheel:
        return ""
    return own if own != sent else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
