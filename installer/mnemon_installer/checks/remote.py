"""Is the vault on the web there, and does it let this machine in?"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from shlex import quote

from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.facts.remote import details, is_open, kept_token, token_for
from mnemon_installer.world import NoAnswer
from mnemon_server import __version__

_SLOW = 6.0  # seconds, after which a hook gives up


@dataclass(frozen=True)
class Remote:
    """Asks for its health, with the token when there is one."""

    code: str = "remote"
    about: str = "the vault on the web answers, awake and in the same version"
    needs: Sequence[str] = ()

    def run(self, subject: Subject) -> Finding:
        settings = subject.facts.settings
        url, token = settings.remote, token_for(subject.world, settings, settings.remote)
        started = time.monotonic()
        try:
            told = details(subject.world, url, token)
        except NoAnswer as trouble:
            return Finding(self.code, "fail", trouble.message, f"mnemon doctor connector --url {quote(url)}")
        seconds = time.monotonic() - started
        subject.seen["remote"] = told
        if seconds > _SLOW:
            message = f"{url} took {seconds:.0f} s to wake up; hooks give up after {_SLOW:.0f} s"
            return Finding(self.code, "warn", message, "mnemon doctor remote")
        version = (told or {}).get("version", "")
        if version and version != __version__:
            message = f"{url} runs version {version}, and this is {__version__}"
            return Finding(self.code, "warn", message, "pip install --upgrade mnemon-memory")
        said = f", version {version}" if version else ""
        return Finding(self.code, "ok", f"{url} answers in {1000 * seconds:.0f} ms{said}")


@dataclass(frozen=True)
class RemoteToken:
    """A token belongs to one origin, and to one user of this machine."""

    code: str = "remote.token"
    about: str = "this machine's token is taken, bound to its server, and readable only by you"
    needs: Sequence[str] = ("remote",)

    def run(self, subject: Subject) -> Finding:
        world, settings = subject.world, subject.facts.settings
        url, path = settings.remote, settings.token_path
        fix = f"mnemon setup --remote-url {quote(url)} --token-stdin"
        if is_open(world, path):
            message = f"{path} can be read by other users of this machine"
            return Finding(self.code, "fail", message, f"chmod 600 {quote(str(path))}")
        token, kept = token_for(world, settings, url), kept_token(world, settings)
        if not token:
            why = f"that in {path} is for {kept.origin}" if kept else f"{path} does not exist"
            return Finding(self.code, "missing", f"there is no token for {url} on this machine: {why}", fix)
        told = subject.seen.get("remote") or details(world, url, token)
        if told is None and world.environment.get("MNEMON_LOCAL_TOKEN", "").strip():
            message = f"{url} does not take the token in MNEMON_LOCAL_TOKEN, which wins over {path}"
            return Finding(self.code, "fail", message, "unset MNEMON_LOCAL_TOKEN")
        if told is None:
            return Finding(self.code, "fail", f"{url} does not take this machine's token", fix)
        if kept is None:
            message = "the token is in MNEMON_LOCAL_TOKEN, which clients do not know"
            return Finding(self.code, "warn", message, f"mnemon setup --remote-url {quote(url)}")
        if not kept.is_bound_to(url):
            return Finding(self.code, "warn", f"the token in {path} is bound to no server", "mnemon setup")
        return Finding(self.code, "ok", f"taken, and bound to {kept.origin}")
