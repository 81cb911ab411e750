"""Imports and exports in stretches, and what is said when they break off."""

from __future__ import annotations

import pytest
from tests.server.client.scripted import GOOD, Behave, Connection, Script, VaultAt, serving

from mnemon_server.client.sending import received, send
from mnemon_server.errors import MnemonError


class Taking:
    """A server that takes stretches in, `most` of them."""

    def __init__(self, most: int = 1_000) -> None:
        self.most = most
        self.lines: list[list[bytes]] = []

    def __call__(self, script: Script, connection: Connection) -> None:
        while True:
            head, body = connection.read()
            assert head.startswith("POST /vault/import HTTP")
            if len(self.lines) == self.most:
                return
            lines = body.splitlines()
            self.lines.append(lines)
            refusals = [{"line": number, "reason": "r"} for number, line in enumerate(lines, 1) if line == b"bad"]
            tally = {
                "dry_run": False, "new": len(lines) - len(refusals), "existing": 0, "refused": len(refusals),
                "duplicates": [], "more_duplicates": 0, "refusals": refusals, "ignored_fields": ["tags"],
            }  # fmt: skip
            connection.answer(200, {"ok": True, "result": tally})


def test_a_long_import_goes_in_stretches_and_counts_as_one(vault_at: VaultAt) -> None:
    taking, seen = Taking(), list[tuple[int, int]]()
    given = [b"{}\r\n", b"\n", b"a\rb\n", *([b"{}\n"] * 600), b"bad\n", b"x" * 700_000 + b"\n", b"y" * 700_000]
    with serving(taking) as server:
        tally = send(vault_at(server.url, 10), given, False, lambda done, total: seen.append((done, total)))
    assert [len(lines) for lines in taking.lines] == [500, 105, 1]
    assert taking.lines[0][:3] == [b"{}", b"", b"a b"]
    assert (tally["new"], tally["refused"], tally["ignored_fields"]) == (605, 1, ["tags"])
    assert tally["refusals"] == [{"line": 604, "reason": "r"}]
    assert seen == [(500, 0), (605, 0), (606, 0)]


def test_an_import_that_breaks_off_says_how_many_lines_are_in(vault_at: VaultAt) -> None:
    with serving(Taking(most=1)) as server, pytest.raises(MnemonError) as caught:
        send(vault_at(server.url, 5), [b"{}\n"] * 800, False, lambda done, total: None)
    assert "after 500 lines, which are surely in" in caught.value.message
    assert "not added twice" in caught.value.hint


def exported(*pieces: bytes, ends: bool = True) -> Behave:
    def behave(script: Script, connection: Connection) -> None:
        while True:
            head, _ = connection.read()
            if "/export" not in head:
                connection.answer(200, GOOD)
                continue
            connection.socket.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for piece in pieces:
                connection.socket.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            if not ends:
                return
            connection.socket.sendall(b"0\r\n\r\n")

    return behave


def test_an_export_comes_line_by_line_wherever_it_is_cut(vault_at: VaultAt) -> None:
    text = '{"title": "größer\u2028"}\n{"title": "b"}\n'.encode()
    with serving(exported(text[:13], text[13:20], text[20:])) as server:
        vault = vault_at(server.url, 5)
        assert list(received(vault)) == ['{"title": "größer\u2028"}\n', '{"title": "b"}\n']
        assert vault.call("status") == {"total": 3}
        assert server.connections == 1


def test_an_export_that_breaks_off_is_no_export(vault_at: VaultAt) -> None:
    with serving(exported(b"{}\n", ends=False)) as server, pytest.raises(MnemonError) as caught:
        list(received(vault_at(server.url, 5)))
    assert caught.value.code == "remote-unreachable"
