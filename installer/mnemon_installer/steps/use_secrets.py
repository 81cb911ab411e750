"""New secrets of an app in use on this machine: in its own files, and in those of clients that have the token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.facts.app_notes import app_secrets, deployed_digest
from mnemon_installer.facts.deployment import first_line, known_storage
from mnemon_installer.facts.new_secrets import digest_of
from mnemon_installer.facts.remote import kept_token, origin_of
from mnemon_installer.facts.rotation import Rotation, next_files, next_token
from mnemon_installer.plan.step import Blocked, Done, Needed, Verdict
from mnemon_installer.steps.register_direct import RegisterDirect
from mnemon_installer.steps.rotate_secrets import next_secrets
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError


@dataclass(frozen=True)
class UseSecrets:
    """In place of the former ones; and what a redeploy looks at says that nothing is to be staged."""

    rotation: Rotation
    build: str  # of the program that runs; empty where it cannot be told
    key: str = "rotate.use"
    subject: str = "this machine"
    needs: Sequence[str] = ("rotate.server",)
    is_optional: bool = False

    def describe(self) -> str:
        return f"use the new ones on this machine; the passphrase is kept in {self.rotation.passphrase_path}"

    def check(self, world: World) -> Verdict:
        if not next_token(world, self.rotation):
            return Needed()
        places = self._places(world)
        return Done() if all(world.read(path) == content.encode() for path, content in places) else Needed()

    def apply(self, world: World) -> str:
        for path, content in [*self._notes(world), *self._places(world)]:
            if world.read(path) != content.encode():
                world.write(path, content.encode(), world.read(path), 0o600)
        return "in use"

    def undo(self, world: World) -> None:
        """Nothing: the former ones are worth nothing any more."""

    def _notes(self, world: World) -> list[tuple[Path, str]]:
        """What StageSecrets and DeployApp compare with: what was true of the former secrets becomes true of the new
        ones, and what was not stays so."""
        rotation, storage = self.rotation, known_storage(world, self.rotation.settings, self.rotation.app)
        token, hashed = first_line(world, rotation.token_path), first_line(world, rotation.hash_path)
        try:
            former = app_secrets(rotation.settings, storage, token, hashed)
        except MnemonError:
            return []
        staged = rotation.folder / "staged"
        if first_line(world, staged) != digest_of(former):
            return []
        content = f"{digest_of({**former, **next_secrets(world, rotation)})}\n"
        notes, deployed = [(staged, content)], rotation.folder / "deployed"
        if first_line(world, deployed) == deployed_digest(world, rotation.folder, self.build):
            digest = deployed_digest(world, rotation.folder, self.build, content.encode())
            notes.insert(0, (deployed, f"{digest}\n"))
        return notes

    def _places(self, world: World) -> Iterator[tuple[Path, str]]:
        """Each file and what it is to hold."""
        rotation, files = self.rotation, next_files(self.rotation)
        token = next_token(world, rotation)
        hashed = first_line(world, files["hash"])
        if hashed and rotation.is_deployer:
            yield rotation.hash_path, f"{hashed}\n"
        if passphrase := first_line(world, files["passphrase"]):
            yield rotation.passphrase_path, f"{passphrase}\n"
        if rotation.keeps_token:
            yield rotation.token_path, f"{token}\n"
        if rotation.is_ours:
            yield rotation.settings.token_path, f"{token}\n{origin_of(rotation.url)}\n"


@dataclass(frozen=True)
class UpdateDirect:
    """A client whose own file has the token in it: that was the former one."""

    rotation: Rotation
    registration: RegisterDirect
    needs: Sequence[str] = ("rotate.use",)
    is_optional: bool = True

    @property
    def key(self) -> str:
        return self.registration.key

    @property
    def subject(self) -> str:
        return self.registration.subject

    def describe(self) -> str:
        return f"put the new token into {self.registration.path}"

    def check(self, world: World) -> Verdict:
        verdict, kept = self.registration.check(world), kept_token(world, self.rotation.settings)
        if isinstance(verdict, Blocked):
            return verdict
        is_in_use = kept is not None and kept.token == next_token(world, self.rotation)
        return verdict if is_in_use else Needed()

    def apply(self, world: World) -> str:
        return self.registration.apply(world)

    def undo(self, world: World) -> None:
        """Nothing: with the former token it would not get in."""
