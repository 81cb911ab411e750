"""A server with one of everything that the conformance suite asks for, to be put behind the layers of ours."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import mcp_types as types
from mcp.server import Server, ServerRequestContext
from mcp.server.streamable_http import EventCallback, EventMessage, EventStore
from mcp.shared.exceptions import MCPError

Context = ServerRequestContext[Any]
Call = types.CallToolRequestParams
Result = types.CallToolResult | types.InputRequiredResult
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAESsAABErAAABAAgAZGF0YQAAAAA="
_KEY = b"only for telling our own state from another"


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def image() -> dict[str, Any]:
    return {"type": "image", "data": PNG, "mimeType": "image/png"}


def embedded(uri: str, kind: str, words: str) -> dict[str, Any]:
    return {"type": "resource", "resource": {"uri": uri, "mimeType": kind, "text": words}}


# --- Tools that only answer ----------------------------------------------------------------------------------------

PLAIN: dict[str, list[dict[str, Any]]] = {
    "test_simple_text": [text("This is a simple text response for testing.")],
    "test_image_content": [image()],
    "test_audio_content": [{"type": "audio", "data": WAV, "mimeType": "audio/wav"}],
    "test_embedded_resource": [
        embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")
    ],
    "test_multiple_content_types": [
        text("Multiple content types test:"),
        image(),
        embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
    ],
    "test_custom_headers": [text("The headers said the same as the body.")],
    "test_streaming_elicitation": [text("Nothing to ask.")],
    "json_schema_2020_12_tool": [text("A tool for its schema.")],
}

# --- Tools that talk on the way ------------------------------------------------------------------------------------


async def _with_logging(context: Context, params: Call) -> Result:
    for number, words in enumerate(("Tool execution started", "Tool processing data", "Tool execution completed")):
        await asyncio.sleep(0.05 if number else 0)
        await context.session.send_log_message("info", words, related_request_id=context.request_id)
    return done("Logged three times.")


async def _with_progress(context: Context, params: Call) -> Result:
    for number, share in enumerate((0, 50, 100)):
        await asyncio.sleep(0.05 if number else 0)
        await context.session.report_progress(share, 100)
    return done("All the way.")


async def _failing(context: Context, params: Call) -> Result:
    return types.CallToolResult.model_validate(
        {"content": [text("This tool intentionally returns an error for testing")], "isError": True}
    )


async def _sampling(context: Context, params: Call) -> Result:
    prompt = types.SamplingMessage.model_validate({"role": "user", "content": text(_argument(params, "prompt"))})
    answer = await context.session.create_message([prompt], max_tokens=100, related_request_id=context.request_id)
    return done(f"LLM response: {getattr(answer.content, 'text', '')}")


async def _elicitation(context: Context, params: Call) -> Result:
    named = {"username": {"type": "string"}, "email": {"type": "string"}}
    return await _ask(context, _argument(params, "message"), named, ["username", "email"], "User response")


async def _defaults(context: Context, params: Call) -> Result:
    fields = {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
        "verified": {"type": "boolean", "default": True},
    }
    return await _ask(context, "Defaults, please", fields, [])


async def _enums(context: Context, params: Call) -> Result:
    def titled(prefix: str, title: str) -> list[dict[str, str]]:
        return [{"const": f"{prefix}{n}", "title": f"{word} {title}"} for n, word in enumerate(_ORDINALS, 1)]

    plain = ["option1", "option2", "option3"]
    fields = {
        "untitledSingle": {"type": "string", "enum": plain},
        "titledSingle": {"type": "string", "oneOf": titled("value", "Option")},
        "legacyEnum": {
            "type": "string",
            "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": plain}},
        "titledMulti": {"type": "array", "items": {"anyOf": titled("value", "Choice")}},
    }
    return await _ask(context, "Choose", fields, [])


_ORDINALS = ("First", "Second", "Third")


async def _ask(
    context: Context,
    message: str,
    fields: dict[str, Any],
    required: list[str],
    label: str = "Elicitation completed",
) -> Result:
    schema = {"type": "object", "properties": fields, "required": required}
    answer = await context.session.elicit_form(message, schema, context.request_id)
    return done(f"{label}: action={answer.action}, content={json.dumps(answer.content)}")


async def _reconnection(context: Context, params: Call) -> Result:
    if context.close_sse_stream is not None:
        await context.close_sse_stream()
    await asyncio.sleep(0.1)
    return done("Reconnected.")


async def _missing_capability(context: Context, params: Call) -> Result:
    if not _has(context, "sampling"):
        needs = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(types.MISSING_REQUIRED_CLIENT_CAPABILITY, "this tool needs sampling", needs)
    return done("Sampling is there.")


# --- Tools that ask first (2026-07-28) -----------------------------------------------------------------------------


def ask_name(message: str = "What is your name?", field: str = "name", kind: str = "string") -> dict[str, Any]:
    schema = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    return {"method": "elicitation/create", "params": {"message": message, "requestedSchema": schema}}


def ask_model(question: str, most: int) -> dict[str, Any]:
    messages = [{"role": "user", "content": text(question)}]
    return {"method": "sampling/createMessage", "params": {"messages": messages, "maxTokens": most}}


ASK_ROOTS: dict[str, Any] = {"method": "roots/list", "params": {}}
# Tool -> what it wants to know before it answers.
ASKING: dict[str, dict[str, dict[str, Any]]] = {
    "test_input_required_result_elicitation": {"user_name": ask_name()},
    "test_input_required_result_sampling": {"capital_question": ask_model("What is the capital of France?", 100)},
    "test_input_required_result_list_roots": {"client_roots": ASK_ROOTS},
    "test_input_required_result_request_state": {"confirm": ask_name("Please confirm", "ok", "boolean")},
    "test_input_required_result_tampered_state": {"confirm": ask_name("Please confirm", "ok", "boolean")},
    "test_input_required_result_multiple_inputs": {
        "user_name": ask_name(),
        "greeting": ask_model("Generate a greeting", 50),
        "client_roots": ASK_ROOTS,
    },
}
_WITH_STATE = {
    "test_input_required_result_request_state",
    "test_input_required_result_tampered_state",
    "test_input_required_result_multiple_inputs",
}


async def _asking(context: Context, params: Call) -> Result:
    wanted, given = ASKING[params.name], params.input_responses or {}
    if params.request_state is not None and not _is_ours(params.request_state, params.name):
        raise MCPError(types.INVALID_PARAMS, "the state is not the one that was given")
    if not wanted.keys() <= given.keys():
        return required(wanted, _signed(params.name) if params.name in _WITH_STATE else None)
    told = ", ".join(_told(given[name]) for name in wanted)
    return done(f"Hello, {told}! state-ok" if params.name in _WITH_STATE else f"Hello, {told}!")


async def _in_rounds(context: Context, params: Call) -> Result:
    first = {"step1": ask_name("Step 1: What is your name?")}
    second = {"step2": ask_name("Step 2: What is your favorite color?", "color")}
    given = params.input_responses or {}
    if "step2" in given and _is_ours(params.request_state or "", "second"):
        return done("Both steps are taken.")
    if "step1" in given and _is_ours(params.request_state or "", "first"):
        return required(second, _signed("second"))
    return required(first, _signed("first"))


async def _what_is_there(context: Context, params: Call) -> Result:
    asked = {"elicitation": ("a_name", ask_name()), "sampling": ("a_word", ask_model("A word, please", 10))}
    return required(dict(ask for name, ask in asked.items() if _has(context, name)), None)


TALKING: dict[str, Callable[[Context, Call], Awaitable[Result]]] = {
    "test_tool_with_logging": _with_logging,
    "test_logging_tool": _with_logging,
    "test_tool_with_progress": _with_progress,
    "test_error_handling": _failing,
    "test_sampling": _sampling,
    "test_elicitation": _elicitation,
    "test_elicitation_sep1034_defaults": _defaults,
    "test_elicitation_sep1330_enums": _enums,
    "test_reconnection": _reconnection,
    "test_missing_capability": _missing_capability,
    "test_input_required_result_multi_round": _in_rounds,
    "test_input_required_result_capabilities": _what_is_there,
    **dict.fromkeys(ASKING, _asking),
}

# --- Schemas -------------------------------------------------------------------------------------------------------

_ARGUMENTS = {"test_sampling": "prompt", "test_elicitation": "message"}
_RICH_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


def schema_of(name: str) -> Mapping[str, Any]:
    if name == "json_schema_2020_12_tool":
        return _RICH_SCHEMA
    if name == "test_custom_headers":
        region = {"type": "string", "description": "Where", "x-mcp-header": "Region"}
        return {"type": "object", "properties": {"region": region, "query": {"type": "string"}}}
    argument = _ARGUMENTS.get(name)
    properties = {argument: {"type": "string"}} if argument else {}
    return {"type": "object", "properties": properties, "required": list(properties)}


# --- The rest ------------------------------------------------------------------------------------------------------

RESOURCES = {
    "test://static-text": {"mimeType": "text/plain", "text": "This is the content of the static text resource."},
    "test://static-binary": {"mimeType": "image/png", "blob": PNG},
    "test://watched-resource": {"mimeType": "text/plain", "text": "Watch me."},
}
PROMPTS: dict[str, tuple[str, ...]] = {
    "test_simple_prompt": (),
    "test_prompt_with_arguments": ("arg1", "arg2"),
    "test_prompt_with_embedded_resource": ("resourceUri",),
    "test_prompt_with_image": (),
    "test_input_required_result_prompt": (),
}


def everything() -> Server[Any]:
    """The server."""
    return Server(
        "everything",
        version="1",
        get_tool_input_schema=schema_of,
        on_list_tools=_list_tools,
        on_call_tool=_call_tool,
        on_list_resources=_list_resources,
        on_list_resource_templates=_list_templates,
        on_read_resource=_read,
        on_subscribe_resource=_nothing,
        on_unsubscribe_resource=_nothing,
        on_list_prompts=_list_prompts,
        on_get_prompt=_prompt,
        on_completion=_complete,
        on_set_logging_level=_nothing,
    )


async def _list_tools(context: Context, params: Any) -> types.ListToolsResult:
    names = [*PLAIN, *TALKING]
    tools = [{"name": name, "description": f"For tests: {name}", "inputSchema": schema_of(name)} for name in names]
    return types.ListToolsResult.model_validate({"tools": tools})


async def _call_tool(context: Context, params: Call) -> Result:
    if params.name in PLAIN:
        return types.CallToolResult.model_validate({"content": PLAIN[params.name]})
    if params.name in TALKING:
        return await TALKING[params.name](context, params)
    raise MCPError(types.INVALID_PARAMS, f"unknown tool {params.name}")


async def _list_resources(context: Context, params: Any) -> types.ListResourcesResult:
    listed = [
        {"uri": uri, "name": uri[7:], "description": "For tests", "mimeType": found["mimeType"]}
        for uri, found in RESOURCES.items()
    ]
    return types.ListResourcesResult.model_validate({"resources": listed})


async def _list_templates(context: Context, params: Any) -> types.ListResourceTemplatesResult:
    template = {"uriTemplate": "test://template/{id}/data", "name": "template", "description": "For tests"}
    return types.ListResourceTemplatesResult.model_validate({"resourceTemplates": [template]})


async def _read(context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
    uri = str(params.uri)
    found = RESOURCES.get(uri)
    if uri.startswith("test://template/") and uri.endswith("/data"):
        number = uri.removeprefix("test://template/").removesuffix("/data")
        data = {"id": number, "templateTest": True, "data": f"Data for ID: {number}"}
        found = {"mimeType": "application/json", "text": json.dumps(data)}
    if found is None:
        raise MCPError(types.INVALID_PARAMS, "there is no such resource", {"uri": uri})
    return types.ReadResourceResult.model_validate({"contents": [{"uri": uri, **found}]})


async def _list_prompts(context: Context, params: Any) -> types.ListPromptsResult:
    listed = [
        {
            "name": name,
            "description": "For tests",
            "arguments": [{"name": argument, "description": "For tests", "required": True} for argument in arguments],
        }
        for name, arguments in PROMPTS.items()
    ]
    return types.ListPromptsResult.model_validate({"prompts": listed})


async def _prompt(
    context: Context, params: types.GetPromptRequestParams
) -> types.GetPromptResult | types.InputRequiredResult:
    given = params.arguments or {}
    contents: list[dict[str, Any]] = [text("This is a simple prompt for testing.")]
    if params.name == "test_prompt_with_arguments":
        contents = [text(f"Prompt with arguments: arg1='{given.get('arg1')}', arg2='{given.get('arg2')}'")]
    elif params.name == "test_prompt_with_embedded_resource":
        uri = str(given.get("resourceUri"))
        contents = [
            embedded(uri, "text/plain", "Embedded resource content for testing."),
            text("Please process the embedded resource above."),
        ]
    elif params.name == "test_prompt_with_image":
        contents = [image(), text("Please analyze the image above.")]
    elif params.name == "test_input_required_result_prompt":
        wanted = {"user_context": ask_name("What context should the prompt use?", "context")}
        if not wanted.keys() <= (params.input_responses or {}).keys():
            return required(wanted, None)
    messages = [{"role": "user", "content": content} for content in contents]
    return types.GetPromptResult.model_validate({"messages": messages})


async def _complete(context: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
    values = [word for word in ("paris", "park", "party") if word.startswith(params.argument.value)]
    return types.CompleteResult.model_validate(
        {"completion": {"values": values, "total": len(values), "hasMore": False}}
    )


async def _nothing(context: Context, params: Any) -> types.EmptyResult:
    return types.EmptyResult()


def done(words: str) -> types.CallToolResult:
    return types.CallToolResult.model_validate({"content": [text(words)]})


def required(wanted: dict[str, dict[str, Any]], state: str | None) -> types.InputRequiredResult:
    return types.InputRequiredResult.model_validate({"inputRequests": wanted, "requestState": state})


def _argument(params: Call, name: str) -> str:
    return str((params.arguments or {}).get(name, ""))


def _has(context: Context, capability: str) -> bool:
    known = context.session.client_capabilities
    return known is not None and getattr(known, capability) is not None


def _told(answer: Any) -> str:
    return json.dumps(answer.model_dump(mode="json", exclude_none=True))


def _signed(state: str) -> str:
    return f"{state}.{hmac.new(_KEY, state.encode(), hashlib.sha256).hexdigest()}"


def _is_ours(text: str, state: str) -> bool:
    return hmac.compare_digest(text.encode(), _signed(state).encode())


class Events(EventStore):
    """Keeps every event of every stream, for clients that come back for the rest."""

    def __init__(self) -> None:
        self._kept: list[tuple[str, types.JSONRPCMessage | None]] = []

    async def store_event(self, stream_id: str, message: types.JSONRPCMessage | None) -> str:
        self._kept.append((stream_id, message))
        return str(len(self._kept))

    async def replay_events_after(self, last_event_id: str, send_callback: EventCallback) -> str | None:
        number = int(last_event_id)
        stream = self._kept[number - 1][0]
        for place, (of, message) in enumerate(self._kept[number:], number + 1):
            if of == stream and message is not None:
                await send_callback(EventMessage(message, str(place)))
        return stream
