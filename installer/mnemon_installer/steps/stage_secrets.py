"""What the server must know and nobody else may: staged at Fly by standard input, kept here in files of the owner's."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.argv import fly as argv
from mnemon_installer.facts.deployment import Deployment, first_line
from mnemon_installer.facts.fly import PATIENCE, find_app, secret_names
from mnemon_installer.facts.fly_trouble import named
from mnemon_installer.plan.step import Blocked, Done, Needed, StepFailed, Verdict
from mnemon_installer.world import World
from mnemon_server.auth.passphrase import hash_passphrase
from mnemon_server.sync.session import static_keys

TOKEN, HASH = "MNEMON_LOCAL_TOKEN", "MNEMON_OWNER_PASSPHRASE_HASH"
_OF_STORES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL_S3", "AWS_REGION", "BUCKET_NAME")
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
_GROUPS, _LETTERS = 6, 4  # 119 bits


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
        if TOKEN in there and world.read(wanted.token_path) is None:
            reason = f"{wanted.app} has a token that this machine does not know"
            return Blocked(reason, f"mnemon setup --remote-url {wanted.url} --token-stdin")
        if wanted.storage == "aws" and "AWS_ACCESS_KEY_ID" in there:
            reason = f"{wanted.app} has keys of a store among its secrets, and would use them in place of its role"
            names = " ".join(sorted(there & set(_OF_STORES)))
            return Blocked(reason, f"fly secrets unset -a {wanted.app} --stage {names}")
        if not {TOKEN, HASH} <= there or self._staged(world) != _digest(self._known(world)):
            return Needed()
        return Done()

    def apply(self, world: World) -> str:
        if world.is_rehearsal:
            return "staged"
        wanted, lines = self.deployment, argv.secret_lines(self._made(world))
        ended = world.run(argv.stage_secrets(wanted.program, wanted.app), input=lines, timeout=2 * PATIENCE)
        if ended.status != 0:
            raise named(ended.stderr, f"staging the secrets of {wanted.app}")
        _keep(world, self._note, _digest(self._known(world)))
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
        """What stands in the files, and what the environment gives; empty values for what does not. A role needs no
        keys, and those of a bucket at Tigris are secrets of the app since it was made."""
        wanted = self.deployment
        found = {TOKEN: first_line(world, wanted.token_path), HASH: first_line(world, self._hash_path)}
        if wanted.storage == "s3":
            found |= static_keys(wanted.settings)
        return found

    def _made(self, world: World) -> dict[str, str]:
        """The same, with what was missing made."""
        wanted = self.deployment
        if not first_line(world, wanted.token_path):
            _keep(world, wanted.token_path, f"mnemon_w_{secrets.token_urlsafe(32)}")
        passphrase = first_line(world, wanted.settings.passphrase_path)
        if not passphrase:
            groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))
            passphrase = "-".join(groups)
            _keep(world, wanted.settings.passphrase_path, passphrase)
        if not first_line(world, self._hash_path):
            _keep(world, self._hash_path, hash_passphrase(passphrase))
        found = self._known(world)
        if missing := [name for name, value in found.items() if not value]:
            raise StepFailed(f"there is no value for {', '.join(missing)}", "set the keys of the bucket, then again")
        return found


def _digest(known: dict[str, str]) -> str:
    return hashlib.sha256(repr(sorted(known.items())).encode()).hexdigest()


def _keep(world: World, path: Path, text: str) -> None:
    world.write(path, f"{text}\n".encode(), world.read(path), 0o600)
