"""`mnemon token` and `mnemon connections` as typed, on this machine's own oauth.sqlite."""

from __future__ import annotations

import io
import json
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mnemon_installer.cli.main import run
from mnemon_server.auth.attempts import note_attempt
from mnemon_server.auth.passphrase import is_right
from mnemon_server.auth.store import AuthStore


@dataclass
class Said:
    status: int
    out: str
    err: str

    @property
    def result(self) -> Any:
        return json.loads(self.out)["result"]


Type = Callable[..., Said]


@pytest.fixture
def mnemon(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Type:
    """Carry out one command line in this process."""

    def typed(*words: str, stdin: bytes = b"", is_terminal: bool = False) -> Said:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal, raising=False)
        status = run(list(words))
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return typed


def test_a_new_token_is_shown_once_on_a_terminal(mnemon: Type, home: Path) -> None:
    said = mnemon("token", "new", "laptop", is_terminal=True)
    assert said.status == 0, said.err
    assert "    mnemon_d_" in said.out
    assert not (home / ".mnemon" / "tokens").exists()
    listed = mnemon("token", "list")
    assert listed.out.startswith("laptop  made ")
    assert "mnemon_d_" not in listed.out


def test_elsewhere_it_goes_into_a_file_and_never_into_json(mnemon: Type, home: Path) -> None:
    said = mnemon("token", "new", "my laptop", "--json", is_terminal=True)
    path = Path(said.result["path"])
    assert path == home / ".mnemon" / "tokens" / "my-laptop"
    assert "mnemon_d_" not in said.out + said.err
    assert path.read_text().startswith("mnemon_d_")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 or sys.platform == "win32"
    assert "~/.mnemon/tokens/phone" in mnemon("token", "new", "phone").out

    assert mnemon("token", "revoke", "my laptop").status == 0
    assert not path.exists()
    assert [each["name"] for each in mnemon("token", "list", "--json").result["devices"]] == ["phone"]
    assert mnemon("token", "revoke", "my laptop").status == 1


def test_a_pairing_code_says_how_long_it_is_good(mnemon: Type) -> None:
    said = mnemon("token", "new", "tablet", "--code", is_terminal=True)
    assert "the pairing code for tablet, shown this once:" in said.out
    assert "good once, for 10 minutes" in said.out


def test_nobody_is_connected_and_the_log_says_who_tried(mnemon: Type, home: Path) -> None:
    assert mnemon("connections").out == "nobody was let in by the owner's passphrase\n"
    assert "nothing yet" in mnemon("connections", "--log").out
    store = AuthStore(home / ".mnemon" / "oauth.sqlite")
    note_attempt(store, 1_780_000_000.0, "register", "refused", "Claude")
    store.close()
    assert mnemon("connections", "--log").out == "2026-05-28 20:26Z  register      refused  (Claude)\n"
    assert mnemon("connections", "revoke", "all", "--json").result == {"revoked": 0}
    assert mnemon("connections", "revoke", "abcd").status == 1


def test_the_hash_of_a_passphrase_is_made_from_standard_input(mnemon: Type) -> None:
    said = mnemon("token", "passphrase", stdin="grüße, Pferd\n".encode())
    assert is_right("grüße, Pferd", said.out.strip())
    assert mnemon("token", "passphrase", stdin=b"").status == 1


@pytest.mark.parametrize(
    "line",
    [
        "doctor connector",
        "doctor connector --url http://mem.example.com",
        "doctor --url https://mem.example.com",
        "setup --remote-url http://mem.example.com",
        "setup --remote-url https://mem.example.com --local",
        "setup --direct",
        "setup --send-memories",
    ],
)
def test_an_address_that_is_not_safe_or_flags_that_make_no_sense_are_wrong_usage(
    mnemon: Type, home: Path, line: str
) -> None:
    said = mnemon(*line.split())
    assert said.status == 2
    assert "hint:" in said.err
    assert not (home / ".mnemon").exists()
