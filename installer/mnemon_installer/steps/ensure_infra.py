"""The bucket at AWS, and the role by which the app reaches it without a key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mnemon_infra import Infra, Made
from mnemon_infra.trouble import CliMissing
from mnemon_installer.facts.cloud import KeptRole, kept_role, looked, named_cloud, role_path
from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.facts.storage_keys import known_keys
from mnemon_installer.plan.step import Blocked, Done, Needed, StepFailed, Verdict
from mnemon_installer.steps.bucket_notes import is_noted, note_bucket
from mnemon_installer.world import World


@dataclass(frozen=True)
class EnsureInfra:
    """A look is enough where nothing is missing since the last whole run. `say` shows the progress of a run, and what a
    bucket lacks that was there before."""

    deployment: Deployment
    infra: Infra
    say: Callable[[str], None]
    key: str = "bucket"
    subject: str = "bucket"
    needs: Sequence[str] = ("app",)
    is_optional: bool = False

    def describe(self) -> str:
        wanted = self.deployment
        return f"see to the bucket {wanted.settings.bucket} at AWS, and to a role by which {wanted.app} reaches it"

    def check(self, world: World) -> Verdict:
        settings = self.deployment.settings
        keys = known_keys(world, settings)
        if keys is not None and keys.bucket == settings.bucket:
            reason = f"{settings.bucket} is the name of a bucket at Tigris that this machine has the keys of"
            return Blocked(reason, "another --bucket; or --storage tigris")
        if endpoint := str(settings.value("s3_endpoint")):
            reason = f"the settings name another store than AWS: s3_endpoint is {endpoint}"
            return Blocked(reason, 'mnemon config set s3_endpoint ""')
        found, _ = looked(world, self.infra, self.deployment)
        if found.bucket_exists and self._is_whole(world, found.role_arn) and is_noted(world, self.deployment):
            return Done()
        with named_cloud():
            try:
                self.infra.require()
            except CliMissing:
                if not self.deployment.installs_pulumi:
                    raise
        return Needed()

    def apply(self, world: World) -> str:
        made: list[Made] = []
        world.perform(self.describe(), lambda: made.append(self._ensure(world)))
        note_bucket(world, self.deployment)
        if made:
            self._keep(world, made[0])
        return "ready"

    def undo(self, world: World) -> None:
        """Nothing: what is in the bucket may be all there is."""

    def _is_whole(self, world: World, arn: str) -> bool:
        kept, settings = kept_role(world, self.deployment), self.deployment.settings
        if kept is None or (self.deployment.hardens and not kept.is_hardened):
            return False
        return (kept.arn, kept.bucket, kept.vault) == (arn, settings.bucket, settings.vault_name)

    def _ensure(self, world: World) -> Made:
        found, wish = looked(world, self.infra, self.deployment)
        if wish.adopt_bucket and not wish.harden:
            for warning in found.warnings:
                self.say(f"the bucket {wish.bucket} was there before: {warning} (--harden-bucket changes that)")
        with named_cloud():
            try:
                self.infra.require()
            except CliMissing:
                if not self.deployment.installs_pulumi:
                    raise
                self.infra.fetch(self.say)
            made = self.infra.ensure(wish, self.say)
        if not made.role_arn:
            raise StepFailed("AWS was set up, and there is no role for the app", "run the same command again")
        return made

    def _keep(self, world: World, made: Made) -> None:
        wanted, path = self.deployment, role_path(self.deployment)
        note = KeptRole(made.role_arn, made.region, made.bucket, wanted.settings.vault_name, wanted.hardens)
        before, after = world.read(path), note.to_text().encode()
        if before != after:
            world.write(path, after, before)
