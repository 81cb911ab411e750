"""Tools that ask before they answer: by a result that wants input, as the 2026-07-28 revision has it."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import mcp_types as types
from mcp.server import ServerRequestContext
from mcp.shared.exceptions import MCPError

Context = ServerRequestContext[Any]
Call = types.CallToolRequestParams
Result = types.CallToolResult | types.InputRequiredResult
Ask = dict[str, Any]
_KEY = b"only for telling our own state from another"


def ask_user(message: str, field: str, kind: str = "string") -> Ask:
    schema = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    return {"method": "elicitation/create", "params": {"message": message, "requestedSchema": schema}}


def ask_model(question: str) -> Ask:
    messages = [{"role": "user", "content": {"type": "text", "text": question}}]
    return {"method": "sampling/createMessage", "params": {"messages": messages, "maxTokens": 50}}


_NAME = {"user_name": ask_user("What are you called?", "name")}
_CAPITAL = {"capital_question": ask_model("Which city is the capital of France?")}
_ROOTS: dict[str, Ask] = {"client_roots": {"method": "roots/list", "params": {}}}
_CONFIRM = {"confirm": ask_user("Is that right?", "ok", "boolean")}
# Tool -> what it wants to know before it answers.
ASKING: dict[str, dict[str, Ask]] = {
    "test_input_required_result_elicitation": _NAME,
    "test_streaming_elicitation": _NAME,
    "test_input_required_result_sampling": _CAPITAL,
    "test_input_required_result_list_roots": _ROOTS,
    "test_input_required_result_request_state": _CONFIRM,
    "test_input_required_result_tampered_state": _CONFIRM,
    "test_input_required_result_multiple_inputs": _NAME | _CAPITAL | _ROOTS,
}
_WITH_STATE = {
    "test_input_required_result_request_state",
    "test_input_required_result_tampered_state",
    "test_input_required_result_multiple_inputs",
}


async def ask_first(context: Context, params: Call) -> Result:
    """Ask for all that the tool of that name wants, until it is all there."""
    wanted, given = ASKING[params.name], params.input_responses or {}
    with_state = params.name in _WITH_STATE
    if params.request_state is not None and not _is_ours(params.request_state, params.name):
        raise MCPError(types.INVALID_PARAMS, "the state is not the one that was given")
    if not wanted.keys() <= given.keys():
        return required(wanted, _signed(params.name) if with_state else None)
    told = ", ".join(_told(given[name]) for name in wanted)
    return _answer(f"{told} state-ok" if with_state else told)


async def ask_in_rounds(context: Context, params: Call) -> Result:
    """One question after the other; the state says which was answered."""
    first = {"step1": ask_user("First: what are you called?", "name")}
    second = {"step2": ask_user("Second: which colour do you like?", "color")}
    given, state = params.input_responses or {}, params.request_state or ""
    if "step2" in given and _is_ours(state, "second"):
        return _answer("Both were answered.")
    if "step1" in given and _is_ours(state, "first"):
        return required(second, _signed("second"))
    return required(first, _signed("first"))


async def ask_what_it_can(context: Context, params: Call) -> Result:
    """Only what the client says that it can answer."""
    asks = {"elicitation": _NAME, "sampling": _CAPITAL}
    possible = {key: ask for name, some in asks.items() if has(context, name) for key, ask in some.items()}
    return required(possible, None) if possible else _answer("Nobody to ask.")


async def demand_sampling(context: Context, params: Call) -> Result:
    """Refuses a client that has no model to ask."""
    if not has(context, "sampling"):
        needs: dict[str, Any] = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(types.MISSING_REQUIRED_CLIENT_CAPABILITY, "this tool needs sampling", needs)
    return _answer("Sampling is there.")


def has(context: Context, capability: str) -> bool:
    known = context.session.client_capabilities
    return known is not None and getattr(known, capability) is not None


def required(wanted: dict[str, Ask], state: str | None) -> types.InputRequiredResult:
    return types.InputRequiredResult.model_validate({"inputRequests": wanted, "requestState": state})


def _answer(words: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=words)])


def _told(answer: Any) -> str:
    return json.dumps(answer.model_dump(mode="json", exclude_none=True))


def _signed(state: str) -> str:
    return f"{state}.{hmac.new(_KEY, state.encode(), hashlib.sha256).hexdigest()}"


def _is_ours(told: str, state: str) -> bool:
    return hmac.compare_digest(told.encode(), _signed(state).encode())
