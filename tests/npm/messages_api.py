"""A loopback stand-in of the Anthropic Messages API: it plays a model that wants certain tools called.

It keeps every request, so that a test can see what a client tells the model. What it answers follows from the
conversation alone, so a client may repeat a request. Like a model it calls only what it was offered: a tool that
the client holds back until asked for is first loaded with the client's ToolSearch.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

Json = dict[str, Any]  # Any: JSON as the client sent it

SEARCH_TOOL = "ToolSearch"


@dataclass(frozen=True)
class Call:
    """A tool call the model makes, by the name the client gives the tool."""

    tool: str
    arguments: Mapping[str, Any]  # Any: JSON


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    method: str
    path: str
    body: Json

    @property
    def offered(self) -> dict[str, Json]:
        """The tools that may be called at once, by name."""
        tools = self.body.get("tools", [])
        return {tool["name"]: tool for tool in tools if not tool.get("defer_loading")} | self._referenced

    @property
    def text(self) -> str:
        """Every text in it that the model reads, system prompt and tool results included."""
        return "\n".join(_texts([self.body.get("system", []), self.body.get("messages", [])]))

    @property
    def results(self) -> dict[str, Json]:
        """What the client answered to our calls, by their ids."""
        return {block["tool_use_id"]: block for block in self._blocks if block.get("type") == "tool_result"}

    @property
    def _referenced(self) -> dict[str, Json]:
        """Deferred tools that a tool search has brought into the conversation since."""
        names = {
            part["tool_name"]
            for result in self.results.values()
            for part in _parts(result.get("content"))
            if part.get("type") == "tool_reference"
        }
        return {tool["name"]: tool for tool in self.body.get("tools", []) if tool["name"] in names}

    @property
    def _blocks(self) -> list[Json]:
        return [part for message in self.body.get("messages", []) for part in _parts(message["content"])]


@dataclass
class MessagesApi:
    """The server, for the length of a `with` block; `calls` are made one after the other, then `closing` is said."""

    calls: Sequence[Call]
    closing: str = "Done."
    requests: list[Request] = field(default_factory=list)

    def __enter__(self) -> Self:
        api: MessagesApi = self

        class Handler(_Handler):
            stand_in = api

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="messages-api", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def turns(self) -> list[Request]:
        """The requests of the conversation itself: those that offer the model tools."""
        return [request for request in self.requests if request.body.get("tools")]

    @property
    def heard(self) -> list[str]:
        """The same, each as the text that the model reads."""
        return [request.text for request in self.turns]

    def result_of(self, call: int) -> Json | None:
        """What the client answered to the call with this index, None while it has not."""
        answers = [request.results[_call_id(call)] for request in self.turns if _call_id(call) in request.results]
        return answers[-1] if answers else None

    def answer(self, request: Request) -> Json:
        """The content block this model answers with."""
        wanted = next((index for index in range(len(self.calls)) if _call_id(index) not in request.results), None)
        if wanted is None or not request.body.get("tools"):
            return {"type": "text", "text": self.closing}
        call = self.calls[wanted]
        if call.tool in request.offered:
            return _tool_use(_call_id(wanted), call.tool, dict(call.arguments))
        if SEARCH_TOOL in request.offered and _search_id(wanted) not in request.results:
            return _tool_use(_search_id(wanted), SEARCH_TOOL, {"query": f"select:{call.tool}", "max_results": 1})
        return {"type": "text", "text": f"I was not offered {call.tool}."}


class _Handler(BaseHTTPRequestHandler):
    stand_in: MessagesApi
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = self._arrived(json.loads(self._read() or b"{}"))
        match urlsplit(self.path).path:
            case "/v1/messages":
                self._send_message(request)
            case "/v1/messages/count_tokens":
                self._send(200, _as_json({"input_tokens": len(request.text) // 4}))
            case _:
                self._send_not_found()

    def do_GET(self) -> None:
        self._arrived({})
        self._send_not_found()

    do_HEAD = do_GET

    def _arrived(self, body: Json) -> Request:
        request = Request(self.command, self.path, body)
        self.stand_in.requests.append(request)
        return request

    def _read(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def _send_message(self, request: Request) -> None:
        block = self.stand_in.answer(request)
        if request.body.get("stream"):
            self._send(200, b"".join(_stream(request, block)), "text/event-stream")
        else:
            self._send(200, _as_json(_message(request, [block], _stop_reason(block))))

    def _send_not_found(self) -> None:
        trouble = {"type": "not_found_error", "message": f"no {self.path} here"}
        self._send(404, _as_json({"type": "error", "error": trouble}))

    def _send(self, status: int, data: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the requests are kept."""


def _stream(request: Request, block: Json) -> Iterator[bytes]:
    """The answer as server-sent events, one content block in one delta."""
    if block["type"] == "text":
        opening = {"type": "text", "text": ""}
        delta = {"type": "text_delta", "text": block["text"]}
    else:
        opening = block | {"input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    ending = {"stop_reason": _stop_reason(block), "stop_sequence": None}
    yield _event("message_start", {"message": _message(request, [], None)})
    yield _event("content_block_start", {"index": 0, "content_block": opening})
    yield _event("content_block_delta", {"index": 0, "delta": delta})
    yield _event("content_block_stop", {"index": 0})
    yield _event("message_delta", {"delta": ending, "usage": {"output_tokens": 5}})
    yield _event("message_stop", {})


def _event(name: str, data: Json) -> bytes:
    return f"event: {name}\ndata: ".encode() + _as_json({"type": name} | data) + b"\n\n"


def _message(request: Request, content: list[Json], stop_reason: str | None) -> Json:
    return {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": request.body.get("model", ""),
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }


def _tool_use(id: str, name: str, arguments: Json) -> Json:
    return {"type": "tool_use", "id": id, "name": name, "input": arguments}


def _stop_reason(block: Json) -> str:
    return "tool_use" if block["type"] == "tool_use" else "end_turn"


def _call_id(call: int) -> str:
    return f"toolu_call_{call}"


def _search_id(call: int) -> str:
    return f"toolu_search_{call}"


def _parts(content: Any) -> list[Json]:  # Any: a text or a list of blocks
    return [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []


def _texts(value: Any) -> Iterator[str]:  # Any: JSON
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for entry in value:
            yield from _texts(entry)
    elif isinstance(value, dict):
        yield from _texts(value.get("text", []))
        yield from _texts(value.get("content", []))


def _as_json(value: Json) -> bytes:
    return json.dumps(value).encode()
