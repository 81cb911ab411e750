"""The server of a vault on the web, at the world's door: it takes a token, and imports into a vault of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mnemon_installer.world import Answer, NoAnswer
from mnemon_installer.world.real import RealWorld
from mnemon_server import __version__
from mnemon_server.client.in_process import InProcess
from mnemon_server.portable import jsonl
from mnemon_server.settings import Settings

URL = "https://mem.example.com"
TOKEN = "a-token-of-the-tests-0123456789"
PASSPHRASE = "correct horse, battery staple"


class Killed(BaseException):
    """The process is gone, in the middle of whatever it did."""


@dataclass
class FakeRemote:
    """`dies_at` kills the client when so many requests have been answered; `asked` are the paths."""

    folder: Path
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    asked: list[str] = field(default_factory=list)
    is_down: bool = False
    dies_at: int = 0
    loses: int = 0  # memories of an import that it says it took

    def ask(self, url: str, token: str, body: bytes | None) -> Answer:
        path = url.removeprefix(URL)
        assert path != url, f"{url} is another server"
        self.asked.append(path)
        if self.is_down:
            raise NoAnswer(f"{url} did not answer: no route to host")
        answer = self._answer(path, token, body)
        if self.dies_at and len(self.asked) == self.dies_at:
            raise Killed
        return answer

    def _answer(self, path: str, token: str, body: bytes | None) -> Answer:
        if path == "/health":
            return said(200, {"status": "ok"} | (self._details() if token in self.tokens else {}))
        if path == "/auth/exchange":
            return self._exchange(json.loads(body or b""))
        if token not in self.tokens:
            return problem(401, "unauthorized", "who are you?")
        if path.startswith("/vault/import"):
            return said(200, {"ok": True, "result": self._take_in(body or b"", path.endswith("dry_run=1"))})
        return problem(404, "usage", "no such door")

    def _details(self) -> dict[str, str]:
        client = InProcess(Settings(self.folder), "health")
        try:
            return {"version": __version__, "vault_state": client.call("status")["state"]}
        finally:
            client.close()

    def _exchange(self, sent: dict[str, str]) -> Answer:
        if sent["secret"] != PASSPHRASE:
            return problem(403, "refused", "this is neither a code nor the passphrase")
        token = f"mnemon_d_{sent['name']}_{len(self.tokens):030}"
        self.tokens.add(token)
        return said(200, {"ok": True, "result": {"token": token, "name": sent["name"]}})

    def _take_in(self, body: bytes, dry_run: bool) -> dict[str, Any]:
        client = InProcess(Settings(self.folder), "import")
        try:
            lines = body.splitlines()
            return jsonl.import_lines(client.context, lines[self.loses :] if not dry_run else lines, dry_run)
        finally:
            client.close()

    def titles(self) -> set[str]:
        client = InProcess(Settings(self.folder), "test")
        try:
            return {memory["title"] for memory in client.call("list", limit=100)["memories"]}
        finally:
            client.close()


class WebWorld(RealWorld):
    """A real machine, whose only way out leads to the fake server."""

    remote: FakeRemote

    def ask(
        self, url: str, token: str = "", body: bytes | None = None, timeout: float = 10, changes: bool = True
    ) -> Answer:
        return self.remote.ask(url, token, body)


def said(status: int, told: dict[str, Any]) -> Answer:
    return Answer(status, json.dumps(told).encode())


def problem(status: int, code: str, message: str) -> Answer:
    return said(status, {"ok": False, "problem": {"code": code, "message": message, "hint": "", "exit_status": 1}})
