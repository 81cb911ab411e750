"""The tools of the server with one of everything: those that only answer, and those that talk on the way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import mcp_types as types
from tests.fakes.everything_asking import (
    ASKING,
    Call,
    Context,
    Result,
    ask_first,
    ask_in_rounds,
    ask_what_it_can,
    demand_sampling,
)

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAESsAABErAAABAAgAZGF0YQAAAAA="
_PAUSE = 0.05  # seconds; the suite wants to see that what is sent on the way comes on the way
_ORDINALS = ("First", "Second", "Third")


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def image() -> dict[str, Any]:
    return {"type": "image", "data": PNG, "mimeType": "image/png"}


def embedded(uri: str, kind: str, words: str) -> dict[str, Any]:
    return {"type": "resource", "resource": {"uri": uri, "mimeType": kind, "text": words}}


def done(words: str) -> types.CallToolResult:
    return types.CallToolResult.model_validate({"content": [text(words)]})


# --- Tools that only answer ----------------------------------------------------------------------------------------

_SOUND = {"type": "audio", "data": WAV, "mimeType": "audio/wav"}
_NOTE = embedded("test://embedded-resource", "text/plain", "A note inside an answer.")
_TABLE = embedded("test://mixed-content-resource", "application/json", '{"cups": 2}')
PLAIN: dict[str, list[dict[str, Any]]] = {
    "test_simple_text": [text("A text and nothing else.")],
    "test_image_content": [image()],
    "test_audio_content": [_SOUND],
    "test_embedded_resource": [_NOTE],
    "test_multiple_content_types": [text("A text, an image and a table:"), image(), _TABLE],
    "test_custom_headers": [text("The headers said the same as the body.")],
    "json_schema_2020_12_tool": [text("A tool for its schema.")],
}


async def _plain(context: Context, params: Call) -> Result:
    return types.CallToolResult.model_validate({"content": PLAIN[params.name]})


async def _failing(context: Context, params: Call) -> Result:
    return types.CallToolResult.model_validate({"content": [text("It failed, as it was meant to.")], "isError": True})


# --- Tools that talk on the way ------------------------------------------------------------------------------------


async def _with_logging(context: Context, params: Call) -> Result:
    for words in ("It begins.", "It goes on.", "It is nearly done."):
        await context.session.send_log_message("info", words, related_request_id=context.request_id)
        await asyncio.sleep(_PAUSE)
    return done("Logged three times.")


async def _with_progress(context: Context, params: Call) -> Result:
    for share in (0, 50, 100):
        await context.session.report_progress(share, 100)
        await asyncio.sleep(_PAUSE)
    return done("All the way.")


async def _reconnection(context: Context, params: Call) -> Result:
    """Hangs up; the client comes back for the answer."""
    if context.close_sse_stream is not None:
        await context.close_sse_stream()
    await asyncio.sleep(2 * _PAUSE)
    return done("There you are again.")


async def _sampling(context: Context, params: Call) -> Result:
    prompt = types.SamplingMessage.model_validate({"role": "user", "content": text(_argument(params, "prompt"))})
    answer = await context.session.create_message([prompt], max_tokens=100, related_request_id=context.request_id)
    return done(f"The model says: {getattr(answer.content, 'text', '')}")


async def _elicitation(context: Context, params: Call) -> Result:
    return await _ask(context, _argument(params, "message"), {"username": _STRING, "email": _STRING})


async def _defaults(context: Context, params: Call) -> Result:
    fields = {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
        "verified": {"type": "boolean", "default": True},
    }
    return await _ask(context, "Is this right?", fields)


async def _enums(context: Context, params: Call) -> Result:
    def titled(prefix: str, title: str) -> list[dict[str, str]]:
        return [{"const": f"{prefix}{n}", "title": f"{word} {title}"} for n, word in enumerate(_ORDINALS, 1)]

    plain = ["option1", "option2", "option3"]
    fields = {
        "untitledSingle": {"type": "string", "enum": plain},
        "titledSingle": {"type": "string", "oneOf": titled("value", "Option")},
        "legacyEnum": {"type": "string", "enum": ["opt1", "opt2", "opt3"], "enumNames": list(_ORDINALS)},
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": plain}},
        "titledMulti": {"type": "array", "items": {"anyOf": titled("value", "Choice")}},
    }
    return await _ask(context, "Choose", fields)


async def _ask(context: Context, message: str, fields: dict[str, Any]) -> Result:
    schema = {"type": "object", "properties": fields, "required": list(fields)}
    answer = await context.session.elicit_form(message, schema, context.request_id)
    return done(f"{answer.action}: {json.dumps(answer.content)}")


def _argument(params: Call, name: str) -> str:
    return str((params.arguments or {}).get(name, ""))


TOOLS: dict[str, Callable[[Context, Call], Awaitable[Result]]] = {
    **dict.fromkeys(PLAIN, _plain),
    "test_error_handling": _failing,
    "test_tool_with_logging": _with_logging,
    "test_logging_tool": _with_logging,
    "test_tool_with_progress": _with_progress,
    "test_reconnection": _reconnection,
    "test_sampling": _sampling,
    "test_elicitation": _elicitation,
    "test_elicitation_sep1034_defaults": _defaults,
    "test_elicitation_sep1330_enums": _enums,
    "test_missing_capability": demand_sampling,
    "test_input_required_result_multi_round": ask_in_rounds,
    "test_input_required_result_capabilities": ask_what_it_can,
    **dict.fromkeys(ASKING, ask_first),
}

# --- Schemas -------------------------------------------------------------------------------------------------------

_STRING = {"type": "string"}
_REGION = {"type": "string", "description": "Also in a header", "x-mcp-header": "Region"}
# Every word of JSON Schema 2020-12 that has to arrive as it was sent.
_RICH_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": {"$anchor": "place", "type": "object", "properties": {"town": _STRING}}},
    "properties": {"to": {"$ref": "#/$defs/address"}, "by": {"enum": ["post", "hand"]}, "stamp": _STRING},
    "allOf": [{"anyOf": [{"required": ["to"]}, {"required": ["by"]}]}],
    "if": {"properties": {"by": {"const": "post"}}, "required": ["by"]},
    "then": {"required": ["stamp"]},
    "else": {"required": ["to"]},
    "additionalProperties": False,
}
_PROPERTIES: dict[str, dict[str, Any]] = {
    "test_sampling": {"prompt": _STRING},
    "test_elicitation": {"message": _STRING},
    "test_custom_headers": {"region": _REGION},
}


def schema_of(name: str) -> Mapping[str, Any]:
    """What a tool takes."""
    if name == "json_schema_2020_12_tool":
        return _RICH_SCHEMA
    properties = _PROPERTIES.get(name, {})
    return {"type": "object", "properties": properties, "required": list(properties)}
