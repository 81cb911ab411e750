"""How a model of the Gemini API is heard and speaks, as far as Gemini CLI uses it: `streamGenerateContent`."""

from __future__ import annotations

import json

from tests.npm.stand_in import Dialect, Json


def _is_turn(path: str) -> bool:
    return path.endswith(":streamGenerateContent")


def _read(body: Json) -> list[str]:
    contents = [body.get("systemInstruction", {}), *body.get("contents", [])]
    return [part["text"] for content in contents for part in content.get("parts", []) if "text" in part]


def _say(text: str) -> bytes:
    """Two server-sent events: the text, and the end of the turn."""
    return _event(text, None) + _event("", "STOP")


def _event(text: str, finish: str | None) -> bytes:
    candidate: Json = {"index": 0, "content": {"role": "model", "parts": [{"text": text}]}}
    if finish:
        candidate["finishReason"] = finish
    response = {
        "candidates": [candidate],
        "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 15},
        "modelVersion": "stand-in",
        "responseId": "response-1",
    }
    return b"data: " + json.dumps(response).encode() + b"\r\n\r\n"


GEMINI_API = Dialect(_is_turn, _read, _say)
