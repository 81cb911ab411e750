"""What the server must know and nobody else may: staged at Fly by standard input, kept here in files of the owner's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from mnemon_installer.argv import fly as argv
from mnemon_installer.facts.app_notes import HASH, TOKEN, app_secrets
from mnemon_installer.facts.deployment import Deployment, first_line
from mnemon_installer.facts.fly import PATIENCE, find_app, secret_names
from mnemon_installer.facts.fly_trouble import named
from mnemon_installer.facts.new_secrets import digest_of, new_passphrase, new_token
from mnemon_installer.plan.step import Blocked, Done, Needed, StepFailed, Verdict
from mnemon_installer.steps.one_line import keep_line
from mnemon_installer.world import World
from mnemon_server.auth.passphrase import hash_passphrase

_OF_STORES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL_S3", "AWS_REGION", "BUCKET_NAME")


@dataclass(frozen=True)
class StageSecrets:
    """Made once, and never again by a redeploy. Killed anywhere, the same ones are staged by the next run: they stand
    in their files before Fly hears of them."""

    deployment: Deployment
    key: str = "secrets"
    subject: str = "secrets"
    needs: Sequence[str] = ("app",)
    is_optional: bool = False

    def describe(self) -> str:
        return f"stage the token of this machine and the passphrase's hash as secrets of {self.deployment.app}"

    def check(self, world: World) -> Verdict:
        wanted = self.deployment
        if find_app(world, wanted.program, wanted.app) is None:
            return Needed()
        there = secret_names(world, wanted.program, wanted.app)
        if world.read(wanted.folder / "token.next") is not None:
            return Blocked("new secrets were being made, and that was broken off", "mnemon token rotate")
        if TOKEN in there and world.read(wanted.token_path) is None:
            reason = f"{wanted.app} has a token that this machine does not know"
            return Blocked(reason, f"mnemon token rotate --app-name {wanted.app}, or join it: {_join(wanted.url)}")
        if wanted.storage == "aws" and "AWS_ACCESS_KEY_ID" in there:
            reason = f"{wanted.app} has keys of a store among its secrets, and would use them in place of its role"
            names = " ".join(sorted(there & set(_OF_STORES)))
            return Blocked(reason, f"fly secrets unset -a {wanted.app} --stage {names}")
        if not {TOKEN, HASH} <= there or self._staged(world) != digest_of(self._known(world)):
            return Needed()
        return Done()

    def apply(self, world: World) -> str:
        if world.is_rehearsal:
            return "staged"
        wanted, lines = self.deployment, argv.secret_lines(self._made(world))
        ended = world.run(argv.stage_secrets(wanted.program, wanted.app), input=lines, timeout=2 * PATIENCE)
        if ended.status != 0:
            raise named(ended.stderr, f"staging the secrets of {wanted.app}")
        keep_line(world, self._note, digest_of(self._known(world)))
        return "staged"

    def undo(self, world: World) -> None:
        """Nothing: the files are what the app is reached by."""

    @property
    def _note(self) -> Path:
        return self.deployment.folder / "staged"

    @property
    def _hash_path(self) -> Path:
        return self.deployment.folder / "passphrase_hash"

    def _staged(self, world: World) -> str:
        return (world.read(self._note) or b"").decode().strip()

    def _known(self, world: World) -> dict[str, str]:
        """What stands in the files, and what the environment gives; empty values for what does not."""
        wanted = self.deployment
        token, hashed = first_line(world, wanted.token_path), first_line(world, self._hash_path)
        return app_secrets(wanted.settings, wanted.storage, token, hashed)

    def _made(self, world: World) -> dict[str, str]:
        """The same, with what was missing made."""
        wanted = self.deployment
        if not first_line(world, wanted.token_path):
            keep_line(world, wanted.token_path, new_token())
        passphrase = first_line(world, wanted.settings.passphrase_path)
        if not passphrase:
            passphrase = new_passphrase()
            keep_line(world, wanted.settings.passphrase_path, passphrase)
        if not first_line(world, self._hash_path):
            keep_line(world, self._hash_path, hash_passphrase(passphrase))
        found = self._known(world)
        if missing := [name for name, value in found.items() if not value]:
            raise StepFailed(f"there is no value for {', '.join(missing)}", "set the keys of the bucket, then again")
        return found


def _join(url: str) -> str:
    return f"mnemon setup --remote-url {quote(url)}"
