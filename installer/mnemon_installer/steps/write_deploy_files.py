"""What the image is built from: this program as a wheel, the Dockerfile, and fly.toml with the user's edits in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.edits.diff import text_diff
from mnemon_installer.edits.fly_toml import FlyFile, rendered
from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.plan.step import Done, Needed, Verdict
from mnemon_installer.world import World
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
        before = (world.read(self.deployment.fly_toml) or b"").decode()
        if all(world.read(path) == content for path, content in self._files(world).items()):
            return Done()
        after = self._fly_toml(world)
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
        ours = FlyFile(
            app=wanted.app,
            region=wanted.region,
            public_url=wanted.url,
            bucket=wanted.settings.bucket,
            vault=wanted.settings.vault_name,
            storage_region=wanted.storage_region,
            role_arn=wanted.role_arn,
            endpoint=wanted.endpoint,
        )
        return rendered(kept.decode() if kept is not None else None, ours)

    def _take_away_old_wheels(self, world: World) -> None:
        folder = self.deployment.folder
        if world.is_rehearsal or not folder.is_dir():
            return
        for path in folder.glob("mnemon_memory-*.whl"):
            if path.name != self.deployment.wheel.name and (content := world.read(path)) is not None:
                world.remove(path, content)
