"""The token that was made for the server becomes the one that this machine sends to it, and to nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.facts.app_server import app_token
from mnemon_installer.facts.deployment import Deployment, first_line
from mnemon_installer.facts.remote import accepts, kept_token, origin_of
from mnemon_installer.plan.step import Done, Needed, StepFailed, Verdict
from mnemon_installer.world import World


@dataclass(frozen=True)
class UseToken:
    """`local_token` names the origin that it is for."""

    deployment: Deployment
    key: str = "remote.token"
    subject: str = "token"
    needs: Sequence[str] = ("hand-over",)
    is_optional: bool = False

    def describe(self) -> str:
        return f"use this machine's token for {self.deployment.url}"

    def check(self, world: World) -> Verdict:
        wanted, kept = self.deployment, kept_token(world, self.deployment.settings)
        token = app_token(world, wanted.settings, wanted.folder, wanted.url)
        is_kept = kept is not None and kept.token == token and kept.is_bound_to(wanted.url)
        return Done() if token and is_kept else Needed()

    def apply(self, world: World) -> str:
        token, path = first_line(world, self.deployment.token_path), self.deployment.settings.token_path
        if not world.is_rehearsal and not accepts(world, self.deployment.url, token):
            raise StepFailed(f"{self.deployment.url} does not take this machine's token", "run the same command again")
        world.write(path, f"{token}\n{origin_of(self.deployment.url)}\n".encode(), world.read(path), 0o600)
        return "in use"

    def undo(self, world: World) -> None:
        """Nothing: `setup --local` forgets it."""
