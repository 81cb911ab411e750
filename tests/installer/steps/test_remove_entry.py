"""Taking our entry out of each client's file: former bytes where nobody else wrote, else all but ours."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from mnemon_installer.clients import CLIENTS, Client
from mnemon_installer.clients.client import Launch, Place
from mnemon_installer.plan.plan import look_at
from mnemon_installer.plan.receipts import Receipts, digest_of_value
from mnemon_installer.plan.step import Blocked, Done, Needed
from mnemon_installer.steps.register_client import RegisterClient
from mnemon_installer.steps.remove_entry import RemoveEntry
from mnemon_installer.world.dry import DryWorld
from mnemon_installer.world.real import RealWorld

LAUNCH = Launch("/opt/mnemon")


@dataclass(frozen=True)
class Bench:
    """One client's file, and the two steps on it."""

    world: RealWorld
    client: Client
    path: Path
    vault: Path

    @property
    def register(self) -> RegisterClient:
        return RegisterClient(self.client, LAUNCH, self.path, None, self.vault / "backups")

    @property
    def remove(self) -> RemoveEntry:
        place = Place(self.path, self.client.format, self.client.entry_path)
        return RemoveEntry(self.client, place, None, self.vault / "backups")

    @property
    def receipts(self) -> Receipts:
        return Receipts(self.world, self.vault / "ops")

    def put_in(self) -> None:
        assert isinstance(self.register.check(self.world), Needed)
        self.register.apply(self.world)

    def take_out(self) -> str:
        """Check, apply, check again."""
        assert isinstance(self.remove.check(self.world), Needed)
        said = self.remove.apply(self.world)
        assert self.remove.check(self.world) == Done()
        assert self.receipts.of(self.path) is None
        return said


@pytest.fixture
def bench(world: RealWorld, home: Path) -> Bench:
    return Bench(world, CLIENTS[0], home / "file", home / ".mnemon")


def shapes(client: Client) -> list[bytes]:
    """Files as they come, with a server of the user's in most of them."""
    if client.format == "toml":
        plain = "# mine\nmodel = 'x'  # this\n\n[mcp_servers.other]\ncommand = 'z'\nargs = [\n  'a', # b\n]\n"
        return [each.encode() for each in ("", plain, "\ufeff" + plain.replace("\n", "\r\n"), "a = 1")]
    holder = client.entry_path[0]
    texts = [
        "", "{}", "{ }\n", '{"a": 1}', '{\n  "a": 1\n}', '{\r\n\t"a": "日本"\r\n}\r\n', '\ufeff{\n    "a": 1\n}\n',
        f'{{"{holder}": {{}}}}', f'{{\n  "{holder}": {{\n    "other": {{"command": "x"}}\n  }},\n  "n": 1\n}}\n',
        f'{{\n  // mine\n  "{holder}": {{ // here\n    "other": {{"command": "x"}} /* there */\n  }}\n}}',
    ]  # fmt: skip
    return [text.encode() for text in texts]


@pytest.mark.parametrize(
    ("client", "before"), [(client, before) for client in CLIENTS for before in shapes(client)],
    ids=lambda value: value.name if not isinstance(value, bytes) else "",
)  # fmt: skip
def test_in_and_out_again_is_every_byte_as_before(world: RealWorld, home: Path, client: Client, before: bytes) -> None:
    bench = Bench(world, client, home / "file", home / ".mnemon")
    bench.path.write_bytes(before)
    bench.put_in()
    assert bench.take_out() == "restored, byte for byte"
    assert bench.path.read_bytes() == before


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_file_of_our_making_goes_with_its_folders(world: RealWorld, home: Path, client: Client) -> None:
    bench = Bench(world, client, home / "new" / "folder" / "file", home / ".mnemon")
    bench.put_in()
    assert bench.take_out() == "removed the file, which setup had made"
    assert not (home / "new").exists()


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_without_a_receipt_only_ours_goes(world: RealWorld, home: Path, client: Client) -> None:
    bench = Bench(world, client, home / "file", home / ".mnemon")
    bench.path.write_bytes(shapes(client)[1] if client.format == "toml" else shapes(client)[-2])
    before = bench.path.read_bytes()
    bench.put_in()
    bench.receipts.path.unlink()
    assert bench.take_out().startswith("removed")
    # Without former bytes nobody knows how many empty lines ended a TOML file.
    ends = b"\r\n" if client.format == "toml" else b""
    assert bench.path.read_bytes().rstrip(ends) == before.rstrip(ends)


def test_a_damaged_copy_is_not_put_back(bench: Bench) -> None:
    bench.path.write_text('{"mcpServers": {"x": {}}}')
    bench.put_in()
    next((bench.vault / "backups").iterdir()).write_text("half of")
    assert bench.take_out().startswith("removed;")
    assert bench.path.read_text() == '{"mcpServers": {"x": {}}}'


def test_parents_of_our_making_go_when_they_are_empty_and_others_stay(bench: Bench) -> None:
    bench.path.write_text('{"a": 1}')
    bench.put_in()
    bench.path.write_text(bench.path.read_text().replace('"a": 1', '"a": 2'))
    bench.take_out()
    assert bench.path.read_text() == '{"a": 2}'
    bench.path.write_text('{"a": 1, "mcpServers": {}}')
    bench.put_in()
    bench.path.write_text(bench.path.read_text().replace('"a": 1', '"a": 2'))
    bench.take_out()
    assert bench.path.read_text() == '{"a": 2, "mcpServers": {}}'


def test_a_file_of_our_making_that_somebody_has_used_since_stays(bench: Bench) -> None:
    bench.put_in()
    data = json.loads(bench.path.read_text())
    bench.path.write_text(json.dumps({**data, "theme": "dark"}))
    bench.take_out()
    assert bench.path.read_text() == '{"theme": "dark"}'


def test_an_entry_of_ours_from_before_the_first_receipt_does_not_come_back(bench: Bench) -> None:
    bench.path.write_text('{"mcpServers": {"mnemon": {"command": "/old/mnemon", "args": ["serve"]}, "x": {}}}')
    bench.put_in()
    bench.take_out()
    assert bench.path.read_text() == '{"mcpServers": {"x": {}}}'


def test_a_second_edit_of_ours_keeps_the_bytes_from_before_the_first(bench: Bench) -> None:
    bench.path.write_text('{"a": 1}')
    bench.put_in()
    newer = RegisterClient(bench.client, Launch("/new/mnemon"), bench.path, None, bench.vault / "backups")
    newer.apply(bench.world)
    assert len(list((bench.vault / "backups").iterdir())) == 1
    assert bench.take_out() == "restored, byte for byte"
    assert bench.path.read_text() == '{"a": 1}'


def test_after_a_drift_that_setup_has_mended_what_others_wrote_meanwhile_stays(bench: Bench) -> None:
    bench.path.write_text('{"a": 1}')
    bench.put_in()
    bench.path.write_text('{"a": 1, "b": 2, "mcpServers": {"mnemon": {"command": "/x/mnemon", "args": ["serve"]}}}')
    bench.put_in()
    bench.take_out()
    assert bench.path.read_text() == '{"a": 1, "b": 2}'


def test_an_entry_that_starts_no_program_is_known_by_its_receipt(bench: Bench) -> None:
    """As one with an address in it would be, which nobody could tell from somebody else's."""
    bench.path.write_text('{"mcpServers": {"mnemon": {"type": "http", "url": "https://example.org/mcp"}}}')
    assert bench.remove.check(bench.world) == Done()
    bench.path.write_text('{"a": 1}')
    bench.put_in()
    receipt = bench.receipts.of(bench.path)
    assert receipt is not None
    entry = {"type": "http", "url": "https://example.org/mcp"}
    bench.receipts.keep(bench.path, replace(receipt, inserted=digest_of_value(entry)))
    bench.path.write_text(json.dumps({"a": 1, "mcpServers": {"mnemon": entry}}))
    bench.take_out()
    assert bench.path.read_text() == '{"a": 1}'


@pytest.mark.parametrize("content", ['{"mcpServers": {"mnemon": {"command": "npx"}}}', '{"x": "mnemon"}', "", "{"])
def test_what_is_not_ours_is_not_touched(bench: Bench, content: str) -> None:
    bench.path.write_text(content)
    assert look_at(bench.remove, bench.world) == Done()
    assert bench.path.read_text() == content


def test_a_file_that_cannot_be_read_and_may_hold_us_is_named_with_its_line(bench: Bench) -> None:
    bench.path.write_text('{\n  "mnemon": ')
    verdict = look_at(bench.remove, bench.world)
    assert isinstance(verdict, Blocked)
    assert "line 2, column 13" in verdict.reason


def test_a_half_written_copy_of_a_killed_process_goes(bench: Bench) -> None:
    bench.path.write_text("{}")
    draft, theirs = bench.path.with_name(".file.mnemon-0a1b2c3d"), bench.path.with_name(".file.mnemon-notes")
    draft.write_text("half")
    theirs.write_text("theirs")
    bench.take_out()
    assert (draft.exists(), theirs.exists()) == (False, True)
    assert bench.path.read_text() == "{}"


def test_a_rehearsal_shows_the_diff_and_writes_nothing(bench: Bench) -> None:
    bench.path.write_text('{\n  "a": 1\n}')
    bench.put_in()
    before = bench.path.read_bytes()
    dry = DryWorld(bench.world)
    verdict = bench.remove.check(dry)
    assert isinstance(verdict, Needed)
    assert '-      "command": "/opt/mnemon",' in verdict.diff
    bench.remove.apply(dry)
    assert bench.remove.check(dry) == Done()
    assert bench.path.read_bytes() == before
