"""One thing goes wrong on the way to the web or home, the same command is given again: what has to hold then."""

from __future__ import annotations

import json
import random
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from os import kill
from pathlib import Path
from typing import Any

from tests.fakes.fly.commands import find
from tests.fakes.fly.install import add_fault, calls, forget_faults, read_state, stop_everything, wait_for_hang
from tests.s3 import serving_s3
from tests.scripts import faulty_s3
from tests.scripts.faulty_s3 import FaultyS3, faulty
from tests.scripts.web_machine import APP, Ended, Web

from mnemon_installer.world import NoAnswer
from mnemon_server.errors import MnemonError

RERUNS = 3
# A program that hangs is ended by its user, who sees it among the processes, or presses Ctrl-C.
FLY_MODES = ("fail", "fail_after", "hang", "interrupt", "kill_parent_before", "kill_parent_after")
S3_MODES = faulty_s3.MODES
_FAILURES = ("blocked", "failed")
_SUBJECTS = {"fly": FLY_MODES, "s3": S3_MODES}


@dataclass(frozen=True)
class Flow:
    """A command, and the state that it begins with."""

    name: str
    state: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Call:
    """The n-th call of its kind in a run: `tool` is `fly` or `s3`."""

    tool: str
    kind: str
    nth: int

    def __str__(self) -> str:
        return f"{self.tool} {self.kind} #{self.nth}"


@dataclass(frozen=True)
class Trial:
    """That call of that command goes wrong in that way; with `saves`, somebody saves a memory before it is given
    again."""

    flow: str
    call: Call
    mode: str
    saves: bool = False

    def __str__(self) -> str:
        return f"{self.flow}: {self.call} {self.mode}{', then a save' if self.saves else ''}"


@dataclass
class Outcome:
    """How it went. `status` of the run that was struck, `reruns` until one succeeded; `problems` is what does not
    hold, and empty when all is well. `told` is what the failing runs said."""

    trial: Trial
    status: int = 0
    reruns: int = 0
    problems: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


class Trials:
    """One machine, prepared once and put back to a state for every trial. `calls` are those of an uninterrupted run of
    each flow, `pictures` what it leaves."""

    def __init__(self, web: Web, s3: FaultyS3) -> None:
        self.web, self._s3 = web, s3
        asked = ("--app-name", APP, "--yes", "--json")
        first = ("--storage", "s3", "--region", "ams", "--bucket", web.bucket)
        home = ("downgrade", "local", "--yes", "--json")
        self.flows = {
            "upgrade": Flow("upgrade", "here", ("upgrade", "web", *asked, *first)),
            "downgrade": Flow("downgrade", "there", home),
            "destroy": Flow("destroy", "there", (*home, "--destroy-fly-app")),
            "again": Flow("again", "home", ("upgrade", "web", *asked)),
        }
        self.calls = dict[str, list[Call]]()
        self.pictures = dict[str, dict[str, Any]]()  # Any: see `picture`

    def prepare(self) -> None:
        """The states, by runs in which nothing goes wrong."""
        web = self.web
        for number in range(3):
            web.run("save", f"memory {number}", f"content {number}")
        web.run("pin", "2")
        (web.home / ".gemini").mkdir()
        web.run("setup", "gemini", "--no-model", "--yes")
        web.lose_bucket()
        web.keep("here")
        self._record("upgrade")
        web.ask("save", title="over there", content="saved on the web")
        web.keep("there")
        self._record("destroy")
        self._record("downgrade")
        web.here("save", title="at home", content="saved after it came home")
        web.keep("home")
        self._record("again")

    def _record(self, name: str) -> None:
        flow = self.flows[name]
        self.web.back_to(flow.state)
        self._s3.begin_anew()
        before = len(calls(self.web.state))
        self.web.run(*flow.words)
        commands = [find(call["argv"])[0].name for call in calls(self.web.state)[before:]]
        self.calls[name] = [*_numbered("fly", commands), *_numbered("s3", self._s3.seen)]
        self.pictures[name] = self.picture()

    def all(self, flows: Sequence[str] = ()) -> list[Trial]:
        """Every call in every mode; every other one with a save."""
        found = [
            Trial(flow, call, mode)
            for flow in flows or self.flows
            for call in self.calls[flow]
            for mode in _SUBJECTS[call.tool]
        ]
        return [Trial(each.flow, each.call, each.mode, saves=bool(number % 2)) for number, each in enumerate(found)]

    def some(self, count: int, seed: int) -> list[Trial]:
        """So many of them, half at calls that change something."""
        chance = random.Random(seed)
        everything = self.all()
        changing = [each for each in everything if _changes(each.call)]
        return [chance.choice(changing if number % 2 else everything) for number in range(count)]

    # --- One trial ---------------------------------------------------------------------------------------------

    def carry_out(self, trial: Trial) -> Outcome:
        flow, outcome = self.flows[trial.flow], Outcome(trial)
        self.web.back_to(flow.state)
        secrets = self.web.secrets()  # some are gone when the app is
        outcome.status = self._struck(trial, flow, outcome).status
        saved = self._look_between(trial, outcome)
        last = Ended(1, "", "")
        while last.status and outcome.reruns < RERUNS:
            outcome.reruns += 1
            last = self.web.attempt(*flow.words)
            if last.status:
                outcome.told.append(_last_words(last))
        if last.status:
            outcome.problems.append(f"exit {last.status} after {RERUNS} reruns: {outcome.told[-1]}")
            return outcome
        outcome.problems += self._differences(trial.flow, saved)
        outcome.problems += self._settled(flow)
        written = self.web.everything_written()
        outcome.problems += [f"{one[:12]}... is written" for one in secrets | self.web.secrets() if one in written]
        return outcome

    def _struck(self, trial: Trial, flow: Flow, outcome: Outcome) -> Ended:
        web, call, mode = self.web, trial.call, trial.mode
        is_fly = call.tool == "fly"
        self._s3.begin_anew(None if is_fly else faulty_s3.Fault(call.kind, call.nth, mode))
        if is_fly:
            add_fault(web.state, call.kind, call.nth, "hang" if mode == "interrupt" else mode)
        process = web.begin(*flow.words)
        self._s3.victim = lambda: process.pid
        if is_fly and mode in ("hang", "interrupt"):
            hung = wait_for_hang(web.state)
            if mode == "interrupt":
                process.send_signal(signal.SIGINT)
            kill(hung, signal.SIGINT if mode == "interrupt" else signal.SIGKILL)
        elif mode == "hang":
            assert self._s3.hanging.wait(60), trial
            process.send_signal(signal.SIGINT)
        ended = web.end_of(process)
        was_struck = self._s3.was_struck or any(
            fault["seen"] >= fault["nth"] for fault in read_state(web.state)["faults"]
        )
        assert was_struck, f"{trial}: the call was not made; {ended}"
        self._s3.begin_anew()
        forget_faults(web.state)
        if mode.startswith("kill_parent") and ended.status != -signal.SIGKILL:
            outcome.problems.append(f"was to be killed, and ended with {ended.status}")
        if ended.status:
            outcome.told.append(_last_words(ended))
        return ended

    def _look_between(self, trial: Trial, outcome: Outcome) -> set[str]:
        """Only one of the two vaults may take writes. The titles that were saved."""
        here, there = self.web.state_here(), self.web.state_there()
        if here == there == "open":
            outcome.problems.append("both vaults are open")
        if not trial.saves:
            return set()
        title = "saved in between"
        with suppress(NoAnswer, MnemonError):
            if self.web.remote:
                self.web.ask("save", title=title, content=f"after {trial}")
            elif self.web.vault.exists():
                self.web.here("save", title=title, content=f"after {trial}")
            else:
                return set()
            return {title}
        return set()

    def _differences(self, flow: str, saved: set[str]) -> Iterator[str]:
        expected, found = self.pictures[flow], self.picture()
        for name, value in expected.items():
            if name == "memories":
                lost = [each for each in value if each not in found["memories"]]
                more = {each[2] for each in found["memories"] if each not in value}
                if lost:
                    yield f"lost or changed: {lost}"
                if more != saved:
                    yield f"besides the memories that were there: {sorted(more)}, and saved were {sorted(saved)}"
            elif found[name] != value:
                yield f"{name}: {found[name]!r} in place of {value!r}"

    def _settled(self, flow: Flow) -> Iterator[str]:
        """One more run changes nothing."""
        before, releases = self.picture(), self._releases()
        ended = self.web.attempt(*flow.words)
        if ended.status or set(ended.steps.values()) != {"kept"}:
            others = {key: outcome for key, outcome in ended.steps.items() if outcome != "kept"}
            yield f"one more run ends with {ended.status}: {others or _last_words(ended)}"
        if (self.picture(), self._releases()) != (before, releases):
            yield "one more run changes something"

    def _releases(self) -> list[int]:
        return [app["release"] for app in read_state(self.web.state)["apps"].values()]

    # --- What there is -----------------------------------------------------------------------------------------

    def picture(self) -> dict[str, Any]:  # Any: counts, names, texts
        """All that has to be the same after any number of interruptions."""
        web, apps = self.web, read_state(self.web.state)["apps"]
        there = web.state_there()
        found = {
            "apps": sorted(apps),
            "machines": {name: len(app["machines"]) for name, app in apps.items()},
            "volumes": {name: sorted(one["name"] for one in app["volumes"].values()) for name, app in apps.items()},
            "buckets": [each["Name"] for each in web.store.client.list_buckets()["Buckets"]],
            "secrets that differ": self._wrong_secrets() if APP in apps else None,
            "vault here": web.state_here(),
            "vault there": there.partition(":")[0],
            "remote": web.remote,
            "token": (web.folder / "local_token").exists(),
            "archive": web.archived().get("pre-web", 0),
            "client": (web.home / ".gemini" / "settings.json").read_text(encoding="utf-8"),
            "left over": sorted(path.name for path in web.folder.glob("sync-work-*")),
        }
        return found | {"memories": self._memories()}

    def _memories(self) -> list[tuple[int, str, str, str, bool]]:
        web = self.web
        told = web.ask("list", limit=1000) if web.remote else web.here("list", limit=1000)
        return sorted((one["id"], one["uid"], one["title"], one["snippet"], one["pinned"]) for one in told["memories"])

    def _wrong_secrets(self) -> list[str]:
        web = self.web
        expected = {
            "MNEMON_LOCAL_TOKEN": web.kept("token"),
            "MNEMON_OWNER_PASSPHRASE_HASH": web.kept("passphrase_hash"),
            "AWS_ACCESS_KEY_ID": web.environment["AWS_ACCESS_KEY_ID"],
            "AWS_SECRET_ACCESS_KEY": web.environment["AWS_SECRET_ACCESS_KEY"],
        }
        found = web.app_secrets
        return sorted(name for name in expected | found if found.get(name) != expected.get(name))


@contextmanager
def prepared(root: Path) -> Iterator[Trials]:
    """For the length of a block, in a folder of its own."""
    with serving_s3() as store, faulty(store) as s3:
        web = Web(root, store, s3.environment)
        try:
            trials = Trials(web, s3)
            trials.prepare()
            yield trials
        finally:
            stop_everything(web.state)


def _numbered(tool: str, kinds: Sequence[str]) -> list[Call]:
    seen = Counter[str]()
    found = []
    for kind in kinds:
        seen[kind] += 1
        found.append(Call(tool, kind, seen[kind]))
    return found


def _changes(call: Call) -> bool:
    words = ("create", "import", "deploy", "destroy", "stop", "PUT")
    return any(word in call.kind.split() for word in words)


def _last_words(ended: Ended) -> str:
    """What went wrong, in the words of the command."""
    try:
        failed = [step for step in json.loads(ended.stdout)["result"]["steps"] if step["outcome"] in _FAILURES]
        said = "; ".join(f"{step['key']}: {step['message']}" for step in failed[:1])
    except (ValueError, KeyError, TypeError):
        said = ""
    return " ".join(f"exit {ended.status}: {said or ended.stdout[-300:] + ended.stderr[-300:]}".split())
