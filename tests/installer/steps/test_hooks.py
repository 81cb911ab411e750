"""Our hooks in each client's file and out again, beside an entry of ours in the same file, in whichever order."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.scripts.doomed import SEEDED

from mnemon_installer.clients import CLIENTS, Client
from mnemon_installer.clients.claude_code import ClaudeCode
from mnemon_installer.clients.client import Launch, Place
from mnemon_installer.clients.codex import CODEX
from mnemon_installer.clients.gemini import GEMINI
from mnemon_installer.plan.plan import look_at
from mnemon_installer.plan.receipts import Receipts
from mnemon_installer.plan.step import Blocked, Done, Needed, Step
from mnemon_installer.steps.add_hooks import AddHooks
from mnemon_installer.steps.register_client import RegisterClient
from mnemon_installer.steps.remove_entry import RemoveEntry
from mnemon_installer.steps.remove_hooks import RemoveHooks
from mnemon_installer.world.dry import DryWorld
from mnemon_installer.world.real import RealWorld

LAUNCH = Launch("/opt/mnemon")
HOOKED = [client for client in CLIENTS if client.hooks]
MINE = '{\n  "hooks": {\n    "Stop": [{"hooks": [{"type": "command", "command": "mine.sh"}]}]\n  }\n}\n'


class Killed(BaseException):
    """Nothing catches it: what comes after it in the program does not happen."""


class DoomedWorld(RealWorld):
    """Dies just before the n-th time that it would write, or just after it."""

    def __init__(self, world: RealWorld, moment: int, after: bool) -> None:
        super().__init__(world.environment, world.home, world.platform)
        self.left, self.after = moment, after

    def write(self, path: Path, content: bytes, expected: bytes | None, mode: int = 0o600) -> None:
        self._die_in_time(lambda: super(DoomedWorld, self).write(path, content, expected, mode))

    def remove(self, path: Path, expected: bytes) -> None:
        self._die_in_time(lambda: super(DoomedWorld, self).remove(path, expected))

    def _die_in_time(self, deed: Callable[[], None]) -> None:
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Killed
        deed()
        if self.left == 0:
            raise Killed


@dataclass(frozen=True)
class Bench:
    """One client's file with hooks, which for Gemini is the one with its servers too."""

    world: RealWorld
    client: Client
    path: Path
    vault: Path

    @property
    def add(self) -> AddHooks:
        return AddHooks(self.client, LAUNCH, self.path, self.vault / "backups")

    @property
    def take(self) -> RemoveHooks:
        return RemoveHooks(self.client, self.path, self.vault / "backups")

    @property
    def register(self) -> RegisterClient:
        return RegisterClient(self.client, LAUNCH, self.path, None, self.vault / "backups")

    @property
    def unregister(self) -> RemoveEntry:
        place = Place(self.path, self.client.format, self.client.entry_path)
        return RemoveEntry(self.client, place, None, self.vault / "backups")

    @property
    def receipts(self) -> Receipts:
        return Receipts(self.world, self.vault / "ops")

    def do(self, step: Step) -> str:
        """Check, apply, check again; then a second look finds nothing to do."""
        assert isinstance(step.check(self.world), Needed)
        said = step.apply(self.world)
        assert step.check(self.world) == Done()
        return said


@pytest.fixture
def gemini(world: RealWorld, home: Path) -> Bench:
    return Bench(world, GEMINI, home / "settings.json", home / ".mnemon")


@pytest.fixture(params=HOOKED, ids=lambda client: client.name)
def bench(request: pytest.FixtureRequest, world: RealWorld, home: Path) -> Bench:
    return Bench(world, request.param, home / "hooks.json", home / ".mnemon")


@pytest.mark.parametrize(
    "before",
    [
        "", "{}", "{ }\n", '{"a": 1}', MINE, MINE.replace("\n", "\r\n").replace("  ", "\t"), "\ufeff" + MINE,
        '{"hooks": {}, "b": [1, 2]}', '{\n  "hooks": {"Stop": [], "BeforeAgent": []}\n}',
        '{\n  // mine\n  "hooks": { // here\n    "Stop": [] /* there */\n  }\n}',
    ],
)  # fmt: skip
def test_in_and_out_again_is_every_byte_as_before(bench: Bench, before: str) -> None:
    bench.path.write_bytes(before.encode())
    assert bench.do(bench.add) == "added"
    assert bench.do(bench.take) == "restored, byte for byte"
    assert bench.path.read_bytes() == before.encode()
    assert bench.receipts.all() == {}


def test_a_file_of_our_making_goes_with_its_folders(bench: Bench) -> None:
    bench = replace(bench, path=bench.world.home / "new" / "hooks.json")
    bench.do(bench.add)
    assert set(json.loads(bench.path.read_text())) == {"hooks"}  # Codex drops a file that says anything else
    assert bench.do(bench.take) == "removed the file, which setup had made"
    assert not (bench.world.home / "new").exists()


def test_undo_gives_back(bench: Bench) -> None:
    bench.path.write_text(MINE)
    bench.do(bench.add)
    bench.add.undo(bench.world)
    assert bench.path.read_text() == MINE


def test_what_the_user_has_changed_since_stays(bench: Bench) -> None:
    bench.path.write_text(MINE)
    bench.do(bench.add)
    theirs = '{"hooks": [{"type": "command", "command": "since.sh"}]}'
    bench.path.write_text(bench.path.read_text().replace('"hooks": {\n', f'"hooks": {{\n    "Other": [{theirs}],\n', 1))
    assert bench.do(bench.take) == "removed; the file has changed since setup, and the rest of it stays"
    assert bench.path.read_text() == MINE.replace('"hooks": {\n', f'"hooks": {{\n    "Other": [{theirs}],\n', 1)


def test_without_a_receipt_ours_go_and_what_held_nothing_else(bench: Bench) -> None:
    bench.path.write_text(MINE)
    bench.do(bench.add)
    bench.receipts.path.unlink()
    assert bench.do(bench.take).startswith("removed;")
    assert bench.path.read_text() == MINE


def test_ours_of_an_older_version_are_brought_up_to_date_and_go_for_good(bench: Bench) -> None:
    """Though they stood in the file before the first receipt."""
    old = '{"type": "command", "command": "/old/mnemon hook extract"}'
    event = bench.client.hooks.events["stop"] if bench.client.hooks else ""
    bench.path.write_text(f'{{"hooks": {{"{event}": [{{"hooks": [{{"command": "mine.sh"}}, {old}]}}]}}}}')
    assert bench.do(bench.add) == "updated"
    assert "/old/mnemon" not in bench.path.read_text()
    assert bench.do(bench.take) == "restored, byte for byte"
    assert bench.path.read_text() == f'{{"hooks": {{"{event}": [{{"hooks": [{{"command": "mine.sh"}}]}}]}}}}'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{\n  "hooks": null\n}', "line 2, column 12: hooks is null, not an object"),
        (b'{"hooks": []}', "hooks is a list, not an object"),
        (b'{"hooks": {\n"PROMPT": {}}}', "line 2, column 17: hooks.PROMPT is an object, not a list"),
        (b'{\n\n  "hooks": {', "line 3, column 13: the text ends here"),
        (b'{\n"a": "\xff"}', "is not UTF-8 text (line 2)"),
        (b"[]", "an object is due here"),
    ],
)
def test_where_hooks_have_no_room_the_file_is_left(bench: Bench, content: bytes, reason: str) -> None:
    assert bench.client.hooks is not None
    event = bench.client.hooks.events["prompt"]
    content = content.replace(b"PROMPT", event.encode())
    bench.path.write_bytes(content)
    verdict = look_at(bench.add, bench.world)
    assert isinstance(verdict, Blocked)
    assert reason.replace("PROMPT", event).replace("column 17", f"column {len(event) + 5}") in verdict.reason
    assert "it was left as it is" in verdict.reason
    assert verdict.hint.startswith("${EDITOR:-nano} +")
    assert look_at(bench.take, bench.world) == Done()  # nothing of ours is in there
    assert bench.path.read_bytes() == content


def test_a_file_that_speaks_of_ours_and_cannot_be_read_is_named_when_they_are_to_go(bench: Bench) -> None:
    bench.path.write_text('{"hooks": {"Stop": [{"hooks": [{"command": "/opt/mnemon hook extract"')
    assert isinstance(look_at(bench.take, bench.world), Blocked)


def test_a_read_only_file_is_left(bench: Bench) -> None:
    bench.path.write_text(MINE)
    bench.path.chmod(0o444)
    assert isinstance(bench.add.check(bench.world), Blocked)


def test_a_rehearsal_shows_ours_and_writes_nothing(bench: Bench) -> None:
    dry = DryWorld(bench.world)
    verdict = bench.add.check(dry)
    assert isinstance(verdict, Needed)
    assert "hook" in verdict.diff and "+" in verdict.diff
    bench.add.apply(dry)
    assert not bench.path.exists()
    assert not bench.vault.exists()


ORDERS = ("register add", "add register")
REMOVALS = ("take unregister", "unregister take")
FOREIGN = '{"mcpServers": {"mnemon": {"command": "npx"}}, "n": 1}'
FILES = (
    None,
    "",
    "{ }\n",
    '{"a": 1,}',
    '{\n  "hooks": {"AfterAgent": []},\n  "mcpServers": {} // mine\n}\n',
    # Ours from before the first receipt: both are gone in the end.
    '{"mcpServers": {"x": {}, "mnemon": {"command": "/old/mnemon", "args": ["serve"]}}}',
    '{"hooks": {"AfterAgent": [{"hooks": [{"command": "mine"}, {"command": "/old/mnemon hook handoff"}]}]}}',
)
LAST = {
    FILES[-2]: '{"mcpServers": {"x": {}}}',
    FILES[-1]: '{"hooks": {"AfterAgent": [{"hooks": [{"command": "mine"}]}]}}',
}


def prepare(bench: Bench, before: str | None) -> None:
    bench.path.unlink(missing_ok=True)
    if before is not None:
        bench.path.write_text(before)


def left(bench: Bench) -> str | None:
    return bench.path.read_text() if bench.path.exists() else None


def carry_out(bench: Bench, words: str, world: RealWorld) -> None:
    """Those of the steps that there is something to do for, as the engine does."""
    for word in words.split():
        step: Step = getattr(bench, word)
        if isinstance(step.check(world), Needed):
            step.apply(world)


@pytest.mark.parametrize("removals", REMOVALS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("before", FILES)
def test_an_entry_and_hooks_in_one_file_are_undone_to_the_last_byte(
    gemini: Bench, before: str | None, order: str, removals: str
) -> None:
    prepare(gemini, before)
    for word in order.split():
        gemini.do(getattr(gemini, word))
    receipt = gemini.receipts.of(gemini.path)
    assert receipt is not None
    assert set(receipt.kinds) == {"entry", "hooks"}
    for word in removals.split():
        gemini.do(getattr(gemini, word))
    assert left(gemini) == LAST.get(before, before)
    assert gemini.receipts.all() == {}


# One way through everywhere, all of them where the long tests run.
WAYS = [
    pytest.param(before, order, removals, after, marks=[] if place == 4 and order == ORDERS[0] else SEEDED)
    for place, before in enumerate(FILES)
    for order in ORDERS
    for removals in REMOVALS
    for after in (False, True)
]


@pytest.mark.parametrize(("before", "order", "removals", "after"), WAYS)
def test_killed_at_any_write_on_the_way_in_or_out_it_still_is(
    gemini: Bench, before: str | None, order: str, removals: str, after: bool
) -> None:
    for flow in (order, removals):
        for moment in range(1, 40):
            prepare(gemini, before)
            if flow == removals:
                carry_out(gemini, order, gemini.world)
            try:
                carry_out(gemini, flow, DoomedWorld(gemini.world, moment, after))
                ended = True
            except Killed:
                ended = False
            if flow == order:
                carry_out(gemini, order, gemini.world)
                for word in order.split():
                    assert getattr(gemini, word).check(gemini.world) == Done()
            carry_out(gemini, removals, gemini.world)
            assert left(gemini) == LAST.get(before, before), f"{flow}, write {moment}"
            if ended:
                break
        else:
            raise AssertionError("it never comes to its end")


def test_of_two_things_of_ours_one_may_go_and_come_back(gemini: Bench) -> None:
    """`setup --no-hooks`, then `setup`, then `uninstall`."""
    gemini.path.write_text('{ "a": 1 }')
    for word in ("register", "add", "take"):
        gemini.do(getattr(gemini, word))
    assert json.loads(gemini.path.read_text()).keys() == {"a", "mcpServers"}
    receipt = gemini.receipts.of(gemini.path)
    assert receipt is not None
    assert receipt.kinds == ("entry",)
    for word in ("add", "take", "unregister"):
        gemini.do(getattr(gemini, word))
    assert gemini.path.read_text() == '{ "a": 1 }'


@pytest.mark.parametrize("touched", [False, True])
@pytest.mark.parametrize("removals", REMOVALS)
def test_a_foreign_entry_that_was_replaced_after_the_hooks_came_is_back_too(
    gemini: Bench, removals: str, touched: bool
) -> None:
    gemini.path.write_text(FOREIGN)
    gemini.do(gemini.add)
    gemini.do(replace(gemini.register, replace_foreign=True))
    if touched:
        gemini.path.write_text(gemini.path.read_text().replace('"n": 1', '"n": 2'))
    for word in removals.split():
        gemini.do(getattr(gemini, word))
    assert gemini.path.read_text() == FOREIGN.replace('"n": 1', '"n": 2' if touched else '"n": 1')


def test_an_entry_where_claude_never_looks_goes_and_hooks_in_that_file_stay(world: RealWorld, home: Path) -> None:
    bench = Bench(world, ClaudeCode(), home / "settings.json", home / ".mnemon")
    before = '{"mcpServers": {"mnemon": {"command": "/old/mnemon", "args": ["serve"]}}, "b": 1}'
    bench.path.write_text(before)
    bench.do(bench.add)
    bench.do(bench.unregister)
    assert bench.add.check(world) == Done()
    assert json.loads(bench.path.read_text())["mcpServers"] == {}
    bench.do(bench.take)
    assert bench.path.read_text() == '{"mcpServers": {}, "b": 1}'


def test_a_file_that_was_deleted_since_is_not_brought_back(gemini: Bench) -> None:
    gemini.path.write_text('{"a": 1}')
    gemini.do(gemini.register)
    gemini.path.unlink()
    gemini.do(gemini.add)
    gemini.do(gemini.take)
    assert not gemini.path.exists()


def test_web_hooks_are_one_argument_away_and_go_like_the_others(world: RealWorld, home: Path) -> None:
    bench = Bench(world, CODEX, home / "hooks.json", home / ".mnemon")
    bench.do(replace(bench.add, mode="web"))
    assert "hook warm" in bench.path.read_text()
    bench.do(bench.add)  # back to a local vault
    assert "warm" not in bench.path.read_text()
    assert bench.do(bench.take) == "removed the file, which setup had made"
