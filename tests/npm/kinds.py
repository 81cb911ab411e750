"""The clients that have hooks, and how each is run for one prompt without a terminal and without a network."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from tests.npm.gemini_api import GEMINI_API
from tests.npm.messages_api import MessagesApi
from tests.npm.responses_api import RESPONSES_API
from tests.npm.stand_in import StandIn

# Nobody listens there: whatever wants to leave this machine fails at once.
NOWHERE = "http://127.0.0.1:9"


class Model(Protocol):
    """A stand-in of a model: where it listens, and every request of the conversation as a text."""

    @property
    def url(self) -> str: ...

    @property
    def heard(self) -> list[str]: ...


@dataclass(frozen=True)
class Kind:
    """One client. The prompt follows its arguments.

    Attributes:
        name: as setup calls it.
        hooks_file: where setup writes the hooks, from the home folder.
        transcripts: a pattern for the client's own records, from the home folder.
        units_per_second: of the time-outs of its hooks.
        lead: what it puts before the words of a hook.
        fence: how the fence around memories begins where it arrives.
        model: a stand-in that says these words.
        start: the arguments for a new session with the model at this address.
        go_on: the arguments for the next prompt of the last session.
        environment: what it needs besides, given the model's address.
        files: what its user has set before, from the home folder.
        ends_late_hooks: after its time-out a hook is gone, whatever shell it was started by.
    """

    name: str
    hooks_file: str
    transcripts: str
    units_per_second: int
    lead: str
    fence: str
    model: Callable[[str], AbstractContextManager[Model]]
    start: Callable[[str], tuple[str, ...]]
    go_on: Callable[[str], tuple[str, ...]]
    environment: Callable[[str], Mapping[str, str]]
    files: Mapping[str, str] = field(default_factory=dict)
    ends_late_hooks: bool = True

    @property
    def variable(self) -> str:
        """The environment variable that says where its program is."""
        return f"MNEMON_TEST_{self.name.partition('-')[0].upper()}"


def _claude_environment(url: str) -> Mapping[str, str]:
    return {
        "ANTHROPIC_API_KEY": "dummy",
        "ANTHROPIC_BASE_URL": url,
        "DISABLE_TELEMETRY": "1",
        "DISABLE_ERROR_REPORTING": "1",
        "DISABLE_AUTOUPDATER": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }


def _gemini_environment(url: str) -> Mapping[str, str]:
    return {
        "GEMINI_API_KEY": "dummy",
        "GOOGLE_GEMINI_BASE_URL": url,
        "GEMINI_CLI_TRUST_WORKSPACE": "true",
        "HTTPS_PROXY": NOWHERE,
        "HTTP_PROXY": NOWHERE,
        "NO_PROXY": "127.0.0.1,localhost",
    }


_GEMINI_SETTINGS = {
    "security": {"auth": {"selectedType": "gemini-api-key"}},
    "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
    "privacy": {"usageStatisticsEnabled": False},
}


def _codex_exec(url: str) -> tuple[str, ...]:
    provider = f'name="local",base_url="{url}",wire_api="responses",env_key="LOCAL_KEY"'
    settings = (
        'model="gpt-5.1-codex"',
        'model_provider="local"',
        f"model_providers.local={{{provider},request_max_retries=0,stream_max_retries=0}}",
        "check_for_update_on_startup=false",
        "analytics.enabled=false",
    )
    set_for_now = tuple(word for setting in settings for word in ("-c", setting))
    return ("exec", "--skip-git-repo-check", "--dangerously-bypass-hook-trust", *set_for_now)


CLAUDE = Kind(
    name="claude-code",
    hooks_file=".claude/settings.json",
    transcripts=".claude/projects/*/*.jsonl",
    units_per_second=1,
    lead="UserPromptSubmit hook additional context: ",
    fence="<memory-data ",
    model=lambda closing: MessagesApi([], closing),
    start=lambda url: ("-p",),
    go_on=lambda url: ("-p", "--continue"),
    environment=_claude_environment,
)
GEMINI = Kind(
    name="gemini",
    hooks_file=".gemini/settings.json",
    transcripts=".gemini/tmp/*/chats/*.jsonl",
    units_per_second=1000,
    lead="<hook_context>",
    fence="&lt;memory-data ",  # it escapes what hooks give it
    model=lambda closing: StandIn(GEMINI_API, closing),
    start=lambda url: ("-m", "gemini-2.5-flash", "-p"),
    go_on=lambda url: ("-m", "gemini-2.5-flash", "--resume", "latest", "-p"),
    environment=_gemini_environment,
    files={".gemini/settings.json": json.dumps(_GEMINI_SETTINGS, indent=2)},
    ends_late_hooks=False,  # only the shell, and then it waits for what that had started
)
CODEX = Kind(
    name="codex",
    hooks_file=".codex/hooks.json",
    transcripts=".codex/sessions/*/*/*/*.jsonl",
    units_per_second=1,
    lead="\n",
    fence="<memory-data ",
    model=lambda closing: StandIn(RESPONSES_API, closing),
    start=_codex_exec,
    go_on=lambda url: (*_codex_exec(url), "resume", "--last"),
    environment=lambda url: {"LOCAL_KEY": "dummy"},
)
KINDS = (CLAUDE, GEMINI, CODEX)
