"""Every action by its name, whichever room has it: those on memories, and those on who may come in."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from mnemon_server.actions import ACTIONS, perform
from mnemon_server.actions.context import ActionContext
from mnemon_server.errors import UsageError

# Carried out on oauth.sqlite instead of the vault, by mnemon_server.auth.administration.
ADMINISTRATIVE = ("token_new", "token_list", "token_revoke", "connections", "connections_revoke", "auth_attempts")


def perform_any(context: ActionContext, action: str, parameters: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """Carry out the action called `action`.

    Raises:
        UsageError: no such action.
        MnemonError: as the action says.
    """
    if action not in ADMINISTRATIVE:
        return perform(context, action, parameters)
    from mnemon_server.auth.store import AuthStore  # the commands on memories need not pay for it

    store = AuthStore(context.settings.oauth_path)
    try:
        found: dict[str, Any] = function_of(action)(store, **parameters)  # Any: JSON
        return found
    finally:
        store.close()


def function_of(action: str) -> Callable[..., dict[str, Any]]:
    """What carries out an action; its first argument is the context, or for administration the store.

    Raises:
        UsageError: no such action.
    """
    if action in ADMINISTRATIVE:
        from mnemon_server.auth.administration import ADMINISTRATION

        return ADMINISTRATION[action]
    if action not in ACTIONS:
        raise UsageError(f"unknown action {action!r}", "bring the program and the server to the same version")
    function: Callable[..., dict[str, Any]] = import_module(f"mnemon_server.actions.{ACTIONS[action]}").run
    return function


def taken_by(action: str, parameters: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """The parameters, when the action has them all: a program of another version gets a sentence, not a bug.

    Raises:
        UsageError: no such action, or not with these parameters.
    """
    import inspect  # for servers; the commands need not pay for it

    try:
        inspect.signature(function_of(action)).bind(None, **parameters)
    except TypeError:
        raise UsageError(
            f"{action} was called with parameters that this server does not know",
            "bring the program and the server to the same version",
        ) from None
    return parameters
