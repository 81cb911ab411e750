"""The bucket of backups: there, open to these credentials, and named in the settings."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.plan.step import Done, Needed, Verdict
from mnemon_installer.steps.bucket_notes import is_noted, note_bucket
from mnemon_installer.world import World
from mnemon_server.sync.place import place_of
from mnemon_server.sync.shelf import open_shelf
from mnemon_server.sync.trouble import BucketMissing


@dataclass(frozen=True)
class UseBucket:
    """For S3 stores that need no infrastructure: a bucket that is missing is made, with the user's own keys."""

    deployment: Deployment
    key: str = "bucket"
    subject: str = "bucket"
    needs: Sequence[str] = ("app",)
    is_optional: bool = False

    def describe(self) -> str:
        return f"keep backups in the bucket {self.deployment.settings.bucket}"

    def check(self, world: World) -> Verdict:
        is_noted_down = is_noted(world, self.deployment, self.deployment.endpoint)
        return Done() if self._is_there() and is_noted_down else Needed()

    def apply(self, world: World) -> str:
        made = not self._is_there()
        if made:
            world.perform(self.describe(), self._make)
        note_bucket(world, self.deployment, self.deployment.endpoint)
        return "made" if made else "in use"

    def undo(self, world: World) -> None:
        """Nothing: what is in it may be all there is."""

    def _is_there(self) -> bool:
        with closing(open_shelf(place_of(self.deployment.settings))) as shelf:
            try:
                shelf.etag()
            except BucketMissing:
                return False
        return True

    def _make(self) -> None:
        with closing(open_shelf(place_of(self.deployment.settings))) as shelf:
            shelf.bucket.create()
