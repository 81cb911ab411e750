"""The TOML editor on texts as people and Codex write them, before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mnemon_installer.edits.toml import NotToml, TomlDocument

ENTRY = ("mcp_servers", "mnemon")
OURS = {"command": "/opt/mnemon", "args": ["serve"]}
BLOCK = '[mcp_servers.mnemon]\ncommand = "/opt/mnemon"\nargs = ["serve"]'
FIXTURES = Path(__file__).parents[2] / "fixtures/clients"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"{BLOCK}\n"),
        ("\n", f"\n\n{BLOCK}\n"),
        ("# mine", f"# mine\n\n{BLOCK}"),
        ("a = 1\n", f"a = 1\n\n{BLOCK}\n"),
        ("a = 1", f"a = 1\n\n{BLOCK}"),
        ("a = 1\n\n", f"a = 1\n\n\n{BLOCK}\n"),
        ("\ufeffa = 1\n", f"\ufeffa = 1\n\n{BLOCK}\n"),
        ("\ufeff", f"\ufeff{BLOCK}\n"),
        ("[mcp_servers]\n", f"[mcp_servers]\n\n{BLOCK}\n"),
        ("[mcp_servers.x]\na = 1\n\n[tui]\nb = 2\n", f"[mcp_servers.x]\na = 1\n\n[tui]\nb = 2\n\n{BLOCK}\n"),
        ('mcp_servers.x.command = "c"\n', f'mcp_servers.x.command = "c"\n\n{BLOCK}\n'),
        ("[[tui]]\na = 1\n[[tui]]\na = 2\n", f"[[tui]]\na = 1\n[[tui]]\na = 2\n\n{BLOCK}\n"),
    ],
)
def test_a_new_table_comes_to_the_end_and_goes_without_a_trace(before: str, after: str) -> None:
    edited = TomlDocument(before).set(ENTRY, OURS)
    assert edited.text == after
    assert edited.set(ENTRY, OURS).text == after
    assert edited.remove(ENTRY).text == before
    crlf = TomlDocument(before.replace("\n", "\r\n")).set(ENTRY, OURS)
    if "\n" in before:
        assert crlf.text == after.replace("\n", "\r\n")
    assert crlf.remove(ENTRY).text == before.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("mcp_servers = {}\n", 'mcp_servers = {mnemon = {command = "/opt/mnemon", args = ["serve"]}}\n'),
        (
            'mcp_servers = { x = { command = "c" } } # mine\r\n[tui]\r\n',
            'mcp_servers = { x = { command = "c" }, mnemon = {command = "/opt/mnemon", args = ["serve"]} } # mine\r\n'
            "[tui]\r\n",
        ),
    ],
)
def test_an_inline_table_of_servers_gets_one_more(before: str, after: str) -> None:
    edited = TomlDocument(before).set(ENTRY, OURS)
    assert edited.text == after
    assert edited.set(ENTRY, OURS).text == after
    assert edited.remove(ENTRY).text == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('mcp_servers = { mnemon = { a = 1 }, x = { command = "c" } }', 'mcp_servers = { x = { command = "c" } }'),
        ("mcp_servers = { x = {}, mnemon = { a = 1 }, y = {} }", "mcp_servers = { x = {}, y = {} }"),
        ("mcp_servers.mnemon = { a = 1 }\nb = 2\n", "b = 2\n"),
        ("mcp_servers.mnemon.a = 1\nb = 2\nmcp_servers.mnemon.c = 1\n", "b = 2\n"),
        ("[mcp_servers]\nmnemon.a = 1\nx = {}\n", "[mcp_servers]\nx = {}\n"),
        (
            "[mcp_servers.mnemon]\na = 1\n\n[tui]\nb = 2\n\n[mcp_servers.mnemon.env]\nc = 3\n# after\n",
            "\n[tui]\nb = 2\n# after\n",
        ),
        ("a = 1\n[mcp_servers.mnemon]\nb = 2\n[tui]\n", "a = 1\n[tui]\n"),
        ("a = 1\n\n[mcp_servers.mnemon]\nb = 2\n\n[tui]\n", "a = 1\n\n[tui]\n"),
        ("a = 1\n# about it\n[mcp_servers.mnemon]\nb = 2", "a = 1\n# about it\n"),
        ("[[mcp_servers.mnemon.x]]\na = 1\n[[mcp_servers.mnemon.x]]\na = 2\n[tui]\n", "[tui]\n"),
    ],
)
def test_an_entry_goes_in_whatever_form_it_stands(before: str, after: str) -> None:
    removed = TomlDocument(before).remove(ENTRY)
    assert removed.text == after
    assert "mnemon" not in str(removed.data)
    assert removed.remove(ENTRY).text == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "# top\n[mcp_servers.mnemon] # ours\n  command = '/old' # path\n  # about args\n"
            "  args = [\n    'old', # x\n  ]\n"
            "# below\n\n[tui]\na = 1 # keep\n",
            '# top\n[mcp_servers.mnemon] # ours\n  command = "/opt/mnemon" # path\n  # about args\n  args = ["serve"]\n'
            "# below\n\n[tui]\na = 1 # keep\n",
        ),
        (
            '[mcp_servers.mnemon]\r\nargs = ["serve"]\r\nextra = 1\r\n# end\r\n[tui]\nb = 1\n',
            '[mcp_servers.mnemon]\r\nargs = ["serve"]\r\ncommand = "/opt/mnemon"\r\n# end\r\n[tui]\nb = 1\n',
        ),
        (
            '[mcp_servers.mnemon]\ncommand = "/opt/mnemon"\n\n[mcp_servers.mnemon.env]\nA = "1"\n\n[tui]\n',
            '[mcp_servers.mnemon]\ncommand = "/opt/mnemon"\nargs = ["serve"]\n\n[tui]\n',
        ),
        ("[mcp_servers]\nmnemon = { command = 'x' } # ours\n", None),
        ("mcp_servers.mnemon.command = 'x' # ours\na = 1\n", f"a = 1\n\n{BLOCK}\n"),
        ("[[mcp_servers.mnemon.x]]\na = 1\n", f"{BLOCK}\n"),
        ("[mcp_servers.mnemon.env]\nA = '1'\n", f"{BLOCK}\n"),
        ("mcp_servers = { mnemon = 5 }\n", 'mcp_servers = { mnemon = {command = "/opt/mnemon", args = ["serve"]} }\n'),
        ("[mcp_servers.mnemon]", f"{BLOCK}"),
    ],
)
def test_an_entry_is_changed_where_it_stands(before: str, after: str | None) -> None:
    edited = TomlDocument(before).set(ENTRY, OURS)
    if after is None:
        after = '[mcp_servers]\nmnemon = {command = "/opt/mnemon", args = ["serve"]} # ours\n'
    assert edited.text == after
    assert edited.get(ENTRY) == OURS
    assert edited.set(ENTRY, OURS).text == after


def test_a_subtable_is_changed_where_it_stands() -> None:
    before = f'{BLOCK}\n\n[mcp_servers.mnemon.env]\nA = "1" # one\nB = "2"\n\n[tui]\na = 1\n'
    after = f'{BLOCK}\n\n[mcp_servers.mnemon.env]\nA = "9" # one\n"C.d" = "3"\n\n[tui]\na = 1\n'
    assert TomlDocument(before).set(ENTRY, {**OURS, "env": {"A": "9", "C.d": "3"}}).text == after


def test_a_real_file_of_codex_gets_only_new_lines() -> None:
    before = (FIXTURES / "codex/01-before.config.toml").read_text()
    edited = TomlDocument(before).set(ENTRY, {**OURS, "env": {"MNEMON_VAULT_DIR": "C:\\x y\\é"}})
    assert edited.text == f'{before}\n{BLOCK}\nenv = {{MNEMON_VAULT_DIR = "C:\\\\x y\\\\é"}}\n'
    assert edited.remove(ENTRY).text == before


def test_what_codex_appended_after_ours_stays() -> None:
    before = "a = 1\n"
    later = TomlDocument(before).set(ENTRY, OURS).text + '\n[mcp_servers.new]\ncommand = "x"\n'
    assert TomlDocument(later).remove(ENTRY).text == 'a = 1\n\n[mcp_servers.new]\ncommand = "x"\n'


def test_text_that_looks_like_headers_is_text() -> None:
    before = (
        'a = """\n[mcp_servers.mnemon]\n\\""" # no\n"""\nb = \'\'\'\n[mcp_servers.mnemon]\'\'\'\n'
        'c = [ "]", # ]\n "[mcp_servers.mnemon]" ]\n"[mcp_servers.mnemon]" = 1\nd = """x"""""\ne = \'\'\n'
        "f = 1979-05-27 07:32:00 # a time\n['mcp_servers'.\"x\"] # [y]\n"
    )
    edited = TomlDocument(before).set(ENTRY, OURS)
    assert edited.text == f"{before}\n{BLOCK}\n"
    assert edited.remove(ENTRY).text == before
    assert edited.set(ENTRY, {"command": "y"}).text == f'{before}\n[mcp_servers.mnemon]\ncommand = "y"\n'


def test_values_that_equal_nothing_but_themselves_stand_in_no_way() -> None:
    before = "a = nan\nb = [inf, -nan]\nc = 1\nd = 07:32:00\n"
    assert TomlDocument(before).set(ENTRY, OURS).remove(ENTRY).text == before
    assert TomlDocument("[m]\na = 1\n").set(("m",), {"a": True}).text == "[m]\na = true\n"
    assert TomlDocument("[m]\na = 1\n").set(("m",), {"a": 1.0}).text == "[m]\na = 1.0\n"


def test_a_table_of_the_users_that_is_empty_then_stays() -> None:
    before = f"[mcp_servers] # mine\n\n{BLOCK}\n"
    assert TomlDocument(before).remove(ENTRY).text == "[mcp_servers] # mine\n"
    assert TomlDocument(before).remove(ENTRY, prune=[["mcp_servers"]]).text == ""
    inline = TomlDocument("a = {}\n").set(("a", "b", "c"), {"d": 1})
    assert inline.text == "a = {b = {c = {d = 1}}}\n"
    assert (
        inline.remove(("a", "b", "c"), prune=TomlDocument("a = {}\n").absent_above(("a", "b", "c"))).text == "a = {}\n"
    )
    assert inline.remove(("a", "b", "c")).text == "a = {b = {}}\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ("a = 1\nb = \n", 2, 5, "Invalid value"),
        ("\ufeffa = 1\r\nb\r\n", 2, 2, "Expected '='"),
        ("a = 1\na = 2\n", 2, 6, "Cannot overwrite a value"),
        ("a = [1,\n2", 2, 2, "Unclosed array"),
        ("[a]\n[a]\n", 2, 3, "Cannot declare"),
        ("a = '''x", 1, 9, "Expected"),
        ("a = 1\n[mcp_servers", 2, 13, "Expected ']'"),
        ("a = {b = 1\n}", 1, 11, "Unclosed inline table"),
        ("a = 1\rb = 2", 1, 6, "Expected newline"),
        ("b = 1\na = " + "9" * 5000, 2, 5, "a number that is too long"),
        ("a = " + "[" * 100_000, 1, 105, "nested more than 100 deep"),
        ("a = " + "{a=" * 100_000, 1, 305, "nested more than 100 deep"),
        ("x = 1\nmcp_servers = 'none'\n", 2, 1, "mcp_servers is not a table"),
        ("x = 1\n\n[[mcp_servers]]\na = 1\n", 3, 1, "mcp_servers is not a table"),
    ],
)
def test_what_cannot_be_edited_is_refused_with_its_place(text: str, line: int, column: int, what: str) -> None:
    with pytest.raises(NotToml) as refusal:
        TomlDocument(text).set(ENTRY, OURS)
    assert (refusal.value.line, refusal.value.column) == (line, column)
    assert refusal.value.message.startswith(f"line {line}, column {column}: {what}")


def test_a_place_that_takes_no_table_is_refused() -> None:
    dotted: dict[str, Any] = {"x": {"y": 1}}
    text = "a = { m.x.y = 1 }\n"
    assert TomlDocument(text).data == {"a": {"m": dotted}}
    with pytest.raises(NotToml, match="nothing was written"):
        TomlDocument(text).set(("a", "m"), {"z": 1})


def test_a_large_file_is_edited_in_one_pass() -> None:
    before = "".join(f'[projects."/home/dev/p{n}"]\ntrust_level = "trusted" # {n}\n' for n in range(2_000))
    assert TomlDocument(before).set(ENTRY, OURS).remove(ENTRY).text == before
