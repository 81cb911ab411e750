"""A new token and a new passphrase for an app's server, in place of the former ones, everywhere at once.

The new ones stand in files of their own, called `.next`, from before Fly hears of them until everything here uses them.
So whoever is killed anywhere in between has both, and goes on with the same ones.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.argv import fly as argv
from mnemon_installer.facts.app_notes import HASH, TOKEN
from mnemon_installer.facts.deployment import first_line
from mnemon_installer.facts.fly import PATIENCE
from mnemon_installer.facts.fly_trouble import named
from mnemon_installer.facts.new_secrets import digest_of, new_passphrase, new_token
from mnemon_installer.facts.remote import accepts
from mnemon_installer.facts.rotation import Rotation, former_tokens, mark, next_files, next_token, token_in_place
from mnemon_installer.plan.step import Done, Needed, StepFailed, Verdict
from mnemon_installer.steps.one_line import keep_line
from mnemon_installer.world import CommandTrouble, NoAnswer, World
from mnemon_server.auth.passphrase import hash_passphrase
from mnemon_server.errors import MnemonError

_LONGEST_RESTART = 300.0  # seconds
_LOOK = 1.0
_AGAIN = "run the same command to continue"


@dataclass(frozen=True)
class MakeSecrets:
    """The token last: once it is there, there will be no others until the rotation is over."""

    rotation: Rotation
    key: str = "rotate.secrets"
    subject: str = "secrets"
    needs: Sequence[str] = ()
    is_optional: bool = False

    def describe(self) -> str:
        return f"make a new token and a new owner's passphrase for {self.rotation.app}"

    def check(self, world: World) -> Verdict:
        return Done() if next_token(world, self.rotation) else Needed()

    def apply(self, world: World) -> str:
        files = next_files(self.rotation)
        passphrase = first_line(world, files["passphrase"])
        if not passphrase:
            passphrase = new_passphrase()
            keep_line(world, files["passphrase"], passphrase)
        keep_line(world, files["hash"], hash_passphrase(passphrase))
        keep_line(world, files["token"], new_token())
        return "made"

    def undo(self, world: World) -> None:
        """Nothing: the server may know them by now."""


@dataclass(frozen=True)
class StageNext:
    """By standard input, beside those that are in use."""

    rotation: Rotation
    key: str = "rotate.stage"
    subject: str = "Fly"
    needs: Sequence[str] = ("rotate.secrets",)
    is_optional: bool = False

    def describe(self) -> str:
        return f"stage the new token and the new passphrase's hash as secrets of {self.rotation.app}"

    def check(self, world: World) -> Verdict:
        return Done() if is_staged(world, self.rotation) else Needed()

    def apply(self, world: World) -> str:
        wanted, secrets = self.rotation, next_secrets(world, self.rotation)
        command = argv.stage_secrets(wanted.program, wanted.app)
        ended = world.run(command, input=argv.secret_lines(secrets), timeout=2 * PATIENCE)
        if ended.status != 0:
            raise named(ended.stderr, f"staging the secrets of {wanted.app}")
        keep_line(world, next_files(wanted)["staged"], digest_of(secrets))
        return "staged"

    def undo(self, world: World) -> None:
        """Nothing: they are used with the next deploy, and known here."""


@dataclass(frozen=True)
class RestartServer:
    """The server is asked itself: it has to take the new token, and none that was its own before."""

    rotation: Rotation
    key: str = "rotate.server"
    subject: str = "server"
    needs: Sequence[str] = ("rotate.stage",)
    is_optional: bool = False

    def describe(self) -> str:
        return f"restart {self.rotation.url} with them, and see that it takes the new token only"

    def check(self, world: World) -> Verdict:
        if not is_staged(world, self.rotation):
            return Needed()
        try:
            return Needed() if self._why_not(world) else Done()
        except MnemonError:
            return Needed()

    def apply(self, world: World) -> str:
        wanted = self.rotation
        ended = world.run(argv.deploy_secrets(wanted.program, wanted.app), timeout=_LONGEST_RESTART)
        if ended.status != 0:
            raise named(ended.stderr, f"restarting {wanted.app} with its new secrets")
        if not world.is_rehearsal:
            self._wait(world)
        return "restarted"

    def undo(self, world: World) -> None:
        """Nothing: the same command goes on."""

    def _wait(self, world: World) -> None:
        end, why = time.monotonic() + _LONGEST_RESTART, ""
        while time.monotonic() < end:
            try:
                if not (why := self._why_not(world)):
                    return
            except (NoAnswer, CommandTrouble, MnemonError) as trouble:
                why = trouble.message
            time.sleep(_LOOK)
        note = next_files(self.rotation)["staged"]  # others may have been staged since
        if (content := world.read(note)) is not None:
            world.remove(note, content)
        raise StepFailed(f"{self.rotation.url} was restarted, and yet {why}", _AGAIN)

    def _why_not(self, world: World) -> str:
        """Empty when the new token is the server's own, and no other one."""
        wanted, token = self.rotation, next_token(world, self.rotation)
        if not accepts(world, wanted.url, token):
            return "it does not take the new token"
        still = [each for each in former_tokens(world, wanted, token) if accepts(world, wanted.url, each)]
        return "it takes the former token" if still else ""


@dataclass(frozen=True)
class EndRotation:
    """The `.next` files go, the token last; from then on the same command begins a new rotation."""

    rotation: Rotation
    key: str = "rotate.end"
    subject: str = "former ones"
    needs: Sequence[str] = ("rotate.use",)
    is_optional: bool = False

    def describe(self) -> str:
        return "forget the former token and passphrase"

    def check(self, world: World) -> Verdict:
        is_over = not any(world.read(path) for path in next_files(self.rotation).values())
        return Done() if is_over and mark(token_in_place(world, self.rotation)) != self.rotation.former else Needed()

    def apply(self, world: World) -> str:
        for path in next_files(self.rotation).values():
            if (content := world.read(path)) is not None:
                world.remove(path, content)
        return "forgotten"

    def undo(self, world: World) -> None:
        """Nothing."""


def is_staged(world: World, rotation: Rotation) -> bool:
    """Whether Fly has the new ones."""
    if not next_token(world, rotation):
        return False
    files = next_files(rotation)
    if not first_line(world, files["passphrase"]):  # the first to go, when the new ones are in use
        return True
    return first_line(world, files["staged"]) == digest_of(next_secrets(world, rotation))


def next_secrets(world: World, rotation: Rotation) -> dict[str, str]:
    """The new ones, as Fly calls them."""
    return {TOKEN: next_token(world, rotation), HASH: first_line(world, next_files(rotation)["hash"])}
