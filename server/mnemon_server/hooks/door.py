"""`mnemon hook EVENT`: the client's JSON in, what that client understands out, within a deadline, always exit 0."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnemon_server.client import VaultClient, connect
from mnemon_server.errors import MnemonError
from mnemon_server.hooks import log
from mnemon_server.hooks.carrying_out import carried_out
from mnemon_server.hooks.deadline import Deadline
from mnemon_server.hooks.detach import detach
from mnemon_server.hooks.order import Order, read_event
from mnemon_server.settings import Settings, load_settings, remote_url, vault_folder


@dataclass(frozen=True)
class Hook:
    """`module` holds one function `run`. Deadlines are in seconds, the second one for a vault on the web; a detached
    hook returns before it begins to work."""

    name: str
    module: str
    deadline: float
    remote_deadline: float
    is_detached: bool = False


# The deadlines stay far below the time-outs that setup registers with the clients.
HOOKS: tuple[Hook, ...] = (
    Hook("surface", "surface", 2.5, 6.0),
    Hook("session-start", "session_start", 2.5, 6.0),
    Hook("extract", "extract", 60.0, 60.0, is_detached=True),
    Hook("handoff", "handoff", 60.0, 60.0, is_detached=True),
    Hook("warm", "warm", 45.0, 45.0, is_detached=True),
    Hook("prewarm", "prewarm", 70.0, 70.0, is_detached=True),
)
_READING = 5.0  # seconds for a client to say what it wants


def main(arguments: Sequence[str], data: bytes | None = None) -> int:
    """One hook, whatever happens: 0. `data` is what stood on standard input, where somebody has read it already."""
    began = time.monotonic()
    order = Order(arguments)

    def tell(note: str) -> None:
        name = order.event if _hook_of(order) else "hook"
        with suppress(Exception):  # a log that has no place is no reason to fail
            log.note(_logs(order), name, order.client, note, (time.monotonic() - began) * 1000)

    try:
        _carry_out(order, data, tell)
    except KeyboardInterrupt:
        tell("interrupted")
    except BaseException as trouble:  # noqa: BLE001  whatever it is, it is no reason to stop the user's prompt
        tell(f"bug {log.where(trouble)}")
    return 0


def _carry_out(order: Order, data: bytes | None, tell: Callable[[str], None]) -> None:
    hook = _hook_of(order)
    if hook is None:
        tell("unknown event")
        return
    with Deadline(_READING if hook.is_detached else _seconds(hook, order), lambda: tell("deadline")):
        data = read_event() if data is None else data
        if not hook.is_detached:
            answer = _work(hook, order, data, tell)
            if answer and sys.stdout is not None:
                sys.stdout.buffer.write(answer.encode())
                sys.stdout.buffer.flush()
            return
    if not order.in_foreground:
        detach(lambda: _work_patiently(hook, order, data, tell), order.arguments, data)
        return
    _work_patiently(hook, order, data, tell)


def _work_patiently(hook: Hook, order: Order, data: bytes, tell: Callable[[str], None]) -> None:
    with Deadline(_seconds(hook, order), lambda: tell("deadline")):
        try:
            _work(hook, order, data, tell)
        except BaseException as trouble:  # noqa: BLE001  nobody is there to see it
            tell(f"bug {log.where(trouble)}")


def _work(hook: Hook, order: Order, data: bytes, tell: Callable[[str], None]) -> str:
    reach = _reach if hook.is_detached else connect  # a resident that answers has done so already
    outcome = carried_out(hook.module, order.client, data, lambda: _settings(order), reach)
    tell(outcome.note)
    return outcome.answer


def _reach(settings: Settings, caller: str, **more: Any) -> VaultClient:
    """The resident first: it has a judge's model. One is not started for a hook that nobody waits for."""
    return connect(settings, caller, resident="if there", **more)


def _hook_of(order: Order) -> Hook | None:
    return next((each for each in HOOKS if each.name == order.event), None)


def _seconds(hook: Hook, order: Order) -> float:
    with suppress(MnemonError):  # whatever is wrong with the settings is told when they are needed
        environment = _environment(order)
        if remote_url(environment, vault_folder(environment, Path.home())):
            return hook.remote_deadline
    return hook.deadline


def _settings(order: Order) -> Settings:
    return load_settings(_environment(order), Path.home())


def _logs(order: Order) -> Path:
    return vault_folder(_environment(order), Path.home()) / "logs"


def _environment(order: Order) -> Mapping[str, str]:
    return os.environ | ({"MNEMON_VAULT_DIR": order.vault} if order.vault else {})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
