"""Registering in `~/.claude.json`, in every shape it comes in, by our own edit and through `claude`."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from tests.installer.machine import Machine

from mnemon_installer.clients.claude_code import ClaudeCode
from mnemon_installer.clients.client import Launch
from mnemon_installer.clients.config_file import BadClientFile
from mnemon_installer.plan.plan import look_at
from mnemon_installer.plan.step import Blocked, Done, Needed, StepFailed
from mnemon_installer.steps.register_client import RegisterClient
from mnemon_installer.world.dry import DryWorld
from mnemon_installer.world.real import RealWorld

OURS = '{"type": "stdio", "command": "/opt/mnemon", "args": ["serve"], "env": {}}'
PRETTY = """{
    "mnemon": {
      "type": "stdio",
      "command": "/opt/mnemon",
      "args": [
        "serve"
      ],
      "env": {}
    }
  }"""


@pytest.fixture
def step(home: Path) -> RegisterClient:
    return RegisterClient(
        ClaudeCode(), Launch("/opt/mnemon"), home / ".claude.json", None, home / ".mnemon" / "backups"
    )


def apply(step: RegisterClient, world: RealWorld) -> None:
    """Check, apply, check again, and once more from the start: nothing left to do."""
    assert isinstance(step.check(world), Needed)
    step.apply(world)
    assert step.check(world) == Done()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"{}", f'{{\n  "mcpServers": {PRETTY}\n}}'.replace("serve", "serve")),
        (b"", f'{{\n  "mcpServers": {PRETTY}\n}}\n'),
        (b'{"a":1}', f'{{"a":1,"mcpServers":{{"mnemon":{OURS.replace(": ", ":").replace(", ", ",")}}}}}'),
        (
            b'{"a": 1, "mcpServers": {"x": {"command": "y"}}}',
            f'{{"a": 1, "mcpServers": {{"x": {{"command": "y"}}, "mnemon": {OURS}}}}}',
        ),
        (
            '{\n  "näme": "日本", // c\n  "b": [1,],\n}'.encode(),
            f'{{\n  "näme": "日本", // c\n  "b": [1,],\n  "mcpServers": {PRETTY}\n}}',
        ),
        (b'{\r\n  "a": 1\r\n}\r\n', f'{{\n  "a": 1,\n  "mcpServers": {PRETTY}\n}}\n'.replace("\n", "\r\n")),
        (b'\xef\xbb\xbf{\n\t"a": 1\n}', f'\ufeff{{\n  "a": 1,\n  "mcpServers": {PRETTY}\n}}'.replace("  ", "\t")),
    ],
)
def test_the_entry_is_added_and_the_rest_stays(
    step: RegisterClient, world: RealWorld, before: bytes, after: str
) -> None:
    step.path.write_bytes(before)
    apply(step, world)
    assert step.path.read_bytes().decode() == after


def test_a_missing_file_is_made_private(step: RegisterClient, world: RealWorld) -> None:
    apply(step, world)
    assert json.loads(step.path.read_text()) == {"mcpServers": {"mnemon": json.loads(OURS)}}
    assert stat.S_IMODE(step.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"mcpServers": null}', "line 1, column 16: mcpServers is null, not an object"),
        (b'{"mcpServers": []}', "mcpServers is a list"),
        (b'{"mcpServers": "x"}', "mcpServers is a text"),
        (b"[]", "line 1, column 1: an object is due here"),
        (b'{\n  "a": {\n    "b": 1', "line 3, column 11: the text ends here"),
        (b'{\n  "a": 1,\n  "a": 2\n}', "line 3, column 3: the name 'a' stands twice"),
        (b'{\n  "a": "\xff"\n}', "is not UTF-8 text (line 2)"),
    ],
)
def test_a_file_that_cannot_be_edited_stays_byte_for_byte(
    step: RegisterClient, world: RealWorld, content: bytes, reason: str
) -> None:
    step.path.write_bytes(content)
    verdict = look_at(step, world)
    assert isinstance(verdict, Blocked)
    assert reason in verdict.reason
    assert verdict.hint.startswith("${EDITOR:-nano} +")
    with pytest.raises(BadClientFile):
        step.apply(world)
    assert step.path.read_bytes() == content


@pytest.mark.parametrize("entry", ['{"command": "npx", "args": ["mnemon"], "env": {"KEY": "hush"}}', "null", '"x"'])
def test_a_foreign_entry_is_shown_and_left_until_told_otherwise(
    step: RegisterClient, world: RealWorld, entry: str
) -> None:
    step.path.write_text(f'{{"mcpServers": {{"mnemon": {entry}}}}}')
    verdict = step.check(world)
    assert isinstance(verdict, Blocked)
    assert "another server called mnemon" in verdict.reason
    assert "hush" not in verdict.reason
    assert verdict.hint == "mnemon setup claude-code --replace-foreign"
    apply(replace(step, replace_foreign=True), world)
    assert step.path.read_text() == f'{{"mcpServers": {{"mnemon": {OURS}}}}}'


def test_a_drifted_entry_of_ours_is_updated_in_place(step: RegisterClient, world: RealWorld) -> None:
    step.path.write_text('{"mcpServers": {"mnemon": {"command": "/old/mnemon", "args": ["serve"]}, "x": {}}}')
    apply(step, world)
    ours = '{"command": "/opt/mnemon", "args": ["serve"], "type": "stdio", "env": {}}'
    assert step.path.read_text() == f'{{"mcpServers": {{"mnemon": {ours}, "x": {{}}}}}}'


def test_the_file_is_backed_up_before_each_change_and_three_copies_stay(step: RegisterClient, world: RealWorld) -> None:
    for number in range(5):
        step.path.write_text(f'{{"n": {number}}}')
        step.apply(world)
    copies = sorted(step.backups.iterdir())
    assert [copy.read_text() for copy in copies] == ['{"n": 2}', '{"n": 3}', '{"n": 4}']
    assert {stat.S_IMODE(copy.stat().st_mode) for copy in copies} == {0o600}


def test_undoing_takes_out_ours_and_only_ours(step: RegisterClient, world: RealWorld) -> None:
    before = '{\n  "mcpServers": {\n    "x": {}\n  }\n}'
    step.path.write_text(before)
    step.apply(world)
    step.undo(world)
    assert step.path.read_text() == before
    foreign = '{"mcpServers": {"mnemon": {"command": "npx"}}}'
    step.path.write_text(foreign)
    step.undo(world)
    assert step.path.read_text() == foreign


def test_a_rehearsal_shows_the_diff_and_writes_nothing(step: RegisterClient, world: RealWorld, home: Path) -> None:
    step.path.write_text('{\n  "a": 1\n}')
    dry = DryWorld(world)
    verdict = step.check(dry)
    assert isinstance(verdict, Needed)
    assert '+      "command": "/opt/mnemon",' in verdict.diff
    step.apply(dry)
    assert step.check(dry) == Done()
    assert step.path.read_text() == '{\n  "a": 1\n}'
    assert [each.name for each in home.iterdir()] == [".claude.json"]


@pytest.fixture
def through_claude(home: Path, step: RegisterClient) -> RegisterClient:
    machine = Machine(home, Path("unused"))
    machine.install_fake_claude()
    return replace(step, program=home / "bin" / "claude")


def test_claude_itself_registers_where_it_is_there(through_claude: RegisterClient, world: RealWorld) -> None:
    launch = Launch("/opt/mnemon", environment={"MNEMON_VAULT_DIR": "/a folder"})
    apply(replace(through_claude, launch=launch), world)
    written = json.loads(through_claude.path.read_text())
    assert written["firstStartTime"]  # only claude writes that
    assert written["mcpServers"]["mnemon"]["env"] == {"MNEMON_VAULT_DIR": "/a folder"}
    apply(through_claude, world)  # an update: remove, then add
    assert json.loads(through_claude.path.read_text())["mcpServers"]["mnemon"] == json.loads(OURS)


@pytest.mark.parametrize("before", ['{\n  // mine\n  "a": 1\n}', ""])
def test_a_file_that_claude_refuses_is_edited_by_us(
    through_claude: RegisterClient, world: RealWorld, before: str
) -> None:
    through_claude.path.write_text(before)
    apply(through_claude, world)
    assert through_claude.path.read_text().startswith(before[:-2])


def test_the_former_entry_comes_back_when_claude_refuses_the_new_one(
    through_claude: RegisterClient, world: RealWorld
) -> None:
    former = {"command": "npx", "args": ["-y", "mnemon"], "env": {"KEY": "secret"}}
    through_claude.path.write_text(json.dumps({"mcpServers": {"mnemon": former, "x": {}}}))
    refusing = RealWorld({**world.environment, "FAKE_CLAUDE": "refuse-add"}, world.home, world.platform)
    with pytest.raises(StepFailed, match="full of bees"):
        replace(through_claude, replace_foreign=True).apply(refusing)
    assert json.loads(through_claude.path.read_text()) == {"mcpServers": {"x": {}, "mnemon": former}}
