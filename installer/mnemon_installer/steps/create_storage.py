"""A bucket at Tigris, made by Fly for the app. Its keys are shown once, and caught before anything else is done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.argv import fly as argv
from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.facts.fly import PATIENCE, find_app, secret_names
from mnemon_installer.facts.fly_trouble import FlyTrouble, named
from mnemon_installer.facts.storage_keys import (
    SECRETS,
    created_path,
    keys_in_flight,
    keys_path,
    known_keys,
    printed_keys,
    secrets_of,
    tigris_buckets,
)
from mnemon_installer.plan.step import Blocked, Done, Needed, StepFailed, Verdict
from mnemon_installer.steps.bucket_notes import is_noted, note_bucket
from mnemon_installer.world import World
from mnemon_server.sync.keys import StoreKeys

# The first is Fly's own word; who says the others is the store.
_TAKEN = re.compile(r"already (been )?(taken|exists?|in use)|not available", re.IGNORECASE)


@dataclass(frozen=True)
class CreateStorage:
    """What Fly prints goes straight into a file of the owner's, and from there into the one that syncs read. Killed
    anywhere, the next run goes on with what is there. An app that was made anew gets the keys of the old one's bucket.
    """

    deployment: Deployment
    key: str = "bucket"
    subject: str = "bucket"
    needs: Sequence[str] = ("app",)
    is_optional: bool = False

    def describe(self) -> str:
        return f"have Fly make the bucket {self._bucket} at Tigris, with its keys as secrets of {self.deployment.app}"

    def check(self, world: World) -> Verdict:
        wanted = self.deployment
        known, coming = known_keys(world, wanted.settings), keys_in_flight(world, wanted)
        for keys in (known, coming):
            if keys is not None and keys.bucket != self._bucket:
                return self._other(keys)
        app = find_app(world, wanted.program, wanted.app)
        secrets = secret_names(world, wanted.program, wanted.app) if app is not None else frozenset[str]()
        if known is not None:
            is_settled = secrets >= set(SECRETS) and world.read(created_path(wanted)) is None
            return Done() if is_settled and is_noted(world, wanted, known.endpoint) else Needed()
        if coming is not None:
            return Needed()
        if wanted.settings.remote and secrets >= set(SECRETS):
            return Done()  # a redeploy: the vault is where the keys are
        if "BUCKET_NAME" in secrets or self._is_listed(world):
            return self._lost()
        return Needed()

    def apply(self, world: World) -> str:
        wanted = self.deployment
        if world.is_rehearsal:
            world.run(self._command)
            return "made"
        found = known_keys(world, wanted.settings) or keys_in_flight(world, wanted)
        keys = found or self._made(world)
        self._keep(world, keys)
        self._stage(world, keys)
        note_bucket(world, wanted, keys.endpoint)
        return "in use" if found else "made"

    def undo(self, world: World) -> None:
        """Nothing: what is in it may be all there is."""

    @property
    def _bucket(self) -> str:
        return self.deployment.settings.bucket

    @property
    def _command(self) -> tuple[str, ...]:
        wanted = self.deployment
        return argv.create_storage(wanted.program, wanted.app, wanted.org, self._bucket)

    def _made(self, world: World) -> StoreKeys:
        """The bucket is there as soon as its keys are printed, however the command ends."""
        ended = world.run(self._command, timeout=2 * PATIENCE, keep=created_path(self.deployment))
        keys = printed_keys(ended.stdout)
        if keys is not None and keys.bucket == self._bucket:
            return keys
        is_taken = _TAKEN.search(ended.stderr) is not None
        if keys is not None or ended.status == 0 or (is_taken and self._is_listed(world)):
            why = self._other(keys) if keys is not None else self._lost()
            raise StepFailed(why.reason, why.hint)
        _remove(world, created_path(self.deployment))
        if is_taken:
            raise FlyTrouble(f"somebody else has a bucket at Tigris called {self._bucket}", "another --bucket")
        raise named(ended.stderr, f"making the bucket {self._bucket}")

    def _keep(self, world: World, keys: StoreKeys) -> None:
        path, content = keys_path(self.deployment.settings), keys.to_json().encode()
        before = world.read(path)
        if before != content:
            world.write(path, content, before, 0o600)
        _remove(world, created_path(self.deployment))

    def _stage(self, world: World, keys: StoreKeys) -> None:
        """What Fly has done already, unless it was stopped, or the app was made anew."""
        wanted = self.deployment
        if secret_names(world, wanted.program, wanted.app) >= set(SECRETS):
            return
        command, lines = argv.stage_secrets(wanted.program, wanted.app), argv.secret_lines(secrets_of(keys))
        ended = world.run(command, input=lines, timeout=2 * PATIENCE)
        if ended.status != 0:
            raise named(ended.stderr, f"staging the keys of the bucket as secrets of {wanted.app}")

    def _is_listed(self, world: World) -> bool:
        return self._bucket in tigris_buckets(world, self.deployment.program, self.deployment.org)

    def _other(self, keys: StoreKeys) -> Blocked:
        return Blocked(
            f"this machine has the keys of another bucket at Tigris, {keys.bucket}, and keeps only one's",
            f"--bucket {keys.bucket}",
        )

    def _lost(self) -> Blocked:
        return Blocked(
            f"the bucket {self._bucket} at Tigris is there, and its keys, which Fly shows only once, are not here",
            f"fly storage destroy {self._bucket}, if nothing is in it, and the same command again; or make keys for it"
            " in Tigris's dashboard (fly storage dashboard), and take --storage s3 with them",
        )


def _remove(world: World, path: Path) -> None:
    if (content := world.read(path)) is not None:
        world.remove(path, content)
