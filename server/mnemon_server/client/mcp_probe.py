"""A round trip over MCP through a command, started as a client would start it; it always comes to an end."""

from __future__ import annotations

import json
import os
import tempfile
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcp import Client

PROBE_KEY = "mnemon:doctor"
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
    import anyio

    progress, started = _Progress(), time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as stderr:
        problem = anyio.run(_bounded, command, environment, timeout, may_write, progress, stderr)
        return ProbeReport(
            problem=problem,
            seconds=round(time.monotonic() - started, 3),
            server=progress.server,
            protocol=progress.protocol,
            tools=progress.tools,
            stderr=_tail(stderr),
        )


async def _bounded(
    command: Sequence[str],
    environment: Mapping[str, str],
    timeout: float,
    may_write: bool,
    progress: _Progress,
    stderr: IO[str],
) -> str:
    import anyio
    from mcp import Client, MCPError, StdioServerParameters
    from mcp.client.stdio import stdio_client

    parameters = StdioServerParameters(command=command[0], args=list(command[1:]), env=dict(environment))
    try:
        with anyio.fail_after(timeout):
            # `errlog` is annotated as TextIO; any text file with a descriptor does.
            async with Client(stdio_client(parameters, errlog=stderr)) as client:  # type: ignore[arg-type]  # as said
                await _round_trip(client, may_write, progress)
    except (ExceptionGroup, TimeoutError, OSError, ValueError, MCPError, _Disappointed) as trouble:
        cause = _first_cause(trouble)
        if isinstance(cause, TimeoutError):
            return f"no answer within {timeout:g} s while {progress.stage}"
        if isinstance(cause, OSError) and not progress.server:
            return f"it cannot be started: {cause.strerror or cause}"
        if not isinstance(cause, OSError | ValueError | MCPError | _Disappointed):
            raise
        return f"{str(cause).rstrip('.')} while {progress.stage}"
    return ""


def _first_cause(trouble: BaseException) -> BaseException:
    """The SDK's task groups wrap what happened in them."""
    while isinstance(trouble, BaseExceptionGroup):
        trouble = trouble.exceptions[0]
    return trouble


async def _round_trip(client: Client, may_write: bool, progress: _Progress) -> None:
    info = client.server_info
    progress.server = f"{info.name} {info.version}" if info else "a server without a name"
    progress.protocol = str(client.protocol_version)
    progress.stage = "listing its tools"
    progress.tools = tuple(tool.name for tool in (await client.list_tools()).tools)
    if not may_write:
        progress.stage = "asking for its status"
        await _call(client, "memory_status", {})
        return
    word = f"probe{uuid.uuid4().hex}"
    progress.stage = "saving a memory"
    memory = {"title": "mnemon doctor", "content": f"A probe of doctor: {word}", "source_key": PROBE_KEY}
    saved = await _call(client, "memory_save", memory)
    memory_id = saved.get("memory", saved).get("id")
    progress.stage = "finding it again"
    if not _names(await _call(client, "memory_search", {"query": word}), memory_id):
        raise _Disappointed("the memory just saved was not found")
    progress.stage = "reading it"
    if word not in json.dumps(await _call(client, "memory_get", {"id": memory_id})):
        raise _Disappointed("the memory came back with another text")
    progress.stage = "forgetting it"
    await _call(client, "memory_forget", {"id": memory_id})
    if _names(await _call(client, "memory_search", {"query": word}), memory_id):
        raise _Disappointed("the memory was still found")


def _names(found: dict[str, Any], memory_id: object) -> bool:  # Any: JSON
    lists = [value for value in found.values() if isinstance(value, list)]
    return any(isinstance(hit, dict) and hit.get("id") == memory_id for hits in lists for hit in hits)


async def _call(client: Client, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    answer = await client.call_tool(tool, arguments)
    if answer.is_error or answer.structured_content is None:
        said = " ".join(getattr(part, "text", "") for part in answer.content)
        raise _Disappointed(f"{tool} failed: {said.strip() or 'no structured answer'}")
    structured: dict[str, Any] = answer.structured_content  # Any: JSON
    return structured


def _tail(stderr: IO[str]) -> tuple[str, ...]:
    stderr.flush()
    stderr.seek(max(os.fstat(stderr.fileno()).st_size - 4096, 0))
    return tuple(line.rstrip() for line in stderr.readlines() if line.strip())[-_TAIL:]
