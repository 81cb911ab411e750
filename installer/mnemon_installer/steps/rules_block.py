"""Our block in a client's file of rules, which tells its model when to search and when to save."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mnemon_installer.clients import Client
from mnemon_installer.clients.rules_file import has_rules, rules_text, text_with_rules, text_without_rules
from mnemon_installer.edits.diff import text_diff
from mnemon_installer.plan.receipts import digest_of_value
from mnemon_installer.plan.step import Done, Needed, Verdict
from mnemon_installer.steps.giving_back import Given, clear, giving_back, left_behind, put
from mnemon_installer.steps.keeping import Insertion, Keeping, Meaning
from mnemon_installer.steps.read_only import read_only
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError


@dataclass(frozen=True)
class RulesBlock:
    """`wanted` puts the block in or brings it up to date; without it the block is taken out, if there is one."""

    client: Client
    path: Path
    wanted: bool
    backups: Path
    needs: Sequence[str] = ()
    is_optional: bool = False

    @property
    def key(self) -> str:
        return f"{self.client.name}.rules"

    @property
    def subject(self) -> str:
        return f"{self.client.title} rules"

    def describe(self) -> str:
        if not self.wanted:
            return f"take the block of rules out of {self.path}"
        return f"put a block of rules into {self.path}: when to search, when to save"

    def check(self, world: World) -> Verdict:
        content = world.read(self.path)
        if not self.wanted and not _may_have_block(content):
            return Needed() if left_behind(world, self._keeping(world), self.path) else Done()
        before, after = rules_text(world, self.path, content), self._given(world, content).content
        if (content or b"") == (after or b""):
            return Done()
        return read_only(world, self.path) or Needed(text_diff(before, (after or b"").decode(), str(self.path)))

    def apply(self, world: World) -> str:
        keeping, content = self._keeping(world), world.read(self.path)
        had_one = _may_have_block(content) and has_rules(world, self.path)
        if self.wanted:
            given = self._given(world, content)
            assert given.content is not None  # a wanted block makes a file
            insertion = Insertion(self.client.name, "rules", value=digest_of_value(given.content.decode()))
            keeping.change(self.path, content, given.content, insertion, self._meaning(world))
            return "updated" if had_one else "added"
        clear(world, left_behind(world, keeping, self.path))
        if not had_one:
            keeping.receipts.drop(self.path)
            return "removed what an interrupted run had left"
        keeping.back_up(self.path, content, self.client.name)
        return put(world, keeping, self.path, content, self._given(world, content), "rules")

    def undo(self, world: World) -> None:
        removal = replace(self, wanted=False)
        if isinstance(removal.check(world), Needed):
            removal.apply(world)

    def _given(self, world: World, content: bytes | None) -> Given:
        """What the file is to hold."""
        if self.wanted:
            text = rules_text(world, self.path, content)
            return Given(text_with_rules(world, self.client, self.path, text).encode(), is_former=False)
        keeping = self._keeping(world)
        return giving_back(
            keeping, self.path, content, self._meaning(world), lambda found: self._without(world, keeping, found)
        )

    def _without(self, world: World, keeping: Keeping, content: bytes | None) -> bytes | None:
        """`content` without our block; None when what is left is of our making too."""
        rest = text_without_rules(world, self.path, rules_text(world, self.path, content))
        receipt = keeping.receipts.of(self.path)
        is_bare = rest.strip("\ufeff \t\r\n") in ("", self.client.rules_header.strip())
        return None if is_bare and receipt is not None and receipt.made_file else rest.encode()

    def _meaning(self, world: World) -> Meaning:
        """What the file says besides our block."""

        def meaning(content: bytes | None) -> object:
            try:
                return text_without_rules(world, self.path, rules_text(world, self.path, content))
            except MnemonError:
                return content

        return meaning

    def _keeping(self, world: World) -> Keeping:
        return Keeping(world, self.backups)


def _may_have_block(content: bytes | None) -> bool:
    """Whoever has none need not be read any closer, whatever else is in it."""
    return content is not None and b"mnemon:begin" in content
