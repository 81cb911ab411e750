"""This machine's token for a server that is nobody's app of ours: a new one in its place, by the server's own word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.facts.app_server import ask_server
from mnemon_installer.facts.remote import accepts, details, device_name, kept_for, kept_token, origin_of
from mnemon_installer.facts.rotation import mark
from mnemon_installer.plan.step import Blocked, Done, Needed, StepFailed, Verdict
from mnemon_installer.world import World
from mnemon_server.settings import Settings

_DEVICE = "device:"


@dataclass(frozen=True)
class ExchangeToken:
    """The new one stands in a file of its own, `local_token.next`, with the names of both, until it is in use and the
    former one revoked. `former` tells the token that was in use at the beginning."""

    settings: Settings
    former: str
    key: str = "rotate.exchange"
    subject: str = "token"
    needs: Sequence[str] = ()
    is_optional: bool = False

    def describe(self) -> str:
        return f"exchange this machine's token for {origin_of(self.settings.remote)} for a new one"

    def check(self, world: World) -> Verdict:
        url, kept = self.settings.remote, kept_token(world, self.settings)
        # One that is bound to none may be that of a server on this machine.
        token = kept.token if kept is not None and kept.is_bound_to(url) else ""
        if not token or not accepts(world, url, token):
            reason = f"{url} does not take this machine's token" if token else f"there is no token for {url} here"
            return Blocked(reason, f"mnemon setup --remote-url {url} --token-stdin")
        is_new = mark(token) != self.former
        return Done() if is_new and world.read(next_path(self.settings)) is None else Needed()

    def apply(self, world: World) -> str:
        world.perform(self.describe(), lambda: self._exchange(world))
        return "exchanged"

    def undo(self, world: World) -> None:
        """Nothing: the former one is worth nothing any more."""

    def _exchange(self, world: World) -> None:
        url, path = self.settings.remote, self.settings.token_path
        token, former = self._new(world)
        if not accepts(world, url, token):
            raise StepFailed(f"{url} gave a token and does not take it", "mnemon doctor")
        content = f"{token}\n{origin_of(url)}\n".encode()
        if world.read(path) != content:
            world.write(path, content, world.read(path), 0o600)
        if former in _names(world, url, token):
            ask_server(world, url, token, "token_revoke", name=former)
        if (content_of_next := world.read(next_path(self.settings))) is not None:
            world.remove(next_path(self.settings), content_of_next)

    def _new(self, world: World) -> tuple[str, str]:
        """The new token, and the name of the former one; empty where that is the server's own, or cannot be told."""
        url, path, kept = self.settings.remote, next_path(self.settings), kept_token(world, self.settings)
        found = (world.read(path) or b"").decode("utf-8", "replace").split("\n")
        if len(found) > 2 and accepts(world, url, found[0]):
            return found[0], found[1]
        present = kept.token if kept is not None else ""
        former = named_as(world, url, present)
        name = _free(device_name(), _names(world, url, present))
        made = ask_server(world, url, present, "token_new", name=name)
        world.write(path, f"{made['token']}\n{former}\n".encode(), world.read(path), 0o600)
        return str(made["token"]), former


def exchange_of(world: World, settings: Settings) -> ExchangeToken:
    """As this machine stands now, perhaps in the middle of an exchange."""
    present = kept_for(world, settings, settings.remote)
    following = (world.read(next_path(settings)) or b"").decode("utf-8", "replace").split("\n")[0]
    return ExchangeToken(settings, "" if present == following else mark(present))


def named_as(world: World, url: str, token: str) -> str:
    """The name under which the server knows the machine of that token; empty where it is the server's own token, or
    the server does not say."""
    known = str((details(world, url, token) or {}).get("known_as", ""))
    return known.removeprefix(_DEVICE) if known.startswith(_DEVICE) else ""


def next_path(settings: Settings) -> Path:
    return settings.token_path.with_name(f"{settings.token_path.name}.next")


def _names(world: World, url: str, token: str) -> set[str]:
    return {str(each["name"]) for each in ask_server(world, url, token, "token_list")["devices"]}


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
