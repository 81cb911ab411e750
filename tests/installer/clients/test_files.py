"""Every client's file before and after, in every shape it comes in: see `snapshots/`, one page a client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_snapshot.plugin import Snapshot
from tests.installer.clients.shapes import editable, refused

from mnemon_installer.clients import CLIENTS, Client
from mnemon_installer.clients.client import Launch, starts_the_same
from mnemon_installer.clients.config_file import BadClientFile, read_config
from mnemon_installer.edits.jsonc import Document
from mnemon_installer.world.real import RealWorld

OURS = Launch("/opt/mnemon/bin/mnemon")

each_client = pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)


def register(world: RealWorld, client: Client) -> bytes:
    """Put our entry into the client's file, and give the bytes that it has then."""
    file = read_config(world, client)
    world.write(file.path, file.with_launch(client, OURS).text.encode(), file.content)
    return file.path.read_bytes()


def put(path: Path, content: bytes | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)


@each_client
def test_registering_in_every_shape(world: RealWorld, client: Client, snapshot: Snapshot) -> None:
    path = client.config_path(world)
    page = [f"# {client.title}: its file before and after\n"]
    for shape, before in editable(client):
        put(path, before)
        after = register(world, client)
        page.append(f"## {shape}\n\n{_block(before, client)}\n\nbecomes\n\n{_block(after, client)}\n")
        assert register(world, client) == after, f"{shape}: a second time changes nothing"
        entry = read_config(world, client).document.get(client.entry_path)
        assert starts_the_same(client.launch_of(entry), OURS), shape
    page.extend(_refusals(world, client))
    snapshot.snapshot_dir = Path(__file__).parent / "snapshots"
    snapshot.assert_match("\n".join(page).encode(), f"{client.name}.md")


def _refusals(world: RealWorld, client: Client) -> Iterator[str]:
    path = client.config_path(world)
    for shape, before, line in refused(client):
        put(path, before)
        with pytest.raises(BadClientFile) as refusal:
            register(world, client)
        assert path.read_bytes() == before, f"{shape}: it stays byte for byte"
        assert f"line {line}" in refusal.value.message, shape
        assert f"+{line} " in refusal.value.hint, shape
        said = refusal.value.message.replace(str(world.home), "~")
        yield f"## {shape}\n\n{_block(before, client)}\n\nis left as it is: {said}\n"


def _block(content: bytes | None, client: Client) -> str:
    """A file for the reader, who sees in it what usually is not seen."""
    if content is None:
        return "(no file)"
    if not content:
        return "(no bytes)"
    text = content.decode(errors="backslashreplace")
    text = text.replace("\ufeff", "[BOM]").replace("\r", "␍").replace("\t", "→ ")
    end = "" if text.endswith("\n") else " [no newline at the end]\n"
    return f"```{client.format}\n{text}{end}```"


@each_client
def test_taking_our_entry_out_gives_the_former_bytes(world: RealWorld, client: Client) -> None:
    path = client.config_path(world)
    for shape, before in editable(client):
        if not before or b"mnemon" in before:
            continue  # there was no text, or an entry of ours in it: what a receipt is for
        if shape == "trailing commas" and client.refuses_trailing_commas:
            continue  # its last comma went where it is right
        put(path, before)
        former = read_config(world, client).document
        register(world, client)
        document = read_config(world, client).document
        if isinstance(former, Document) and isinstance(document, Document):
            taken_out = document.remove(client.entry_path, prune=former.absent_above(client.entry_path)).text
        else:
            taken_out = document.remove(client.entry_path).text
            taken_out, before = taken_out.rstrip("\r\n"), before.rstrip(b"\r\n")  # an empty line may stay at the end
        assert taken_out.encode() == before, shape


JSON_CLIENTS = [client for client in CLIENTS if client.format == "jsonc"]
NO_TRAILING_COMMAS = [client for client in JSON_CLIENTS if client.refuses_trailing_commas]


@pytest.mark.parametrize("client", JSON_CLIENTS, ids=lambda client: client.name)
def test_a_strict_file_stays_strict(world: RealWorld, client: Client) -> None:
    path, holder = client.config_path(world), client.entry_path[0]
    for before in ("{}", "", '{"a": 1}', f'{{\n  "{holder}": {{\n    "x": {{}}\n  }}\n}}\n'):
        put(path, before.encode())
        json.loads(register(world, client))


@pytest.mark.parametrize("client", NO_TRAILING_COMMAS, ids=lambda client: client.name)
def test_a_client_that_refuses_trailing_commas_gets_none_from_us(world: RealWorld, client: Client) -> None:
    """The file's own last comma comes to stand before our entry, where it is right."""
    path, holder = client.config_path(world), client.entry_path[0]
    for before in (f'{{"{holder}": {{"x": {{}},}}}}', '{"a": 1,}', '{\n  "a": 1,\n}'):
        put(path, before.encode())
        json.loads(register(world, client))


def test_what_a_client_refuses_in_its_own_file_is_named(world: RealWorld) -> None:
    text = '{\n  // mine\n  "a": [\n    1,\n  ]\n}\n'
    told = {}
    for client in CLIENTS:
        put(client.config_path(world), text.encode() if client.format == "jsonc" else b"a = [1, ]  # mine\n")
        told[client.name] = read_config(world, client).refused_by(client)
    strict = (2, "a comment")
    assert {name for name, said in told.items() if said == strict} == {
        *("claude-code", "claude-desktop", "cursor", "windsurf", "cline")
    }
    assert told["gemini"] == (4, "a trailing comma")
    assert {name for name, said in told.items() if said == (0, "")} == {
        *("codex", "vscode", "zed", "opencode", "copilot")
    }
