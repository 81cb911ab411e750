"""How a model of the OpenAI Responses API is heard and speaks, as far as Codex uses it: a streamed response."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.npm.stand_in import Dialect, Json


def _is_turn(path: str) -> bool:
    return path == "/v1/responses"


def _read(body: Json) -> list[str]:
    asked: str | list[Json] = body.get("input", [])
    items = [{"content": asked}] if isinstance(asked, str) else asked
    said = [item for item in items if item.get("type", "message") == "message"]
    return [body.get("instructions", ""), *(text for item in said for text in _texts(item["content"]))]


def _texts(content: Any) -> Iterator[str]:  # Any: a text or a list of parts
    if isinstance(content, str):
        yield content
    else:
        yield from (part["text"] for part in content if "text" in part)


def _say(text: str) -> bytes:
    """The message as server-sent events, in one piece."""
    content = [{"type": "output_text", "text": text, "annotations": []}]
    message = {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": content}
    response: Json = {"id": "resp_1", "object": "response", "status": "in_progress", "output": []}
    usage = {
        "input_tokens": 10,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 15,
    }
    done = response | {"status": "completed", "output": [message], "usage": usage}
    return b"".join(
        (
            _event("response.created", {"response": response}),
            _event("response.output_item.added", {"output_index": 0, "item": message}),
            _event("response.output_item.done", {"output_index": 0, "item": message}),
            _event("response.completed", {"response": done}),
        )
    )


def _event(name: str, data: Json) -> bytes:
    return f"event: {name}\ndata: ".encode() + json.dumps({"type": name} | data).encode() + b"\n\n"


RESPONSES_API = Dialect(_is_turn, _read, _say, base="/v1")
