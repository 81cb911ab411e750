"""What the image is built from: this program as a wheel, the Dockerfile, and fly.toml with the user's edits in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mnemon_installer.edits.diff import text_diff
from mnemon_installer.edits.fly_keys import problems
from mnemon_installer.edits.fly_toml import FlyFile, rendered
from mnemon_installer.edits.toml import NotToml, TomlDocument
from mnemon_installer.facts.cloud import kept_role
from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.plan.step import Blocked, Done, Needed, Verdict
from mnemon_installer.world import World
from mnemon_server.sync.state import load_state
from mnemon_templates import fill


@dataclass(frozen=True)
class WriteDeployFiles:
    """Dockerfile and wheel are written anew; of fly.toml only our own lines are."""

    deployment: Deployment
    model: str
    key: str = "files"
    subject: str = "files"
    needs: Sequence[str] = ("volume",)
    is_optional: bool = False

    def describe(self) -> str:
        return f"write fly.toml, a Dockerfile and the wheel {self.deployment.wheel.name} to {self.deployment.folder}"

    def check(self, world: World) -> Verdict:
        path = self.deployment.fly_toml
        try:
            before, after = (world.read(path) or b"").decode(), self._fly_toml(world)
        except (NotToml, UnicodeDecodeError) as trouble:
            return Blocked(f"{path} cannot be read: {trouble}", f"mend it, or remove it: {path}")
        if found := _wrong(after):
            return Blocked(f"{path}: {'; '.join(found)}", f"mend it, or remove it: {path}")
        if all(world.read(path) == content for path, content in self._files(world).items()):
            return Done()
        return Needed(text_diff(before, after, str(self.deployment.fly_toml)) if before else "")

    def apply(self, world: World) -> str:
        for path, content in self._files(world).items():
            before = world.read(path)
            if before != content:
                world.write(path, content, before)
        self._take_away_old_wheels(world)
        return "written"

    def undo(self, world: World) -> None:
        """Nothing: the user may have edited them."""

    def _files(self, world: World) -> dict[Path, bytes]:
        folder, wheel = self.deployment.folder, self.deployment.wheel
        return {
            folder / wheel.name: wheel.content,
            folder / "Dockerfile": self._dockerfile().encode(),
            folder / ".dockerignore": fill("dockerignore", wheel=wheel.name).encode(),
            self.deployment.fly_toml: self._fly_toml(world).encode(),
        }

    def _dockerfile(self) -> str:
        wheel = self.deployment.wheel
        return fill("Dockerfile", wheel=wheel.name, build=wheel.version, model=self.model, port="8080")

    def _fly_toml(self, world: World) -> str:
        wanted = self.deployment
        kept = world.read(wanted.fly_toml)
        role = kept_role(world, wanted) if wanted.storage == "aws" else None
        ours = FlyFile(
            app=wanted.app,
            region=wanted.region,
            public_url=wanted.url,
            bucket=wanted.settings.bucket,
            vault=wanted.settings.vault_name,
            storage_region=role.region if role is not None else wanted.storage_region,
            role_arn=role.arn if role is not None else wanted.role_arn,
            endpoint=wanted.endpoint,
            deployed_by=self._deployer(world),
        )
        if wanted.storage == "tigris":  # both are secrets of the app, where Fly has set them
            ours = replace(ours, storage_region="", endpoint="")
        return rendered(kept.decode() if kept is not None else None, ours)

    def _deployer(self, world: World) -> str:
        """This machine, once it has pushed; or the one that made the app."""
        wanted, path = self.deployment, self.deployment.settings.sync_state_path
        if wanted.is_joined or world.look(path) is None:
            return wanted.deployed_by
        return load_state(path).machine_id

    def _take_away_old_wheels(self, world: World) -> None:
        folder = self.deployment.folder
        if world.is_rehearsal or not folder.is_dir():
            return
        for path in folder.glob("mnemon_memory-*.whl"):
            if path.name != self.deployment.wheel.name and (content := world.read(path)) is not None:
                world.remove(path, content)


def _wrong(fly_toml: str) -> list[str]:
    """What keeps fly from building and running our image by it."""
    build = TomlDocument(fly_toml).data.get("build", {})
    others = [name for name in ("image", "builder", "buildpacks") if name in build]
    return problems(fly_toml) + [f"build.{name} names another image than the Dockerfile beside it" for name in others]
