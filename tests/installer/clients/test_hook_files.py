"""Each client's file with hooks before and after, in every shape it comes in: see `snapshots/hooks-*.md`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_snapshot.plugin import Snapshot

from mnemon_installer.clients import CLIENTS, Client
from mnemon_installer.clients.client import Launch
from mnemon_installer.clients.config_file import BadClientFile
from mnemon_installer.clients.hook_handlers import wanted_hooks
from mnemon_installer.clients.hooks_file import absent_for, own_hooks, parse_hooks, with_own_hooks, without_own_hooks
from mnemon_installer.edits.jsonc_tree import parse_tree
from mnemon_installer.world.real import RealWorld

FIXTURES = Path(__file__).parents[2] / "fixtures" / "clients"
OURS = Launch("/opt/mnemon/bin/mnemon")
HOOKED = [client for client in CLIENTS if client.hooks]

USERS = """\
{
  "hooks": {
    "STOP": [
      {
        "hooks": [
          MINE
        ]
      }
    ]
  }
}
"""

each_client = pytest.mark.parametrize("client", HOOKED, ids=lambda client: client.name)


def shapes(client: Client) -> Iterator[tuple[str, bytes | None]]:
    """Each shape that takes our hooks, by its name; None is no file at all."""
    assert client.hooks is not None
    prompt, stop = client.hooks.events["prompt"], client.hooks.events["stop"]
    mine = '{"type": "command", "command": "/home/me/mine.sh"}'
    older = '{"type": "command", "command": "/old/place/mnemon hook surface", "timeout": 5}'
    users = USERS.replace("STOP", stop).replace("MINE", mine)
    texts = {
        "an empty file": "",
        "an empty object": "{}",
        "other settings": '{\n  "theme": "dark"\n}\n',
        "hooks of the user's": users,
        "a byte order mark, tabs and Windows line ends": "\ufeff" + users.replace("  ", "\t").replace("\n", "\r\n"),
        "comments and trailing commas": users.replace("]\n  }\n", "], // keep\n  },\n"),
        "one line": f'{{"hooks":{{"{stop}":[{{"hooks":[{mine}]}}]}}}}',
        "an older one of ours beside the user's, and another where it does not belong": (
            f'{{\n  "hooks": {{\n    "{prompt}": [\n      {{"matcher": "*", "hooks": [{mine}, {older}]}}\n    ],\n'
            f'    "{stop}": [{{"hooks": [{older}]}}]\n  }}\n}}\n'
        ),
    }
    yield "no file", None
    yield from ((name, text.encode()) for name, text in texts.items())
    for path in sorted((FIXTURES / client.name).glob("*settings.json")):
        yield f"a real file ({path.name})", path.read_bytes()


REFUSED = (
    ("null where an object belongs", b'{\n  "hooks": null\n}', 2),
    ("a list where an object belongs", b'{\n  "hooks": []\n}', 2),
    ("an object where a list belongs", b'{\n  "hooks": {\n    "PROMPT": {}\n  }\n}', 3),
    ("truncated", b'{\n  "hooks": {\n    "PROMPT": [', 3),
)


@each_client
def test_hooks_in_every_shape(world: RealWorld, client: Client, snapshot: Snapshot) -> None:
    assert client.hooks is not None
    path, wanted = client.hooks_files(world)[0], wanted_hooks(client.name, client.hooks, OURS, "linux")
    page = [f"# {client.title}: its file with hooks before and after\n"]
    for shape, before in shapes(client):
        after = with_own_hooks(parse_hooks(world, path, before, wanted), wanted).text
        page.append(f"## {shape}\n\n{_block(before)}\n\nbecomes\n\n{_block(after.encode())}\n")
        again = parse_hooks(world, path, after.encode(), wanted)
        assert with_own_hooks(again, wanted).text == after, f"{shape}: a second time changes nothing"
        assert len(own_hooks(again)) == len(wanted), shape
    for shape, text, line in REFUSED:
        before = text.replace(b"PROMPT", client.hooks.events["prompt"].encode())
        with pytest.raises(BadClientFile, match=f"line {line}") as refusal:
            parse_hooks(world, path, before, wanted)
        said = refusal.value.message.replace(str(world.home), "~")
        page.append(f"## {shape}\n\n{_block(before)}\n\nis left as it is: {said}\n")
    snapshot.snapshot_dir = Path(__file__).parent / "snapshots"
    snapshot.assert_match("\n".join(page).encode(), f"hooks-{client.name}.md")


@each_client
def test_taking_ours_out_gives_the_former_bytes(world: RealWorld, client: Client) -> None:
    assert client.hooks is not None
    path, wanted = client.hooks_files(world)[0], wanted_hooks(client.name, client.hooks, OURS, "linux")
    for shape, before in shapes(client):
        if not before or "ours" in shape or parse_tree(before.decode()).trailing_comma >= 0:
            continue  # there was no text, or ours were in it, or the last comma went where it is right
        former = parse_hooks(world, path, before, wanted)
        after = parse_hooks(world, path, with_own_hooks(former, wanted).text.encode())
        assert without_own_hooks(after, absent_for(former, wanted)).text.encode() == before, shape


@each_client
def test_a_file_that_was_strict_stays_strict(world: RealWorld, client: Client) -> None:
    assert client.hooks is not None
    path, wanted = client.hooks_files(world)[0], wanted_hooks(client.name, client.hooks, OURS, "linux")
    for before in (b"", b"{}", b'{"hooks": {"Stop": [{"hooks": []}]}}', b'{"a": 1,}', b'{\n  "a": [1, 2],\n}\n'):
        json.loads(with_own_hooks(parse_hooks(world, path, before, wanted), wanted).text)


def _block(content: bytes | None) -> str:
    """A file for the reader, who sees in it what usually is not seen."""
    if content is None:
        return "(no file)"
    if not content:
        return "(no bytes)"
    text = content.decode().replace("\ufeff", "[BOM]").replace("\r", "␍").replace("\t", "→ ")
    return f"```jsonc\n{text}{'' if text.endswith(chr(10)) else ' [no newline at the end]' + chr(10)}```"
