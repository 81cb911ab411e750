"""This machine's token for a vault on the web, in a file that only its owner can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mnemon_installer.facts.remote import accepts, exchange, is_like_a_token, is_open, kept_for, kept_token, origin_of
from mnemon_installer.plan.step import Blocked, Done, Needed, StepFailed, Verdict
from mnemon_installer.world import World
from mnemon_server.settings import Settings


@dataclass(frozen=True)
class KeepToken:
    """`secret` is a token, a pairing code or the owner's passphrase; without one, what the file holds must do.

    What is no token is exchanged for one that has the name `device`. Nothing is written before the server has taken it.
    """

    settings: Settings
    url: str
    secret: str = field(default="", repr=False)
    device: str = "device"
    key: str = "remote.token"
    subject: str = "token"
    needs: Sequence[str] = ()
    is_optional: bool = False

    def describe(self) -> str:
        return f"keep a token for {origin_of(self.url)} in {self.settings.token_path}, readable only by you"

    def check(self, world: World) -> Verdict:
        kept, mine = kept_token(world, self.settings), kept_for(world, self.settings, self.url)
        is_taken = bool(mine) and accepts(world, self.url, mine)
        if is_taken and not self._is_another(world, mine):
            is_bound = kept is not None and kept.is_bound_to(self.url)
            return Done() if is_bound and not is_open(world, self.settings.token_path) else Needed()
        if self.secret:
            return Needed()
        wrong = f"{self.url} does not take the token in {self.settings.token_path}"
        reason = wrong if mine else f"there is no token for {self.url} on this machine"
        return Blocked(reason, f"mnemon setup --remote-url {self.url} --token-stdin")

    def apply(self, world: World) -> str:
        world.perform(self.describe(), lambda: self._keep(world))
        return "accepted"

    def undo(self, world: World) -> None:
        kept, content = kept_token(world, self.settings), world.read(self.settings.token_path)
        if content is not None and kept is not None and kept.is_bound_to(self.url):
            world.remove(self.settings.token_path, content)

    def _keep(self, world: World) -> None:
        path, content = self.settings.token_path, world.read(self.settings.token_path)
        wanted = f"{self._token(world)}\n{origin_of(self.url)}\n".encode()
        if content != wanted:
            world.write(path, wanted, content, 0o600)
        if is_open(world, self.settings.token_path):
            path.chmod(0o600)

    def _token(self, world: World) -> str:
        known = kept_for(world, self.settings, self.url)
        if self.secret and accepts(world, self.url, self.secret):
            return self.secret
        if known and accepts(world, self.url, known):
            return known
        token = exchange(world, self.url, self.secret, self.device)
        if not accepts(world, self.url, token):
            raise StepFailed(f"{self.url} gave a token and does not take it", "mnemon doctor")
        return token

    def _is_another(self, world: World, kept: str) -> bool:
        """The secret is a token itself, and not the one that is kept: a new one has taken its place."""
        return (
            bool(self.secret)
            and self.secret != kept
            and is_like_a_token(self.secret)
            and accepts(world, self.url, self.secret)
        )
