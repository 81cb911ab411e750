"""What strangers may read."""

from __future__ import annotations

from pathlib import Path

import pytest

from mnemon_installer.ui.scrub import Person, scrub

ANNA = Person(Path("/home/anna"), "anna", "annas-laptop.local", {"MNEMON_VAULT_DIR": "/data/diary", "MNEMON_X": "1"})
WINDOWS = Person(Path("C:\\Users\\Anna Berg"), "Anna Berg", "DESK", {})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("registered in /home/anna/.claude.json", "registered in ~/.claude.json"),
        ("/home/anna/.config/zed/settings.json, line 3", "~/.config/zed/settings.json, line 3"),
        ("/home/anna/Library/Application Support", "~/Library/Application Support"),
        ("the project /home/anna/src/secret-client has", "the project ~/… has"),
        ("cd /home/anna/src/secret-client && claude mcp", "cd ~/… && claude mcp"),
        ("model in /mnt/anna/models/config.json", "model in /…/config.json"),
        ("in /home/anna", "in ~"),
        ("/home/annabel/x/y", "/…"),
        ("`/usr/local/bin/mnemon serve`", "`/usr/local/bin/mnemon serve`"),
        ("/tmp/work/venv/bin/mnemon does not exist", "/…/mnemon does not exist"),
        ("12 memories in /data/diary/default.sqlite", "12 memories in $MNEMON_VAULT_DIR/default.sqlite"),
        ("save/search/get", "save/search/get"),
        ("see https://example.org/a/b", "see https://example.org/a/b"),
        ("made by anna on annas-laptop.local, or annas-laptop", "made by USER on HOST, or HOST"),
        ("a bananna", "a bananna"),
        ("--token=hush1234 and Bearer abc.def", "--token=*** and Bearer ***"),
        ("http://anna:pass@proxy:80", "http://***@proxy:80"),
    ],
)
def test_homes_names_and_secrets_go_and_what_helps_stays(text: str, shown: str) -> None:
    assert scrub(text, ANNA) == shown


def test_windows_paths(home: Path) -> None:
    text = "C:\\Users\\Anna Berg\\AppData\\Roaming\\Claude and D:\\private\\vault"
    assert scrub(text, WINDOWS) == "~\\AppData\\Roaming\\Claude and /…"
