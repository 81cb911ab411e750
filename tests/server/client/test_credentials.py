"""The token for the vault on the web: found, checked, and kept from others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.server.client.scripted import GOOD, answering, serving

from mnemon_server.client import connect
from mnemon_server.client.credentials import find_token
from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings

REMOTE = "https://memory.example.com"


def token_of(folder: Path, text: str, remote: str = REMOTE, **environment: str) -> str:
    settings = Settings(folder, remote=remote)
    folder.mkdir(exist_ok=True)
    settings.token_path.write_text(text, encoding="utf-8")
    return find_token(environment, settings)


def test_a_token_comes_from_the_environment_or_from_its_file(tmp_path: Path) -> None:
    assert token_of(tmp_path, "one\n") == "one"
    assert token_of(tmp_path, f"one\n{REMOTE}\n") == "one"
    assert token_of(tmp_path, "one\nHTTPS://Memory.example.com:443") == "one"
    assert token_of(tmp_path, "one\nhttps://other.example.com\n", MNEMON_LOCAL_TOKEN="two") == "two"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("one\nhttps://other.example.com\n", "for other.example.com"),
        ("one\nhttp://memory.example.com\n", "is for"),
        ("one\nhttps://memory.example.com:8443\n", "is for"),
        ("one\nnonsense\n", "is for"),
        ("one\nhttps://memory.example.com:99999999\n", "is for"),
        ("one\nhttps://[\n", "for another address"),
        ("one\nhttps://memory.example.com]\n", "for another address"),
        ("one\nhttps://memory.example.com@other.example.com\n", "for other.example.com"),
        ("one\nhttps://me:secret@other.example.com\n", "for other.example.com"),
        ("", "there is no token"),
        ("\nhttps://memory.example.com", "there is no token"),
        ("öne", "no token"),
        ("one two", "no token"),
        ("x" * 5_000, "no token"),
    ],
)
def test_a_token_for_elsewhere_or_none_is_never_sent(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(MnemonError, match=says) as caught:
        token_of(tmp_path, text)
    assert (caught.value.exit_status, caught.value.hint) == (4, f"mnemon setup --remote-url {REMOTE}")
    assert "secret" not in caught.value.message
    assert "one" not in caught.value.message.split("memory.example.com")[0].replace("no token", "")


def test_without_a_token_nobody_is_asked_and_no_vault_is_opened_here(settings: Settings) -> None:
    with serving(answering(200, GOOD)) as server:
        with pytest.raises(MnemonError, match="there is no token"):
            connect(replace(settings, remote=server.url), "cli")
        assert server.connections == 0
    assert not settings.folder.exists()
