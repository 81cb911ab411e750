"""The stand-in as a program: notes the call, looks for a fault that is due, carries it out."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from tests.fakes.fly import auth, faults
from tests.fakes.fly.call import Call
from tests.fakes.fly.commands import Command, check_arguments, find
from tests.fakes.fly.parser import EVERYWHERE, Flags, declared, parse
from tests.fakes.fly.state import Json, State, new_id
from tests.fakes.fly.trouble import Trouble

_INTERRUPTED = 127  # flyctl's, on Ctrl-C; it says nothing then


class Interrupted(BaseException):
    """By a signal."""


def main(argv: list[str], environment: Mapping[str, str]) -> int:
    state, number = State(Path(environment["FAKEFLY_STATE"])), new_id(8)
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, _interrupt)
    stdin = sys.stdin.buffer.read() if _reads_stdin(argv) else None
    digest = hashlib.sha256(stdin).hexdigest() if stdin is not None else None
    _note(state, {"call": number, "argv": argv, "stdin_sha256": digest})
    try:
        _run(state, argv, environment, stdin or b"")
        status = 0
    except Trouble as trouble:
        sys.stdout.write(trouble.usage)
        sys.stderr.write(trouble.text)
        status = trouble.status
    except Interrupted:
        status = _INTERRUPTED
    _note(state, {"call": number, "exit": status})
    return status


def _run(state: State, argv: list[str], environment: Mapping[str, str], stdin: bytes) -> None:
    command, rest = find(argv)
    arguments, flags = parse(rest, declared(f"{command.flags} {EVERYWHERE}"))
    if flags.is_on("help"):
        print(f"Usage:\n  fly {command.name} {command.flags}")
        return
    check_arguments(command, arguments)
    if environment.get("FLY_JSON") in ("1", "true") and " json:j!" in f" {command.flags}":
        flags = Flags({**flags.given, "json": True})
    fault = faults.due(state, command.name)
    if fault is not None:
        faults.strike_before(state, fault)
    if command.name != "version":
        auth.check_login(state.read(), environment)
    command.run(Call(state, tuple(arguments), flags, environment, stdin))
    if fault is not None:
        faults.strike_after(fault)


def _reads_stdin(argv: list[str]) -> bool:
    """Only where flyctl reads it: elsewhere it may be a terminal."""
    try:
        command: Command = find(argv)[0]
    except Trouble:
        return False
    is_from_stdin = command.name == "secrets set" and any(word.endswith("=-") for word in argv)
    return command.name == "secrets import" or is_from_stdin


def _note(state: State, entry: Json) -> None:
    """Never what stdin said: its hash. What argv says stands there, for tests that look for secrets in it."""
    with (state.folder / "calls.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise Interrupted


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
