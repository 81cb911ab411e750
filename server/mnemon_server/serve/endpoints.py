"""The doors for our own programs: the actions behind command line, hooks and dashboard; import and export."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from mnemon_server.actions import AT_HOME
from mnemon_server.client.dispatch import taken_by
from mnemon_server.errors import MnemonError, UsageError
from mnemon_server.portable import jsonl
from mnemon_server.serve import answers
from mnemon_server.serve.service import Service

_NAME_LIMIT = 80
_log = logging.getLogger("mnemon")
Handler = Callable[[Request], Awaitable[Response]]


def vault_routes(service: Service) -> list[Route]:
    """Relative to the place they are mounted at; whoever mounts them checks the bearer."""
    return [
        Route("/actions/{action}", _guarded(partial(_act, service)), methods=["POST"]),
        Route("/push", _guarded(partial(_push, service)), methods=["POST"]),
        Route("/import", _guarded(partial(_import, service)), methods=["POST"]),
        Route("/export", _guarded(partial(_export, service)), methods=["GET"]),
    ]


def _guarded(handle: Handler) -> Handler:
    """Expected failures and bugs alike become an answer; what a bug says stays in no answer and no log."""

    async def answer(request: Request) -> Response:
        try:
            return await handle(request)
        except MnemonError as trouble:
            return answers.problem(trouble)
        except Exception:  # noqa: BLE001  the boundary of the server
            _log.exception("a request of our own programs failed")
            return answers.refusal(500, "bug", "the server failed; its log says where")

    return answer


async def _act(service: Service, request: Request) -> Response:
    order = _order(await request.body())
    action = str(request.path_params["action"])
    if action in AT_HOME:
        raise UsageError(f"{action} is done where the vault's file is")
    parameters = taken_by(action, order["parameters"])
    work = partial(service.perform, action, parameters, order["client"], order["session"], order["project"])
    return answers.result(await anyio.to_thread.run_sync(work))


def _order(body: bytes) -> dict[str, Any]:  # Any: JSON
    try:
        sent = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise UsageError("the request is not JSON") from None
    if not isinstance(sent, dict) or not isinstance(sent.get("parameters", {}), dict):
        raise UsageError("the request is not a JSON object with parameters")
    names = {name: sent.get(name) or "" for name in ("client", "session", "project")}
    if not all(isinstance(value, str) and len(value) <= 1_000 for value in names.values()):
        raise UsageError("client, session and project are texts")
    return {"parameters": sent.get("parameters", {}), **names, "client": names["client"][:_NAME_LIMIT] or "remote"}


async def _push(service: Service, request: Request) -> Response:
    """For whoever has no mnemon at hand: one request, no body."""
    work = partial(service.perform, "push", {"force": request.query_params.get("force", "") == "1"}, "remote")
    return answers.result(await anyio.to_thread.run_sync(work))


async def _import(service: Service, request: Request) -> Response:
    lines = (await request.body()).splitlines()
    dry_run = request.query_params.get("dry_run", "") == "1"

    def take_in() -> dict[str, Any]:
        with service.vault.writers.lent() as vault:
            context = dataclasses.replace(service.vault.own, vault=vault, client="import")
            return jsonl.import_lines(context, lines, dry_run)

    found = await anyio.to_thread.run_sync(take_in)
    if not dry_run:
        service.vault.embedding.wake()
    return answers.result(found)


async def _export(service: Service, request: Request) -> Response:
    lines = jsonl.export_lines(dataclasses.replace(service.vault.own, client="export"))
    first = await anyio.to_thread.run_sync(lambda: _stretch(lines))  # a vault in trouble is told of before the 200
    return StreamingResponse(_streamed(first, lines), media_type="application/x-ndjson")


async def _streamed(first: bytes, lines: Iterator[str]) -> AsyncIterator[bytes]:
    stretch = first
    while stretch:
        yield stretch
        stretch = await anyio.to_thread.run_sync(lambda: _stretch(lines))


def _stretch(lines: Iterator[str], most: int = 64_000) -> bytes:
    taken, length = list[str](), 0
    for line in lines:
        taken.append(line)
        length += len(line)
        if length >= most:
            break
    return "".join(taken).encode()
