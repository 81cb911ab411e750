"""Where the vault is: a machine that has one on the web never ends up with an empty one of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.server.client.joined import Type

from mnemon_server.errors import MnemonError
from mnemon_server.settings import load_settings


def put(home: Path, content: bytes) -> Path:
    folder = home / ".mnemon"
    folder.mkdir(exist_ok=True)
    (folder / "remote_url").write_bytes(content)
    return folder / "remote_url"


def test_an_address_comes_from_the_environment_or_from_its_file(home: Path) -> None:
    assert load_settings({}, home).remote == ""
    put(home, b"https://memory.example.com/\r\n")
    assert load_settings({}, home).remote == "https://memory.example.com"
    assert load_settings({"MNEMON_REMOTE_URL": "http://localhost:1"}, home).remote == "http://localhost:1"
    assert load_settings({"MNEMON_REMOTE_URL": " "}, home).remote == "https://memory.example.com"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\0" * 20, "is not https"),
        (b"http://memory.example.com", "is not https"),
        (b"http://127.0.0.1.example.com", "is not https"),
        (b"https://me:secret@memory.example.com", "is not https"),
        (b"https://a.example.com\nhttps://b.example.com\n", "is not https"),
        (b"https://memory.example.com:65536", "no port"),
        (b"https://memory.example.com:" + b"9" * 5_000, "no port"),
        (b"\xff\xfeh", "cannot be read"),
    ],
)
def test_a_file_that_names_no_address_is_trouble_and_no_vault_is_made_here(
    home: Path, mnemon: Type, content: bytes, says: str
) -> None:
    path = put(home, content)
    with pytest.raises(MnemonError, match=says) as caught:
        load_settings({}, home)
    assert str(path) in caught.value.message
    assert "secret" not in str(caught.value)
    assert "mnemon setup --remote-url" in caught.value.hint
    status, out, _ = mnemon("save", "A title", "A text.", "--json")
    assert (status, json.loads(out)["problems"][0]["code"]) == (1, "bad-config")
    assert mnemon("hook", "surface", stdin=b'{"prompt": "what did we decide about the shop?"}')[:2] == (0, "")
    assert not list(home.rglob("default.sqlite*"))


def test_a_file_that_cannot_be_read_is_no_missing_file(home: Path, mnemon: Type) -> None:
    path = put(home, b"")
    path.unlink()
    path.mkdir()
    assert "cannot be read" in mnemon("status")[2]
    path.rmdir()
    path.symlink_to(home / "a disk that is not there" / "remote_url")
    assert "leads nowhere" in mnemon("status")[2]
    assert not list(home.rglob("default.sqlite*"))
