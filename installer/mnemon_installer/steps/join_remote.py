"""The memories of this machine's own vault, sent to the one on the web; then the old vault goes into the archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import Any

import apsw

from mnemon_installer.facts.local_vault import has_moved, local_vault, memories_here, take_back
from mnemon_installer.facts.remote import details, refusal, said, token_for
from mnemon_installer.plan.step import Done, Needed, StepFailed, Verdict
from mnemon_installer.world import World
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import MnemonError
from mnemon_server.portable import jsonl
from mnemon_server.settings import Settings
from mnemon_server.vault import memories
from mnemon_server.vault.connection import Vault
from mnemon_server.vault.meta import read_meta, write_meta
from mnemon_server.vault.put_away import put_away

_LARGEST = 900_000  # bytes in one request; the server takes 1 MB
_PATIENCE = 120.0  # seconds for one of them
_ROUNDS = 5  # of sending what came in while we sent
_STRETCH = 500

# What tells one state of the memories from the next: of each its uid, when it was changed, whether it is pinned.
State = frozenset[tuple[str, int, bool]]


@dataclass(frozen=True)
class JoinRemote:
    """Nothing leaves the old vault before the server has all of it, and the file goes only after its copy was read
    back. Killed anywhere, a second run goes on: the server knows each memory by its uid."""

    settings: Settings
    url: str
    key: str = "join"
    subject: str = "memories"
    needs: Sequence[str] = ("remote.token",)
    is_optional: bool = False

    def describe(self) -> str:
        return f"send this machine's memories to {self.url}, then put {self.settings.vault_path} into the archive"

    def check(self, world: World) -> Verdict:
        return Needed() if memories_here(world, self.settings) else Done()

    def apply(self, world: World) -> str:
        count = memories_here(world, self.settings)
        world.perform(self.describe(), lambda: self._join_or_stay(world))
        return f"{count:,} sent"

    def undo(self, world: World) -> None:
        """Nothing: the memories are on the web, and the copy in the archive."""

    def _join_or_stay(self, world: World) -> None:
        try:
            self._join(world)
        except MnemonError:
            if has_moved(world, self.settings):
                take_back(self.settings)
            raise

    def _join(self, world: World) -> None:
        with local_vault(self.settings, "setup") as client:
            vault = client.context.vault
            for _ in range(_ROUNDS):
                state = _state(vault)
                self._send(world, client)
                if _close_at(vault, state, self.url):
                    break
            else:
                raise StepFailed("memories keep coming in while they are sent", self._again)
            self._refuse_itself(world)
            self._compare(world, client)
            vault.checkpoint()
        put_away(self.settings.vault_path, "pre-web")

    def _refuse_itself(self, world: World) -> None:
        """A server on this machine may serve this very file: then closing the file has closed its vault."""
        told = details(world, self.url, token_for(world, self.settings, self.url)) or {}
        if str(told.get("vault_state", "")).startswith("moved:"):
            hint = f"mnemon setup --remote-url {quote(self.url)} --keep-memories"
            raise StepFailed(f"{self.url} serves this very vault: there is nothing to send", hint)

    def _send(self, world: World, client: InProcess) -> None:
        for stretch in _stretches(jsonl.export_lines(client.context)):
            told = self._import(world, stretch, "")
            if told["refused"]:
                why = next((each["reason"] for each in told["refusals"]), "no reason given")
                raise StepFailed(f"{self.url} refuses {told['refused']} of the memories: {why}", self._again)

    def _compare(self, world: World, client: InProcess) -> None:
        for stretch in _stretches(jsonl.export_lines(client.context)):
            told = self._import(world, stretch, "?dry_run=1")
            if missing := told["new"] + told["refused"]:
                raise StepFailed(f"{self.url} does not have {missing} of the memories that it took", self._again)

    def _import(self, world: World, stretch: bytes, query: str) -> dict[str, Any]:  # Any: JSON
        token = token_for(world, self.settings, self.url)
        answer = world.ask(f"{self.url}/vault/import{query}", token, stretch, _PATIENCE)
        told = said(answer).get("result")
        if answer.status != 200 or not isinstance(told, dict) or not {"new", "refused", "refusals"} <= told.keys():
            raise refusal(self.url, answer)
        return told

    @property
    def _again(self) -> str:
        return f"mnemon setup --remote-url {quote(self.url)} --send-memories"


def _stretches(lines: Iterable[str]) -> Iterator[bytes]:
    taken = bytearray()
    for line in lines:
        encoded = line.encode()
        if taken and len(taken) + len(encoded) > _LARGEST:
            yield bytes(taken)
            taken.clear()
        taken += encoded
    if taken:
        yield bytes(taken)


def _state(vault: Vault) -> State:
    with vault.read() as connection:
        return _state_in(connection)


def _state_in(connection: apsw.Connection) -> State:
    found: set[tuple[str, int, bool]] = set()
    last = 0
    while stretch := memories.each_live(connection, last, _STRETCH):
        last = stretch[-1].id
        found |= {(memory.uid, memory.updated_at, memory.pinned) for memory in stretch}
    return frozenset(found)


def _close_at(vault: Vault, state: State, url: str) -> bool:
    """The old vault takes no writes from now on, unless it has changed since `state` was seen."""
    with vault.read() as connection:
        if (read_meta(connection, "state") or "").startswith("moved:"):
            return _state_in(connection) == state
    with vault.write() as connection:
        if _state_in(connection) != state:
            return False
        write_meta(connection, "state", f"moved:{url}")
    return True
