"""Do our hooks stand where their client looks for them, and are they those we would write?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnemon_installer.checks.check import Finding, Subject, Verdict
from mnemon_installer.clients import Client
from mnemon_installer.clients.client import Launch
from mnemon_installer.clients.codex_trust import are_reviewed, hooks_off
from mnemon_installer.clients.config_file import ConfigFile, edit_command, read_config
from mnemon_installer.clients.hook_handlers import WantedHook, call_of, hook_call, wanted_hooks
from mnemon_installer.clients.hook_table import HookStyle, is_too_old
from mnemon_installer.clients.hooks_file import own_hooks, read_hooks
from mnemon_installer.edits.hooks import Found


@dataclass(frozen=True)
class ClientHooks:
    """For a client that has hooks. Reads the file as the client does."""

    client: Client

    @property
    def code(self) -> str:
        return f"{self.client.name}.hooks"

    @property
    def about(self) -> str:
        return f"{self.client.title} has the hooks of mnemon as setup would add them"

    @property
    def needs(self) -> Sequence[str]:
        return (f"{self.client.name}.entry",)

    def run(self, subject: Subject) -> Finding:
        path, launch = self.client.hooks_files(subject.world)[0], subject.facts.launch
        wanted = self._wanted(subject, launch) if launch else ()
        file = read_hooks(subject.world, path, wanted)
        there = own_hooks(file)
        if not there:
            return self._absent(subject, path)
        if launch is not None and (trouble := next(self._troubles(subject, launch, wanted, there), None)):
            return Finding(self.code, *trouble, self._fix)
        return self._obstacle(subject, file) or Finding(self.code, "ok", f"in {path}{self._hint(subject, file)}")

    @property
    def _fix(self) -> str:
        return f"mnemon setup {self.client.name} --hooks"

    @property
    def _style(self) -> HookStyle:
        assert self.client.hooks is not None  # only for a client that has hooks
        return self.client.hooks

    def _wanted(self, subject: Subject, launch: Launch) -> tuple[WantedHook, ...]:
        return wanted_hooks(self.client.name, self._style, launch, subject.world.platform, subject.facts.hook_mode)

    def _hint(self, subject: Subject, file: ConfigFile) -> str:
        if not self._style.asks_for_trust:
            return ""
        is_reviewed = are_reviewed(self._settings(subject), file.path, [found.place for found in own_hooks(file)])
        return ", reviewed by you" if is_reviewed else f"; next, {self._style.next_step}"

    def _settings(self, subject: Subject) -> dict[str, Any]:  # Any: TOML values
        return read_config(subject.world, self.client).document.data

    def _absent(self, subject: Subject, path: Path) -> Finding:
        title = self.client.title
        if self.client.name in subject.facts.hooked_before:
            message = (
                f"setup added hooks to {title}, and they are gone: a running {title} may have written an older copy"
            )
            return Finding(self.code, "fail", f"{message} of {path} back", self._fix)
        return Finding(self.code, "skipped", f"{title} has no hooks of mnemon", self._fix, absence="no hooks")

    def _troubles(
        self, subject: Subject, launch: Launch, wanted: Sequence[WantedHook], there: Sequence[Found]
    ) -> Iterator[tuple[Verdict, str]]:
        names = [(found.event, found.name) for found in there]
        due = [(each.event, each.hook.event) for each in wanted]
        if missing := [name for event, name in due if (event, name) not in names]:
            yield "fail", f"{self.client.title} lacks the hook {' and '.join(missing)}"
        if surplus := [name for event, name in names if (event, name) not in due]:
            yield "fail", f"{self.client.title} runs the hook {surplus[0]} where setup would not"
        if len(set(names)) < len(names):
            yield "fail", f"{self.client.title} has a hook of mnemon twice"
        for found, each in ((found, each) for each in wanted for found in there if _is_for(found, each)):
            yield from self._differences(subject, launch, found.handler, each)

    def _differences(
        self, subject: Subject, launch: Launch, handler: dict[str, Any], wanted: WantedHook
    ) -> Iterator[tuple[Verdict, str]]:  # Any: JSON
        call, name, timeout = call_of(handler), wanted.hook.event, wanted.handler["timeout"]
        assert call is not None  # it was found as ours
        sight = subject.world.look(Path(call.command))
        if sight is None or sight.is_folder:
            yield "fail", f"the hook {name} runs {call.command}, which does not exist"
        if call.arguments != hook_call(wanted.hook, self.client.name, launch).arguments:
            yield (
                "fail",
                f"the hook {name} runs `mnemon {' '.join(call.arguments)}`, which is not what setup would write",
            )
        if handler.get("timeout") != timeout:
            yield "fail", f"the hook {name} has the timeout {handler.get('timeout')} instead of {timeout}"
        if call.command != launch.command:
            yield "warn", f"the hook {name} runs {call.command}, and this is {launch.command}"
        if any(handler.get(key) != value for key, value in wanted.handler.items()):
            yield "fail", f"the hook {name} is not written as setup would today"

    def _obstacle(self, subject: Subject, file: ConfigFile) -> Finding | None:
        """What keeps hooks from running that are there as they should be: only their user can mend it."""
        version = next(found.version for found in subject.facts.clients if found.client.name == self.client.name)
        if is_too_old(self._style, version):
            said = f"{self.client.title} {version} may not run hooks as mnemon needs them"
            return Finding(self.code, "warn", said, f"mnemon setup {self.client.name} --no-hooks")
        line, what = file.refused_by(self._style)
        if line:
            said = f"line {line} of {file.path} has {what}, which {self.client.title} refuses"
            return Finding(self.code, "warn", said, edit_command(subject.world, file.path, line))
        where, off = file.path, self._switched_off(file)
        if self._style.asks_for_trust and not off:
            where = self.client.config_path(subject.world)
            off = hooks_off(self._settings(subject), file.path, [found.place for found in own_hooks(file)])
        if off:
            fix = edit_command(subject.world, where, 0)
            return Finding(self.code, "warn", f"hooks do not run: {off} in {where}", fix)
        return None

    def _switched_off(self, file: ConfigFile) -> str:
        """The setting that does it, as it stands in the file."""
        if self._style.off_switch is not None:
            keys, value = self._style.off_switch
            if _value_at(file, keys) is value:
                return f"{'.'.join(keys)} is {str(value).lower()}"
        names = _value_at(file, self._style.names_off) if self._style.names_off else None
        ours = {found.handler.get("name") for found in own_hooks(file)}
        off = [name for name in names if name in ours] if isinstance(names, list) else []
        return f"{'.'.join(self._style.names_off)} lists {off[0]}" if off else ""


def _is_for(found: Found, wanted: WantedHook) -> bool:
    return (found.event, found.name) == (wanted.event, wanted.hook.event)


def _value_at(file: ConfigFile, keys: Sequence[str]) -> object:
    value: object = file.document.data
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
