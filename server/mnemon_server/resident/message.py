"""What a pump has to know of the messages that go through it."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Those that change nothing; the tools' own declarations say the same.
READ_ONLY = frozenset({
    "memory_search", "memory_get", "memory_timeline", "memory_related", "memory_status", "memory_check_contradictions",
    "profile_get",
})  # fmt: skip
_LOST = -32000  # of those that JSON-RPC leaves to servers
_INVALID = -32600


class Message:
    """One message, as far as it could be understood; what could not goes through all the same.

    Attributes:
        key: the id as JSON; empty when it has none.
        method: empty for an answer.
        cancelled: the key of the request that this notification takes back.
        is_repeatable: whether asking for it twice does no harm.
    """

    def __init__(self, told: dict[str, Any]) -> None:  # Any: JSON
        method, params = told.get("method"), told.get("params")
        params = params if isinstance(params, dict) else {}
        self.method = method if isinstance(method, str) else ""
        self.id = told.get("id")
        self.key = json.dumps(self.id) if "id" in told else ""
        self.cancelled = json.dumps(params.get("requestId"))
        self.is_request = bool(self.method and self.key)
        self.is_answer = bool(self.key and not self.method and ("result" in told or "error" in told))
        self.is_error = "error" in told
        self.is_repeatable = self.method != "tools/call" or params.get("name") in READ_ONLY


def read_message(line: bytes) -> Message:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        told = None
    return Message(told if isinstance(told, dict) else {})


def lost_answer(message: Message, why: str = "") -> bytes:
    """For a request whose server went away; with `why` it was not carried out at all."""
    if why:
        text = f"mnemon's server on this machine is out of reach ({why}); nothing was done. Try again in a moment."
    else:
        text = (
            "mnemon's server on this machine ended while it worked on this; whether it was done is not known."
            " Look whether it was, and if not, try again."
        )
    return _error(message.id, _LOST, text, {"retryable": True})


def too_large_answer() -> bytes:
    return _error(None, _INVALID, "a message of more than 32 MB is not taken", {})


def _error(number: Any, code: int, text: str, data: dict[str, Any]) -> bytes:  # Any: JSON
    error = {"code": code, "message": text, "data": data}
    return json.dumps({"jsonrpc": "2.0", "id": number, "error": error}).encode()
