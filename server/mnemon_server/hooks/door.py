"""`mnemon hook EVENT`: the client's JSON in, what that client understands out, within a deadline, always exit 0."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from mnemon_server.errors import MnemonError
from mnemon_server.hooks import log
from mnemon_server.hooks.answer import Outcome
from mnemon_server.hooks.deadline import Deadline
from mnemon_server.hooks.detach import PATIENT, detach
from mnemon_server.hooks.event import CLIENTS, MOST_BYTES, parse_event
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


@dataclass(frozen=True)
class _Order:
    """What the command line asks for."""

    hook: Hook | None
    client: str
    folder: str
    in_foreground: bool
    words: tuple[str, ...]


def main(arguments: Sequence[str]) -> int:
    """One hook, whatever happens: 0."""
    began = time.monotonic()
    order = _ordered(arguments)

    def tell(note: str) -> None:
        name = order.hook.name if order.hook else "hook"
        with suppress(Exception):  # a log that has no place is no reason to fail
            log.note(_logs(order), name, order.client, note, (time.monotonic() - began) * 1000)

    try:
        _carry_out(order, tell)
    except KeyboardInterrupt:
        tell("interrupted")
    except BaseException as trouble:  # noqa: BLE001  whatever it is, it is no reason to stop the user's prompt
        tell(f"bug {log.where(trouble)}")
    return 0


def _carry_out(order: _Order, tell: Callable[[str], None]) -> None:
    hook = order.hook
    if hook is None:
        tell("unknown event")
        return
    with Deadline(_READING if hook.is_detached else _seconds(hook, order), lambda: tell("deadline")):
        data = _read()
        if not hook.is_detached:
            answer = _work(hook, order, data, tell)
            if answer and sys.stdout is not None:
                sys.stdout.buffer.write(answer.encode())
                sys.stdout.buffer.flush()
            return
    if not order.in_foreground:
        detach(lambda: _work_patiently(hook, order, data, tell), order.words, data)
        return
    _work_patiently(hook, order, data, tell)


def _work_patiently(hook: Hook, order: _Order, data: bytes, tell: Callable[[str], None]) -> None:
    with Deadline(_seconds(hook, order), lambda: tell("deadline")):
        try:
            _work(hook, order, data, tell)
        except BaseException as trouble:  # noqa: BLE001  nobody is there to see it
            tell(f"bug {log.where(trouble)}")


def _work(hook: Hook, order: _Order, data: bytes, tell: Callable[[str], None]) -> str:
    try:
        event = parse_event(data, order.client)
    except ValueError as trouble:
        tell(f"bad input ({type(trouble).__name__})")
        return ""
    try:
        outcome: Outcome = import_module(f"mnemon_server.hooks.{hook.module}").run(event, _settings(order))
    except MnemonError as trouble:
        tell(trouble.code)
        return ""
    tell(outcome.note)
    return outcome.answer


def _read() -> bytes:
    if sys.stdin is None or sys.stdin.isatty():
        return b"{}"
    return sys.stdin.buffer.read(MOST_BYTES)


def _seconds(hook: Hook, order: _Order) -> float:
    with suppress(MnemonError):  # whatever is wrong with the settings is told when they are needed
        environment = _environment(order)
        if remote_url(environment, vault_folder(environment, Path.home())):
            return hook.remote_deadline
    return hook.deadline


def _settings(order: _Order) -> Settings:
    return load_settings(_environment(order), Path.home())


def _logs(order: _Order) -> Path:
    return vault_folder(_environment(order), Path.home()) / "logs"


def _environment(order: _Order) -> Mapping[str, str]:
    return os.environ | ({"MNEMON_VAULT_DIR": order.folder} if order.folder else {})


def _ordered(arguments: Sequence[str]) -> _Order:
    """The command line, read with patience: an option of a later version is passed over."""
    words, options = _apart(arguments), {"--client": "", "--vault-dir": ""}
    for name in options:
        if name in words[:-1]:
            place = words.index(name)
            options[name] = words[place + 1]
            del words[place : place + 2]
    client = options["--client"] if options["--client"] in CLIENTS else CLIENTS[0]
    asked = next((word for word in words if not word.startswith("-")), "")
    hook = next((each for each in HOOKS if each.name == asked), None)
    return _Order(hook, client, options["--vault-dir"], PATIENT in words, tuple(arguments))


def _apart(arguments: Sequence[str]) -> list[str]:
    """`--client=gemini` as the two words that it is."""
    return [part for word in arguments for part in (word.split("=", 1) if word.startswith("--") else [word])]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
