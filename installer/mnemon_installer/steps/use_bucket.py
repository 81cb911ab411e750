"""The bucket of backups: there, open to these credentials, and named in the settings."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from mnemon_installer.edits.config_toml import with_setting
from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.plan.step import Done, Needed, Verdict
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
    needs: Sequence[str] = ("fly",)
    is_optional: bool = False

    def describe(self) -> str:
        return f"keep backups in the bucket {self.deployment.settings.bucket}"

    def check(self, world: World) -> Verdict:
        return Done() if self._is_there() and not self._missing(world) else Needed()

    def apply(self, world: World) -> str:
        made = not self._is_there()
        if made:
            world.perform(self.describe(), self._make)
        settings = self.deployment.settings
        for name, value in self._missing(world).items():
            before = world.read(settings.config_path)
            world.write(settings.config_path, with_setting((before or b"").decode(), name, value).encode(), before)
        return "made" if made else "in use"

    def undo(self, world: World) -> None:
        """Nothing: what is in it may be all there is."""

    def _missing(self, world: World) -> dict[str, str]:
        wanted = {"s3_bucket": self.deployment.settings.bucket}
        if self.deployment.endpoint:
            wanted["s3_endpoint"] = self.deployment.endpoint
        kept = self.deployment.settings.values
        return {
            name: value
            for name, value in wanted.items()
            if kept.get(name) != value and not self._noted(world, name, value)
        }

    def _noted(self, world: World, name: str, value: str) -> bool:
        text = (world.read(self.deployment.settings.config_path) or b"").decode()
        return with_setting(text, name, value) == text

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
