"""What lets this machine in to a vault on the web: found, or asked for."""

from __future__ import annotations

from dataclasses import replace
from shlex import quote

from mnemon_installer.facts.remote import accepts, token_for
from mnemon_installer.flows.choices import Choices
from mnemon_installer.ui import questions
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings


class NoCredential(MnemonError):
    """There is nothing that the server could know this machine by."""

    code = "no-credential"
    exit_status = 4


def with_credential(world: World, settings: Settings, choices: Choices, may_ask: bool) -> Choices:
    """The choices, with a secret for the server when none was given and the kept token does not do.

    Raises:
        NoCredential: the web is where the vault shall be, and nobody can be asked.
        NoAnswer, RemoteTrouble: the server cannot be asked what it takes.
    """
    url = settings.remote
    if not url or choices.secret:
        return choices
    if named := world.environment.get("MNEMON_LOCAL_TOKEN", "").strip():
        return replace(choices, secret=named)
    known = token_for(world, settings, url)
    if known and choices.vault == "as it is" and not may_ask:
        return choices
    if known and _is_taken(world, url, known, choices):
        return choices
    if may_ask:
        return replace(choices, secret=questions.ask_secret(f"Token, pairing code or owner's passphrase for {url}:"))
    if choices.vault != "remote":
        return choices  # the step says what is missing
    what = f"{url} does not take this machine's token" if known else f"there is no token for {url} on this machine"
    line = f"mnemon setup --remote-url {quote(url)} --token-stdin"
    raise NoCredential(what, f"put a token, a pairing code or the owner's passphrase on standard input of: {line}")


def _is_taken(world: World, url: str, token: str, choices: Choices) -> bool:
    try:
        return accepts(world, url, token)
    except MnemonError:
        if choices.vault == "remote":
            raise
        return True  # nobody knows; the step says what is wrong
