"""The MCP server over the tool surface: no assumption about where its bytes come from.

The SDK's low-level `Server` is used, not `MCPServer`: our tools are data, so nothing has to be derived from
function signatures at start-up, and what the model reads on an error is our own sentence.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import anyio.to_thread
import mcp_types as types
from mcp.server import Server, ServerRequestContext
from mcp.shared.exceptions import MCPError

from mnemon_server import __version__
from mnemon_server.errors import MnemonError
from mnemon_server.tools import prompts, reading
from mnemon_server.tools.declarations import INSTRUCTIONS, TOOLS
from mnemon_server.tools.surface import Desk, Perform, Reply, call_tool

_log = logging.getLogger("mnemon")
Context = ServerRequestContext[dict[str, Any]]  # Any: the SDK's own type of lifespan state
CLIENT_NAME_LIMIT = 80
SESSION_NAME = "mnemon.session"  # key of an ASGI scope
Answer = TypeVar("Answer")


def build(desk: Desk) -> Server[dict[str, Any]]:
    """A server that answers at `desk`, for any number of sessions in both protocol eras."""

    async def on_list_tools(context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=_listed_tools())

    async def on_call_tool(context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        perform = desk.of(_client_of(context), _session_of(context))
        reply = await _in_thread(lambda: _answer(perform, params.name, params.arguments or {}))
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=reply.text)],
            structured_content=reply.structured,
            is_error=reply.is_error,
        )

    async def on_list_resources(
        context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        listed = [
            types.Resource(uri=uri, name=name, description=description, mime_type="text/markdown")
            for uri, name, description in reading.FIXED
        ]
        return types.ListResourcesResult(resources=listed)

    async def on_list_resource_templates(
        context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        template = types.ResourceTemplate(
            uri_template=reading.TEMPLATE,
            name="memory",
            description="One memory, whole.",
            mime_type="text/markdown",
        )
        return types.ListResourceTemplatesResult(resource_templates=[template])

    async def on_read_resource(context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        address = str(params.uri)
        perform = desk.of(_client_of(context), _session_of(context))
        try:
            text = await _in_thread(lambda: reading.read(perform, address))
        except MnemonError as trouble:
            raise MCPError(types.INVALID_PARAMS, f"{trouble.message}. {trouble.hint}", {"uri": address}) from trouble
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=address, mime_type="text/markdown", text=text)]
        )

    async def on_list_prompts(context: Context, params: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=[_listed_prompt(prompt) for prompt in prompts.PROMPTS])

    async def on_get_prompt(context: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        try:
            prompt, text = prompts.filled(params.name, params.arguments or {})
        except MnemonError as trouble:
            raise MCPError(types.INVALID_PARAMS, f"{trouble.message}. {trouble.hint}") from trouble
        message = types.PromptMessage(role="user", content=types.TextContent(type="text", text=text))
        return types.GetPromptResult(description=prompt.description, messages=[message])

    return Server(
        "mnemon",
        version=__version__,
        title="mnemon memory",
        instructions=INSTRUCTIONS,
        on_list_tools=on_list_tools,
        on_call_tool=on_call_tool,
        on_list_resources=on_list_resources,
        on_list_resource_templates=on_list_resource_templates,
        on_read_resource=on_read_resource,
        on_list_prompts=on_list_prompts,
        on_get_prompt=on_get_prompt,
    )


def _answer(perform: Perform, name: str, arguments: dict[str, Any]) -> Reply:
    try:
        return call_tool(perform, name, arguments)
    except Exception:  # noqa: BLE001  the boundary of the protocol: a bug becomes an answer
        # The client gets a sentence, the log gets the rest: an exception's text may quote a memory.
        _log.exception("tool %s failed", name[:80])
        return Reply(f"{name} failed inside mnemon; the server's log has the details.", is_error=True)


def _client_of(context: Context) -> str:
    """What the client calls itself."""
    known = context.session.client_params
    name = known.client_info.name[:CLIENT_NAME_LIMIT] if known is not None else ""
    return name or "mcp"


def _session_of(context: Context) -> str:
    """Names the client's session where several share a server: the HTTP layer notes it with the request."""
    scope = getattr(context.request, "scope", {})
    return str(scope.get(SESSION_NAME, ""))


async def _in_thread(work: Callable[[], Answer]) -> Answer:
    return await anyio.to_thread.run_sync(work)


def _listed_tools() -> list[types.Tool]:
    return [
        types.Tool(
            name=tool.name,
            description=tool.description,
            input_schema=tool.input_schema(),
            annotations=types.ToolAnnotations(
                read_only_hint=tool.read_only,
                destructive_hint=tool.destructive,
                idempotent_hint=tool.idempotent or tool.read_only,
                open_world_hint=False,
            ),
        )
        for tool in TOOLS
    ]


def _listed_prompt(prompt: prompts.Prompt) -> types.Prompt:
    argument = types.PromptArgument(
        name=prompt.argument, description=prompt.argument_description, required=prompt.required
    )
    return types.Prompt(name=prompt.name, description=prompt.description, arguments=[argument])
