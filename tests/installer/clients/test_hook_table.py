"""The one table of hooks: what each client is told, in its own names and units, and how ours are known again."""

from __future__ import annotations

import json

import pytest

from mnemon_installer.clients import CLIENTS
from mnemon_installer.clients.client import Launch
from mnemon_installer.clients.hook_handlers import call_of, wanted_hooks
from mnemon_installer.clients.hook_table import CLAUDE_CODE, CODEX, GEMINI, HOOKS, HookStyle, is_too_old
from mnemon_server.hooks.door import HOOKS as RUN

MNEMON = Launch("/opt/mnemon")
STYLES = {client.name: client.hooks for client in CLIENTS if client.hooks}


def table(name: str, mode: str = "local") -> list[tuple[str, str, int]]:
    """Our event, the client's, and the time-out in its file."""
    wanted = wanted_hooks(name, STYLES[name], MNEMON, "linux", mode)  # type: ignore[arg-type]  # one of the two modes
    return [(each.hook.event, each.event, each.handler["timeout"]) for each in wanted]


def test_claude_and_codex_count_in_seconds_and_gemini_in_milliseconds() -> None:
    assert set(STYLES) == {"claude-code", "gemini", "codex"}
    for name in ("claude-code", "codex"):
        assert table(name) == [
            ("surface", "UserPromptSubmit", 8),
            ("session-start", "SessionStart", 8),
            ("extract", "Stop", 30),
            ("handoff", "Stop", 30),
        ]
    assert table("gemini") == [
        ("surface", "BeforeAgent", 8_000),
        ("extract", "AfterAgent", 30_000),
        ("handoff", "AfterAgent", 30_000),
    ]


def test_with_a_server_on_the_web_two_more_keep_it_awake() -> None:
    added = [row for row in table("claude-code", "web") if row not in table("claude-code")]
    assert added == [("warm", "UserPromptSubmit", 40), ("prewarm", "SessionStart", 90)]
    assert table("gemini", "web")[-2:] == [("warm", "BeforeAgent", 40_000), ("prewarm", "SessionStart", 90_000)]


def test_every_hook_ends_by_itself_long_before_its_client_ends_it() -> None:
    deadlines = {hook.name: 0.0 if hook.is_detached else hook.deadline for hook in RUN}
    assert {hook.event for hook in HOOKS} == set(deadlines)
    assert all(deadlines[hook.event] * 2 < hook.timeout for hook in HOOKS)


def first(name: str, style: HookStyle, launch: Launch, platform: str = "linux") -> str:
    return json.dumps(wanted_hooks(name, style, launch, platform)[0].handler)


def test_claude_starts_the_program_without_a_shell() -> None:
    assert first("claude-code", CLAUDE_CODE, Launch("/my tools/mnemon")) == (
        '{"type": "command", "command": "/my tools/mnemon", '
        '"args": ["hook", "surface", "--client", "claude-code"], "timeout": 8}'
    )


def test_a_claude_that_may_not_pass_arguments_on_is_too_old() -> None:
    for version, verdict in (("2.1.196", True), ("2.0.400", True), ("2.1.197", False), ("2.1.330", False), ("", False)):
        assert is_too_old(CLAUDE_CODE, version) is verdict
    assert not is_too_old(GEMINI, "0.1.0")


def test_a_vault_elsewhere_is_an_argument_because_a_hook_has_no_variables_of_its_own() -> None:
    launch = Launch("/opt/mnemon", environment={"MNEMON_VAULT_DIR": "/my notes", "MNEMON_MODEL_PATH": "/m"})
    told = json.loads(first("claude-code", CLAUDE_CODE, launch))["args"]
    assert told == ["hook", "surface", "--client", "claude-code", "--vault-dir", "/my notes"]
    assert "--vault-dir '/my notes'" in first("codex", CODEX, launch)


@pytest.mark.parametrize(
    ("style", "command", "platform", "line"),
    [
        (CODEX, "/opt/mnemon", "linux", "/opt/mnemon hook surface --client x"),
        (CODEX, "/it's; a $HOME/mnemon", "darwin", "'/it'\"'\"'s; a $HOME/mnemon' hook surface --client x"),
        (CODEX, r"C:\bin\mnemon.exe", "win32", r"C:\bin\mnemon.exe hook surface --client x"),
        (CODEX, r"C:\my bin\mnemon.exe", "win32", r'"C:\my bin\mnemon.exe" hook surface --client x'),
        # A program that is gone must not stop Gemini: a shell's 127 with a message blocks each of its prompts.
        (GEMINI, "/my tools/mnemon", "linux", "'/my tools/mnemon' hook surface --client x 2>/dev/null || true"),
        (
            GEMINI,
            r"C:\it's\mnemon.exe",
            "win32",
            r"try { & 'C:\it''s\mnemon.exe' hook surface --client x } catch { }; exit 0",
        ),
    ],
)
def test_where_a_shell_reads_the_command_it_is_quoted_for_that_shell(
    style: HookStyle, command: str, platform: str, line: str
) -> None:
    handler = json.loads(first("x", style, Launch(command), platform))
    assert handler["command"] == line
    found = call_of(handler)
    assert found is not None
    assert found.arguments == ("hook", "surface", "--client", "x")
    assert found.command == command


def test_gemini_knows_a_hook_by_its_name() -> None:
    names = [each.handler.get("name") for each in wanted_hooks("gemini", GEMINI, MNEMON, "linux")]
    assert names == ["mnemon-surface", "mnemon-extract", "mnemon-handoff"]
    assert all("name" not in each.handler for each in wanted_hooks("codex", CODEX, MNEMON, "linux"))


def test_what_codex_trusts_by_its_hash_stays_as_it_is() -> None:
    """Changing this line makes every user of Codex trust our hooks anew."""
    assert [each.handler for each in wanted_hooks("codex", CODEX, MNEMON, "linux")] == [
        {"type": "command", "command": "/opt/mnemon hook surface --client codex", "timeout": 8},
        {"type": "command", "command": "/opt/mnemon hook session-start --client codex", "timeout": 8},
        {"type": "command", "command": "/opt/mnemon hook extract --client codex", "timeout": 30},
        {"type": "command", "command": "/opt/mnemon hook handoff --client codex", "timeout": 30},
    ]


OURS = (
    {"command": "/old/place/mnemon", "args": ["hook", "extract"]},
    {"command": "mnemon", "args": ["hook", "prewarm", "--client", "x", "--new"], "async": True},
    {"command": "mnemon hook surface"},
    {"command": "  /old/mnemon   hook surface --client gemini 2>/dev/null || true"},
    {"command": "'/my tools/mnemon' hook handoff >/dev/null 2>&1 ; exit 0"},
    {"command": r"C:\Users\me\mnemon.EXE hook surface"},
    {"command": r'"C:\Program Files\m\mnemon.exe" hook warm --vault-dir "D:\my notes"'},
    {"command": r"& 'C:\Program Files\m\mnemon.exe' hook warm"},
)
NOT_OURS = (
    None,
    "mnemon hook surface",
    {"type": "http", "url": "http://127.0.0.1/mnemon/hook/surface"},
    {"command": 7, "args": ["hook", "surface"]},
    {"command": "/opt/mnemon", "args": ["serve"]},
    {"command": "/opt/mnemon", "args": ["hook", "their-event"]},
    {"command": "/opt/mnemonic", "args": ["hook", "surface"]},
    {"command": "/bin/echo", "args": ["mnemon", "hook", "surface"]},
    {"command": "mnemon"},
    {"command": "mnemon hook"},
    {"command": "mnemon hook surface"[:-1]},
    {"command": "echo mnemon hook surface"},
    {"command": "mnemon hook surface | tee /tmp/log"},
    {"command": "mnemon hook surface && ./mine.sh"},
    {"command": "mnemon hook surface; ./mine.sh"},
    {"command": "mnemon hook surface 'unclosed"},
    {"command": "curl https://example.com/mnemon/hook/surface"},
)


@pytest.mark.parametrize("handler", OURS, ids=lambda handler: handler["command"].split()[-1])
def test_ours_are_known_in_old_shapes_and_from_other_places(handler: object) -> None:
    found = call_of(handler)
    assert found is not None
    assert found.event in ("surface", "extract", "handoff", "warm", "prewarm")


@pytest.mark.parametrize("handler", NOT_OURS, ids=str)
def test_what_the_user_wrote_is_the_users(handler: object) -> None:
    assert call_of(handler) is None
