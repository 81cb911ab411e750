"""The shapes in which a client's file comes, written for each client in its own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import tomlkit

from mnemon_installer.clients import Client
from mnemon_installer.clients.client import Launch

FIXTURES = Path(__file__).parents[2] / "fixtures" / "clients"
OTHER = Launch("/bin/cat", ("-u",), {"KEY": "of another server"})
OLDER = Launch("/old/place/mnemon", ("serve", "--stdio"), {"MNEMON_VAULT_DIR": "/old"})

# Samples of files that the real clients have read or written.
REAL = {
    "claude-code": ("01-before.claude.json", "03-after-add-http.claude.json"),
    "gemini": ("01-before.settings.json", "03-before-nocomma.settings.json"),
    "codex": ("01-before.config.toml",),
    "opencode": ("01-before.jsonc",),
    "copilot": ("01-after.mcp-config.json",),
}


def editable(client: Client) -> Iterator[tuple[str, bytes | None]]:
    """Each shape that takes our entry, by its name; None is no file at all."""
    yield "no file", None
    yield "an empty file", b""
    shapes = _toml_shapes(client) if client.format == "toml" else _json_shapes(client)
    yield from ((name, text.encode()) for name, text in shapes)
    for name in REAL.get(client.name, ()):
        yield f"a real file ({name})", (FIXTURES / client.name / name).read_bytes()


def refused(client: Client) -> Iterator[tuple[str, bytes, int]]:
    """Each shape that is left alone, with the number of the line to be named."""
    holder = client.entry_path[0]
    yield "not UTF-8", b"\n# caf\xe9\n" if client.format == "toml" else b'{\n  "a": "caf\xe9"\n}', 2
    if client.format == "toml":
        yield "a list where a table belongs", f'model = "x"\n{holder} = []\n'.encode(), 2
        yield "a text where a table belongs", f'model = "x"\n{holder} = "none"\n'.encode(), 2
        yield "truncated", f'[{holder}.other]\ncommand = "/bin/c'.encode(), 2
        yield "the same key twice", b'model = "x"\nmodel = "y"\n', 2
        return
    yield "null where an object belongs", f'{{\n  "{holder}": null\n}}'.encode(), 2
    yield "a list where an object belongs", f'{{\n  "{holder}": []\n}}'.encode(), 2
    yield "a list outside", b"[\n  {}\n]", 1
    yield "truncated", f'{{\n  "{holder}": {{\n    "other": {{"command": "/bin/c'.encode(), 3
    yield "the same name twice", f'{{\n  "{holder}": {{}},\n  "{holder}": {{}}\n}}'.encode(), 3
    yield "single quotes", f"{{\n  '{holder}': {{}}\n}}".encode(), 2


def _json_shapes(client: Client) -> Iterator[tuple[str, str]]:
    holder = client.entry_path[0]
    other = json.dumps(client.entry(OTHER))
    plain = f'{{\n  "{holder}": {{\n    "other": {other}\n  }}\n}}\n'
    yield "an empty object", "{}"
    yield "an empty list of servers", f'{{\n  "{holder}": {{}}\n}}\n'
    yield "other settings", '{\n  "theme": "dark"\n}\n'
    yield "another server", plain
    yield "comments", f'{{\n  // mine\n  "{holder}": {{\n    "other": {other} // keep\n    /* the end */\n  }}\n}}\n'
    yield "trailing commas", f'{{\n  "{holder}": {{\n    "other": {other},\n  }},\n}}\n'
    yield "a byte order mark and Windows line ends", "\ufeff" + plain.replace("\n", "\r\n")
    yield "tabs", plain.replace("  ", "\t")
    yield "no newline at the end", plain.rstrip("\n")
    yield "one line", json.dumps({holder: {"other": client.entry(OTHER)}}, separators=(",", ":"))
    yield (
        "letters beyond ASCII",
        f'{{\n    "näme": "日本 \\u00e9",\n    "{holder}": {{\n        "ünser": {other}\n    }}\n}}\n',
    )
    ours = json.dumps(client.entry(OLDER) | {"timeout": 5000}, indent=2).replace("\n", "\n    ")
    yield (
        "an older entry of ours, with something of the user's in it",
        f'{{\n  "{holder}": {{\n    "mnemon": {ours}, // mine\n    "other": {other}\n  }}\n}}\n',
    )


def _toml_shapes(client: Client) -> Iterator[tuple[str, str]]:
    holder = client.entry_path[0]
    other = f'[{holder}.other]\ncommand = "/bin/cat"\nargs = ["-u"]\n'
    yield "other settings", 'model = "x"\n'
    yield "another server", other
    yield "comments", f"# mine\n{other}# the end of the servers\n\n[tui]  # keep\nnotifications = true\n"
    yield "a trailing comma", f'[{holder}.other]\ncommand = "/bin/cat"\nargs = [\n  "-u", # why\n]\n'
    yield "a byte order mark and Windows line ends", "\ufeff" + other.replace("\n", "\r\n")
    yield "tabs", other.replace("command", "\tcommand").replace("args", "\targs")
    yield "no newline at the end", other.rstrip("\n")
    yield "one line", f'{holder} = {{ other = {{ command = "/bin/cat" }} }}\n'
    yield (
        "letters beyond ASCII",
        'näme = "x"\n'.replace("näme", '"näme"') + f'[{holder}."ünser"]\ncommand = "/bin/日本"\n',
    )
    ours = {holder: {"mnemon": client.entry(OLDER) | {"startup_timeout_sec": 5}}}
    yield (
        "an older entry of ours, with something of the user's in it",
        tomlkit.dumps(ours).replace("5\n", "5 # mine\n") + f"\n{other}",
    )
