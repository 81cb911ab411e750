"""Every client's file before and after, in every shape it comes in: see `snapshots/`, one page a client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_snapshot.plugin import Snapshot
from tests.installer.clients.shapes import editable, refused

from mnemon_installer.clients import CLIENTS, Client
from mnemon_installer.clients.client import Launch, starts_the_same
from mnemon_installer.clients.config_file import BadClientFile, read_config
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
@pytest.mark.parametrize("mark", ["comment", "comma"])
def test_no_client_gets_from_us_what_it_refuses(world: RealWorld, client: Client, mark: str) -> None:
    """Where its file is strict, it stays strict; and one with trailing commas gets none from us."""
    if client.format == "toml":
        pytest.skip("TOML has its own rules")
    path, holder = client.config_path(world), client.entry_path[0]
    for before in ("{}", "", '{"a": 1}', f'{{\n  "{holder}": {{\n    "x": {{}}\n  }}\n}}\n'):
        put(path, before.encode())
        register(world, client)
        assert read_config(world, client).refused_by(client) == (0, "")
    if mark == "comma" and client.refuses_trailing_commas:
        for before in (f'{{"{holder}": {{"x": {{}},}}}}', '{"a": 1,}', '{\n  "a": 1,\n}'):
            put(path, before.encode())
            assert register(world, client).count(b",}") <= before.count(",}")
            assert read_config(world, client).refused_by(client) == (0, "")  # ours took the place of the last
