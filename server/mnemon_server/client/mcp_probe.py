"""A round trip over MCP through a command, started as a client would start it; it always comes to an end."""

from __future__ import annotations

import json
import os
import tempfile
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from mnemon_server import __version__
from mnemon_server.client.line_talk import LineTalk, NoLine

# The SDK's client costs half a second of CPU to import, and a round trip needs four messages of it.
PROBE_KEY = "mnemon:doctor"
_OPENING: dict[str, Any] = {  # Any: JSON
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "mnemon-doctor", "version": __version__},
}
_TAIL = 5  # lines of the server's stderr


@dataclass(frozen=True)
class ProbeReport:
    """How the round trip went. `problem` is empty when it went well; `seconds` is wall-clock time."""

    problem: str
    seconds: float
    server: str = ""
    protocol: str = ""
    tools: tuple[str, ...] = ()
    stderr: tuple[str, ...] = ()


class _Disappointed(Exception):
    """The server answered, and the answer is wrong."""


@dataclass
class _Progress:
    """How far the round trip has come, for the report when it comes no further."""

    stage: str = "starting the server"
    server: str = ""
    protocol: str = ""
    tools: tuple[str, ...] = ()


def probe(
    command: Sequence[str], environment: Mapping[str, str], timeout: float, may_write: bool = True
) -> ProbeReport:
    """Start `command`, speak MCP with it over stdio, and end it.

    Args:
        command: program and arguments.
        environment: variables beyond the few every client passes on (HOME, PATH and the like).
        timeout: seconds for everything up to the last answer. Ending a server that does not want to end
            takes up to seven more; then it is killed, with its children.
        may_write: save, find and forget a memory under `source_key` PROBE_KEY; without it only read. What
            stays of the memory is taken out by the action `purge_probe`.

    Returns:
        A report; the round trip's failures are in it and raise nothing.
    """
    progress, started = _Progress(), time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as stderr:
        problem = _tried(command, environment, timeout, may_write, progress, stderr)
        return ProbeReport(
            problem=problem,
            seconds=round(time.monotonic() - started, 3),
            server=progress.server,
            protocol=progress.protocol,
            tools=progress.tools,
            stderr=_tail(stderr),
        )


def _tried(
    command: Sequence[str],
    environment: Mapping[str, str],
    timeout: float,
    may_write: bool,
    progress: _Progress,
    stderr: IO[str],
) -> str:
    try:
        talk = LineTalk(command, environment, stderr, timeout)
    except (OSError, ValueError) as trouble:
        return f"it cannot be started: {getattr(trouble, 'strerror', None) or trouble}"
    try:
        _round_trip(talk, may_write, progress)
    except TimeoutError:
        return f"no answer within {timeout:g} s while {progress.stage}"
    except (NoLine, _Disappointed) as trouble:
        return f"{str(trouble).rstrip('.')} while {progress.stage}"
    finally:
        talk.close()
    return ""


def _round_trip(talk: LineTalk, may_write: bool, progress: _Progress) -> None:
    opened = talk.ask("initialize", _OPENING)
    talk.tell("notifications/initialized")
    info = opened.get("serverInfo") or {}
    progress.server = f"{info.get('name')} {info.get('version')}" if info.get("name") else "a server without a name"
    progress.protocol = str(opened.get("protocolVersion"))
    progress.stage = "listing its tools"
    progress.tools = tuple(str(tool.get("name")) for tool in talk.ask("tools/list", {}).get("tools", ()))
    if not may_write:
        progress.stage = "asking for its status"
        _call(talk, "memory_status", {})
        return
    word = f"probe{uuid.uuid4().hex}"
    progress.stage = "saving a memory"
    memory = {"title": "mnemon doctor", "content": f"A probe of doctor: {word}", "source_key": PROBE_KEY}
    saved = _call(talk, "memory_save", memory)
    memory_id = saved.get("memory", saved).get("id")
    progress.stage = "finding it again"
    if not _names(_call(talk, "memory_search", {"query": word}), memory_id):
        raise _Disappointed("the memory just saved was not found")
    progress.stage = "reading it"
    if word not in json.dumps(_call(talk, "memory_get", {"id": memory_id})):
        raise _Disappointed("the memory came back with another text")
    progress.stage = "forgetting it"
    _call(talk, "memory_forget", {"id": memory_id})
    if _names(_call(talk, "memory_search", {"query": word}), memory_id):
        raise _Disappointed("the memory was still found")


def _names(found: dict[str, Any], memory_id: object) -> bool:  # Any: JSON
    lists = [value for value in found.values() if isinstance(value, list)]
    return any(isinstance(hit, dict) and hit.get("id") == memory_id for hits in lists for hit in hits)


def _call(talk: LineTalk, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    answer = talk.ask("tools/call", {"name": tool, "arguments": arguments})
    structured = answer.get("structuredContent")
    if answer.get("isError") or not isinstance(structured, dict):
        said = " ".join(str(part.get("text", "")) for part in answer.get("content", ()) if isinstance(part, dict))
        raise _Disappointed(f"{tool} failed: {said.strip() or 'no structured answer'}")
    return structured


def _tail(stderr: IO[str]) -> tuple[str, ...]:
    stderr.flush()
    stderr.seek(max(os.fstat(stderr.fileno()).st_size - 4096, 0))
    return tuple(line.rstrip() for line in stderr.readlines() if line.strip())[-_TAIL:]
