"""Secrets in TOML do not reach the screen."""

from __future__ import annotations

from mnemon_installer.edits.diff import json_diff, toml_diff
from mnemon_installer.edits.mask_toml import mask_toml

BEFORE = """\
model = "gpt-5"  # mine

[mcp_servers.db]
command = "db"
args = ["--port", "1", "--password", "hunter2"]
env = { KEY = "hunter2", MNEMON_VAULT_DIR = "/shown" }

[mcp_servers.web]
url = "https://example.com/mcp?token=hunter2"
http_headers = { X-Mine = "hunter2" }

[mcp_servers.web.env]
LONG = '''
hunter2
'''
PORT = 1 # hushed
DEBUG = true
"""
MASKED = """\
model = "gpt-5"  # mine

[mcp_servers.db]
command = "db"
args = ["--port", "1", "--password", "***"]
env = { KEY = "***", MNEMON_VAULT_DIR = "/shown" }

[mcp_servers.web]
url = "https://example.com/mcp?token=***"
http_headers = { X-Mine = "***" }

[mcp_servers.web.env]
LONG = "***"
PORT = "***" # hushed
DEBUG = true
"""


def test_what_secrets_stand_under_is_hidden_and_the_rest_shown() -> None:
    assert mask_toml(BEFORE) == MASKED
    assert mask_toml("\ufeff" + BEFORE.replace("\n", "\r\n")) == MASKED


def test_a_text_that_is_no_toml_shows_no_text_at_all() -> None:
    assert mask_toml("[a\nKEY = \"hunter2\"\nB = 'hunter2'\n") == '[a\nKEY = "***"\nB = "***"\n'


def test_the_diff_of_a_table_beside_secrets_shows_none() -> None:
    after = BEFORE + '\n[mcp_servers.mnemon]\ncommand = "/opt/mnemon"\n'
    shown = toml_diff(BEFORE, after, "config.toml")
    assert "hunter2" not in shown
    assert '+command = "/opt/mnemon"' in shown


def test_the_variables_of_an_opencode_server_are_hidden_too() -> None:
    before = '{\n  "mcp": {\n    "x": {"environment": {"PLAIN": "hunter2"}}\n  }\n}\n'
    assert "hunter2" not in json_diff(before, before.replace('"x"', '"y"'), "opencode.json")
