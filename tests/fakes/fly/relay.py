"""HTTP/1.1 from one connection to another: bodies of any length, streams as they come, nothing decoded."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

_PIECE = 64 * 1024
_HOP_BY_HOP = ("connection", "keep-alive", "proxy-connection", "upgrade", "te")


class Gone(Exception):
    """The client hung up."""


class Unanswered(Exception):
    """The machine did, before it had begun to answer."""


@dataclass(frozen=True)
class Head:
    """The first line and the headers of a request or an answer, as they were sent."""

    line: str
    headers: tuple[tuple[str, str], ...]

    @classmethod
    def parsed(cls, text: bytes) -> Head:
        first, *rest = text.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        pairs = [line.partition(":") for line in rest]
        return cls(first, tuple((name, value.strip()) for name, _, value in pairs))

    def get(self, name: str) -> str:
        return next((value for known, value in self.headers if known.lower() == name), "")

    @property
    def status(self) -> int:
        return int(self.line.split(" ")[1])

    @property
    def keeps(self) -> bool:
        return self.get("connection").lower() != "close" and not self.line.endswith("HTTP/1.0")

    def passed_on(self, more: dict[str, str]) -> bytes:
        kept = [pair for pair in self.headers if pair[0].lower() not in _HOP_BY_HOP]
        lines = [self.line, *(f"{name}: {value}" for name, value in (*kept, *more.items()))]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def relay_body(head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The body of a request, by its length or by its chunks."""
    if "chunked" in head.get("transfer-encoding").lower():
        size = -1
        while size:
            line = await reader.readline()
            size = int(line.partition(b";")[0], 16)
            writer.write(line + (await reader.readexactly(size + 2) if size else b""))
            await writer.drain()
        while (line := await reader.readline()) not in (b"\r\n", b""):
            writer.write(line)
        writer.write(b"\r\n")
    else:
        await _relay(int(head.get("content-length") or 0), reader, writer)
    await writer.drain()


async def relay_answer(head: Head, upstream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """The answer to a request; whether it came to its end and the connection is as good as new."""
    try:
        answer = Head.parsed(await upstream.readuntil(b"\r\n\r\n"))
    except (OSError, asyncio.IncompleteReadError):
        raise Unanswered from None
    while answer.status < 200:
        writer.write(answer.passed_on({}))
        answer = Head.parsed(await upstream.readuntil(b"\r\n\r\n"))
    is_chunked, length = "chunked" in answer.get("transfer-encoding").lower(), answer.get("content-length")
    has_none = head.line.startswith("HEAD ") or answer.status in (204, 304)
    keeps = head.keeps and (has_none or is_chunked or bool(length))
    writer.write(answer.passed_on({} if keeps else {"connection": "close"}))
    await writer.drain()
    if has_none:
        return keeps
    if is_chunked:
        return await _relay(None, upstream, writer) == b"0\r\n\r\n" and keeps
    await _relay(int(length) if length else None, upstream, writer)
    return keeps


async def _relay(length: int | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """So many bytes, or all there are; returns the last five of them."""
    left, tail = length, b""
    while left is None or left > 0:
        piece = await reader.read(_PIECE if left is None else min(_PIECE, left))
        if not piece:
            if left is not None:
                raise asyncio.IncompleteReadError(tail, left)
            break
        left = None if left is None else left - len(piece)
        tail = (tail + piece)[-5:]
        writer.write(piece)
        await writer.drain()
    return tail
