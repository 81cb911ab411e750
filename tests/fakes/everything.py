"""A server with one of everything that the conformance suite asks for, to be put behind the layers of ours."""

from __future__ import annotations

import json
from typing import Any

import mcp_types as types
from mcp.server import Server
from mcp.server.streamable_http import EventCallback, EventMessage, EventStore
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    ListenHandler,
    PromptsListChanged,
    ServerEvent,
    ToolsListChanged,
)
from mcp.shared.exceptions import MCPError
from tests.fakes.everything_asking import Call, Context, Result, ask_user, required
from tests.fakes.everything_tools import (
    PNG,
    TOOLS,
    done,
    embedded,
    image,
    schema_of,
    text,
)

RESOURCES = {
    "test://static-text": {"mimeType": "text/plain", "text": "A text that stays as it is."},
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
# Tools that tell whoever listens that a list is another one now.
CHANGES: dict[str, ServerEvent] = {
    "test_trigger_tool_change": ToolsListChanged(),
    "test_trigger_prompt_change": PromptsListChanged(),
}


def everything() -> Server[Any]:
    """The server."""
    bus = InMemorySubscriptionBus()

    async def call_tool(context: Context, params: Call) -> Result:
        if params.name in CHANGES:
            await bus.publish(CHANGES[params.name])
            return done("Told.")
        if params.name in TOOLS:
            return await TOOLS[params.name](context, params)
        raise MCPError(types.INVALID_PARAMS, f"unknown tool {params.name}")

    return Server(
        "everything",
        version="1",
        get_tool_input_schema=schema_of,
        on_list_tools=_list_tools,
        on_call_tool=call_tool,
        on_list_resources=_list_resources,
        on_list_resource_templates=_list_templates,
        on_read_resource=_read,
        on_subscribe_resource=_nothing,
        on_unsubscribe_resource=_nothing,
        on_subscriptions_listen=ListenHandler(bus),
        on_list_prompts=_list_prompts,
        on_get_prompt=_prompt,
        on_completion=_complete,
        on_set_logging_level=_nothing,
    )


async def _list_tools(context: Context, params: Any) -> types.ListToolsResult:
    tools = [
        {"name": name, "description": f"For tests: {name}", "inputSchema": schema_of(name)}
        for name in (*TOOLS, *CHANGES)
    ]
    return types.ListToolsResult.model_validate({"tools": tools})


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
        found = {"mimeType": "application/json", "text": json.dumps({"number": number})}
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
    if params.name not in PROMPTS:
        raise MCPError(types.INVALID_PARAMS, f"unknown prompt {params.name}")
    wanted = {"user_context": ask_user("What is it about?", "context")}
    if (
        params.name == "test_input_required_result_prompt"
        and not wanted.keys() <= (params.input_responses or {}).keys()
    ):
        return required(wanted, None)
    messages = [{"role": "user", "content": content} for content in _filled(params.name, params.arguments or {})]
    return types.GetPromptResult.model_validate({"messages": messages})


def _filled(name: str, given: dict[str, str]) -> list[dict[str, Any]]:
    if name == "test_prompt_with_arguments":
        return [text(f"First {given.get('arg1')}, then {given.get('arg2')}.")]
    if name == "test_prompt_with_embedded_resource":
        resource = embedded(given.get("resourceUri", ""), "text/plain", "What is embedded.")
        return [resource, text("Look at what is embedded above.")]
    if name == "test_prompt_with_image":
        return [image(), text("Look at the image above.")]
    return [text("A prompt without arguments.")]


async def _complete(context: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
    values = [word for word in ("tea", "team", "test") if word.startswith(params.argument.value)]
    completion = {"values": values, "total": len(values), "hasMore": False}
    return types.CompleteResult.model_validate({"completion": completion})


async def _nothing(context: Context, params: Any) -> types.EmptyResult:
    return types.EmptyResult()


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
