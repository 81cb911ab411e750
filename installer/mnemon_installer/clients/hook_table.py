"""Which hooks we register, and how each client takes them: its events, its unit of time, its kind of handler."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Moment = Literal["prompt", "session", "stop"]
Mode = Literal["local", "web"]


@dataclass(frozen=True)
class Hook:
    """One of ours. `event` is what follows `mnemon hook`; `timeout` is in seconds; `mode` says where it is of use."""

    event: str
    moment: Moment
    timeout: int
    mode: Literal["both", "web"]


HOOKS: tuple[Hook, ...] = (
    Hook("surface", "prompt", 8, "both"),
    Hook("session-start", "session", 8, "both"),
    Hook("extract", "stop", 30, "both"),
    Hook("handoff", "stop", 30, "both"),
    Hook("warm", "prompt", 40, "web"),
    Hook("prewarm", "session", 90, "web"),
)
EVENTS = frozenset(hook.event for hook in HOOKS)


@dataclass(frozen=True)
class HookStyle:
    """How a client takes hooks.

    Attributes:
        events: its name of each moment.
        units_per_second: of the timeouts in its file.
        takes_arguments: a handler has a list of arguments and no shell; elsewhere its command is a shell's.
        since: the first version that is known to do so; without them our help would come before its model.
        windows_shell: which shell that is on Windows; elsewhere it is a POSIX one.
        must_end_well: a program that is gone would block the client, so that the shell's line hides that.
        takes_names: a handler has a name, by which a user can switch it off.
        refuses_comments: it cannot read the file of its hooks with a comment in it.
        refuses_trailing_commas: nor with a comma after the last element.
        off_switch: the keys in that file that stop all hooks, with the value that does.
        names_off: the keys of a list with the names of hooks that are switched off.
        omits: our events that it does without; another hook of ours does their work there.
        asks_for_trust: it runs none before its user has trusted each, by its place in the file and by its text.
        next_step: what the user has to do before they run.
    """

    events: Mapping[Moment, str]
    units_per_second: int
    takes_arguments: bool = False
    since: str = ""
    windows_shell: Literal["cmd", "powershell"] = "cmd"
    must_end_well: bool = False
    takes_names: bool = False
    refuses_comments: bool = False
    refuses_trailing_commas: bool = True
    off_switch: tuple[tuple[str, ...], bool] | None = None
    names_off: tuple[str, ...] = ()
    omits: frozenset[str] = frozenset()
    asks_for_trust: bool = False
    next_step: str = ""


CLAUDE_CODE = HookStyle(
    events={"prompt": "UserPromptSubmit", "session": "SessionStart", "stop": "Stop"},
    units_per_second=1,
    takes_arguments=True,
    since="2.1.197",
    refuses_comments=True,
    off_switch=(("disableAllHooks",), True),
)
GEMINI = HookStyle(
    events={"prompt": "BeforeAgent", "session": "SessionStart", "stop": "AfterAgent"},
    units_per_second=1000,
    windows_shell="powershell",
    # A shell that finds no program ends with 127 and a message: Gemini blocks every prompt then, and takes the message
    # after an answer for the next prompt, for ever.
    must_end_well=True,
    takes_names=True,
    off_switch=(("hooksConfig", "enabled"), False),
    names_off=("hooksConfig", "disabled"),
    # It forgets a session's first prompt on `--resume` when the start of the session was given text: `surface` gives
    # that with the first prompt.
    omits=frozenset({"session-start"}),
)
CODEX = HookStyle(
    events={"prompt": "UserPromptSubmit", "session": "SessionStart", "stop": "Stop"},
    units_per_second=1,
    refuses_comments=True,
    asks_for_trust=True,
    next_step="start `codex`, type `/hooks` and trust the hooks of mnemon (until then Codex skips them)",
)


def hooks_of(style: HookStyle, mode: Mode) -> tuple[Hook, ...]:
    """What is registered with such a client in this mode."""
    due = (hook for hook in HOOKS if hook.mode == "both" or mode == "web")
    return tuple(hook for hook in due if hook.event not in style.omits)


def is_too_old(style: HookStyle, version: str) -> bool:
    """A client of this version may not take our hooks; one whose version nobody knows is taken for a new one."""
    return bool(style.since and version) and _numbers(version) < _numbers(style.since)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
