"""What an edit shows of a file that is full of other people's secrets."""

from __future__ import annotations

import json

from mnemon_installer.edits.diff import json_diff, text_diff
from mnemon_installer.edits.jsonc import Document

ENTRY = ("mcpServers", "mnemon")
SECRETS = {
    "url": "https://user:pa55word@host/mcp?api_key=abcdef",
    "headers": {"Authorization": "Bearer top-secret", "X-Any": "hidden-too"},
    "env": {"GITHUB_TOKEN": "ghp_0123456789abcdef0123", "PORT": 8080},
    "args": ["--api-key", "plain-secret", "--token=other-secret", "-y"],
    "apiKey": "third-secret",
}


def test_secrets_near_the_edit_are_hidden() -> None:
    before = json.dumps({"mcpServers": {"other": SECRETS}})
    for indent in (None, 1):
        text = json.dumps(json.loads(before), indent=indent)
        shown = json_diff(text, Document(text).set(ENTRY, {"command": "/opt/mnemon"}).text, "x")
        for secret in ("pa55word", "abcdef", "top-secret", "hidden-too", "ghp_", "8080", "plain-", "other-s", "third-"):
            assert secret not in shown
        assert "/opt/mnemon" in shown


def test_our_own_folder_is_shown() -> None:
    entry = {"command": "/m", "env": {"MNEMON_VAULT_DIR": "/data/vault", "OTHER": "hidden"}}
    shown = json_diff("{}", Document("{}").set(ENTRY, entry).text, "x")
    assert '"MNEMON_VAULT_DIR": "/data/vault"' in shown
    assert "hidden" not in shown


def test_a_diff_reads_like_one() -> None:
    lines = [f'  "key{n}": {n},' for n in range(40)]
    before = "{\n" + "\n".join(lines) + '\n  "last": 0\n}\n'
    after = before.replace('"key20": 20', '"key20": 21')
    assert json_diff(before, after, "file").splitlines() == [
        "--- file",
        "+++ file",
        "@@ from line 19 @@",
        *(f" {line}" for line in lines[17:20]),
        f"-{lines[20]}",
        '+  "key20": 21,',
        *(f" {line}" for line in lines[21:24]),
    ]


def test_a_file_on_one_line_does_not_fill_the_screen() -> None:
    text = json.dumps({f"k{n}": "v" * 30 for n in range(5000)})
    shown = json_diff(text, Document(text).set(ENTRY, {"command": "/opt/mnemon"}).text, "x")
    assert len(shown) < 1500
    assert "/opt/mnemon" in shown


def test_no_change_shows_nothing() -> None:
    assert json_diff('{"a": 1}', '{"a": 1}', "x") == ""
    assert text_diff("", "", "x") == ""
