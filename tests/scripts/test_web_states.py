"""Two machines, an app and a bucket, and any sequence of what people do with them, broken off anywhere: saves, ways to
the web and home, destroyed apps, uninstalls, crashes. Every memory that was acknowledged is somewhere, and where a
machine's settings lead to there is every one that was saved by them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from json import loads
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, Phase, seed
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from tests.fakes.fly.commands import find
from tests.fakes.fly.install import (
    add_fault,
    calls,
    crash_app,
    forget_faults,
    read_state,
    sleep_app,
    stop_everything,
)
from tests.installer.machine import Machine, installed_mnemon
from tests.s3 import serving_s3
from tests.scripts.doomed import SEEDED, SEEDS, moments_of, run_doomed
from tests.scripts.faulty_s3 import Fault, FaultyS3, faulty
from tests.scripts.web_machine import APP, Ended, Web

from mnemon_installer.facts.app_server import app_token, ask_server
from mnemon_installer.world import NoAnswer
from mnemon_installer.world.real import RealWorld
from mnemon_server.errors import MnemonError
from mnemon_server.settings import load_settings

pytestmark = SEEDED
_STORIES = 4 if SEEDS <= 20 else SEEDS // 5
_EXAMPLES = 3  # of a story; the first is the same for all of them, in which little happens
_STEPS = 8
_RERUNS = 3
_BUG = 3  # the exit status of one
_QUICK = ("--yes", "--json")
_LINES = {
    "upgrade": ("upgrade", "web", "--app-name", APP, *_QUICK),
    "downgrade": ("downgrade", "local", *_QUICK),
    "destroy": ("downgrade", "local", "--destroy-fly-app", *_QUICK),
    "uninstall": ("uninstall", "--keep-vault", *_QUICK),
    "push": ("sync", "push", "--json"),
    "pull": ("sync", "pull", "--json"),
}
_STORE = ("--storage", "s3", "--region", "ams")
# `moment` kills before whatever is next to be done to the disk or to others.
_HOWS = (
    "nothing",
    *("moment",) * 4,
    *(f"fly {mode}" for mode in ("fail", "fail_after", "kill_parent_before", "kill_parent_after")),
    *(f"s3 {mode}" for mode in ("fail", "fail_after", "kill_parent_before", "kill_parent_after")),
)
EVENTS = st.tuples(st.sampled_from(_HOWS), st.integers(0, 999))
_DEEDS = ("forget", "push", "pull", "restore", "sleep", "crash", "uninstall")
DEEDS = (*_DEEDS, *("laptop",) * 4, *("again",) * 3, *("travel",) * 7)
LAPTOP_DEEDS = ("save", "upgrade", "downgrade", "destroy")
Event = tuple[str, int]  # how, and where: so many thousandths of the way
NOTHING = ("nothing", 0)
Contents = dict[str, tuple[str, bool]]  # by uid: the content, and whether it is live


@dataclass(frozen=True)
class Prepared:
    """A machine that has a vault and a client, kept as it was `here`, `there` and at `home` again; `moments` counts
    those of each command, `calls` has its calls of fly and its requests of the store, by kind."""

    web: Web
    s3: FaultyS3
    moments: dict[str, int]
    calls: dict[str, dict[str, list[str]]]


def prepare(web: Web, s3: FaultyS3) -> Prepared:
    made = Prepared(web, s3, {}, {})
    for number in range(3):
        web.here("save", title=f"memory {number}", content=f"content {number}")
    (web.home / ".gemini").mkdir()
    web.run("setup", "gemini", "--no-model", "--yes")
    web.keep("here")
    for name, state in (("upgrade", "there"), ("downgrade", "home"), ("upgrade again", ""), ("destroy", "")):
        s3.begin_anew()
        before = len(calls(web.state))
        made.moments[name] = len(moments_of(_doomed(web), *words(web, name.split()[0])))
        fly = [find(call["argv"])[0].name for call in calls(web.state)[before:]]
        made.calls[name] = {"fly": fly, "s3": list(s3.seen)}
        if state:
            web.keep(state)
            web.back_to(state)  # a test goes on from there as well: nothing may depend on a server that was awake
    return made


def words(machine: Web, name: str) -> tuple[str, ...]:
    line = _LINES[name]
    return (*line, *_STORE, "--bucket", machine.bucket) if name == "upgrade" and not machine.remote else line


def _doomed(machine: Web) -> Machine:
    reachable = {"NO_PROXY": "127.0.0.1"}  # app and store are on this machine
    return replace(Machine(machine.home, installed_mnemon()), extra={**machine.environment, **reachable})


class Roads(RuleBasedStateMachine):
    """`desk` is 0: it made the app. `laptop` is 1: it has a vault of its own, and may join. The model beside them is
    what each was told that it has."""

    prepared: Prepared

    def __init__(self) -> None:
        super().__init__()
        self.web, self.s3 = self.prepared.web, self.prepared.s3
        self.acknowledged = set[tuple[str, str]]()
        self.expected: list[dict[str, bool]] = [{}, {}]
        self.saves = 0
        self.unfinished = ["", ""]
        self.is_laptop_home = False  # it has taken the vault from the web, and the desk does not know
        self.read = dict[str, Contents]()

    @initialize(state=st.sampled_from(("here", "there", "home")), joins=st.booleans())
    def begin(self, state: str, joins: bool) -> None:
        self.web.back_to(state)
        shutil.rmtree(root := self.web.home.with_name("laptop"), ignore_errors=True)
        laptop = self.web.beside(root)
        self.machines = [self.web, laptop]
        self.read_anew(0)
        self.save(0, 1)
        if joins:
            self.join()

    # --- What happens ------------------------------------------------------------------------------------------

    @rule(deed=st.sampled_from(DEEDS), number=st.integers(0, 3), event=EVENTS)
    def step(self, deed: str, number: int, event: Event) -> None:
        """One rule for everything: with a rule for each deed too few of so few steps would be on the way."""
        if deed == "travel":
            self.save(0, number // 2)
            home = "destroy" if number % 2 else "downgrade"
            self.go(0, home if self.web.remote else "upgrade", event)
        elif deed == "again":  # the command that was broken off; or a new version goes to an app that is in use
            self.go(0, self.unfinished[0] or "upgrade", event)
        elif deed == "forget":
            self.forget(0, number)
        elif deed == "uninstall":
            self.carry_out(0, deed, event)
        elif deed == "laptop":
            self.use_the_laptop(LAPTOP_DEEDS[number], event)
        elif deed in ("sleep", "crash"):
            if self.app_is_there():
                (crash_app if deed == "crash" else sleep_app)(self.web.state, APP)
        elif not self.web.remote:
            self.do_at_home(deed, number, event)

    def use_the_laptop(self, deed: str, event: Event) -> None:
        if not self.machines[1].remote:
            self.join()
        elif deed == "save":
            self.save(1, 1)
        elif deed == "upgrade" or not (self.machines[1].folder / "deploy" / APP).exists():
            self.carry_out(1, "upgrade", event)  # whoever has not deployed cannot tell the app from a whole address
        else:
            self.is_laptop_home = True
            self.go(1, deed, event)

    def do_at_home(self, deed: str, back: int, event: Event) -> None:
        """`pull`, `push` and `restore` are for a vault that is here."""
        if deed != "restore":
            self.carry_out(0, deed, event)
        elif copies := (self.call(0, "archive_list") or {"copies": []})["copies"]:
            self.call(0, "archive_restore", name=copies[back % len(copies)]["name"])
        if deed != "push":
            self.read_anew(0)

    def join(self) -> None:
        """Whoever is on the web lets the laptop in; its own memories stay on it."""
        laptop = self.machines[1]
        made = self.call(0, "token_new", name=f"laptop {self.saves}") if self.web.remote else None
        if made is None:
            self.save(1, 1)
            return
        laptop.environment["MNEMON_LOCAL_TOKEN"] = made["token"]
        laptop.attempt(
            "setup", "--remote-url", laptop.url, "--no-model", *_QUICK
        )  # whose vault may have moved just now
        del laptop.environment["MNEMON_LOCAL_TOKEN"]
        assert laptop.remote
        self.expected[1] = dict(self.expected[0])

    def save(self, which: int, count: int) -> None:
        for _ in range(count):
            self.saves += 1
            text = f"what number {self.saves} of {which} says"
            told = self.call(which, "save", title=f"saved {self.saves}", content=text)
            if told is not None:
                self.acknowledged.add((told["memory"]["uid"], text))
                self.now_has(which, told["memory"]["uid"], is_live=True)

    def forget(self, which: int, back: int) -> None:
        live = (self.call(which, "list", limit=10) or {"memories": []})["memories"]
        if live and (each := live[back % len(live)]) and self.call(which, "forget", id=each["id"]) is not None:
            self.now_has(which, each["uid"], is_live=False)

    # --- What must hold ----------------------------------------------------------------------------------------

    @invariant()
    def nothing_acknowledged_is_gone(self) -> None:
        found = {(uid, text) for contents in self.everywhere() for uid, (text, _) in contents.items()}
        assert self.acknowledged <= found, f"gone: {self.acknowledged - found}"

    @invariant()
    def each_machine_has_what_was_saved_with_it(self) -> None:
        for which, machine in enumerate(self.machines):
            file = self.in_use(which)
            if file is None:
                is_destroyed = machine.remote and not self.app_is_there()  # by the other machine, which has it all
                may_be = is_destroyed and (which == 1 or self.is_laptop_home)
                assert may_be or not self.expected[which], f"nothing where machine {which} looks"
                continue
            found = memories_in(file)
            missing = self.expected[which].keys() - found.keys()
            assert not missing, f"not where machine {which} looks, {file}: {missing}"
            if which == 0:  # what the desk forgets at home the laptop hears when it is back on the web
                others = {uid for uid, is_live in self.expected[0].items() if found[uid][1] != is_live}
                assert not others, f"forgotten, or not, and known otherwise: {others}"

    def teardown(self) -> None:
        """The command that was broken off completes, and memories are saved again."""
        if not hasattr(self, "machines"):
            return
        if not self.is_laptop_home:
            for _ in range(_RERUNS):
                if self.unfinished[0]:
                    ended = self.go(0, self.unfinished[0], NOTHING)
            assert not self.unfinished[0], ended
            before = len(self.acknowledged)
            self.save(0, 1)
            assert len(self.acknowledged) == before + 1, "the vault takes no writes any more"
        self.nothing_acknowledged_is_gone()
        self.each_machine_has_what_was_saved_with_it()

    # --- How ---------------------------------------------------------------------------------------------------

    def go(self, which: int, name: str, event: Event) -> Ended:
        ended = self.carry_out(which, name, event)
        self.unfinished[which] = name if ended.status else ""
        return ended

    def carry_out(self, which: int, name: str, event: Event) -> Ended:
        """The command, in whose middle that happens; however it ends, it is no bug and no silence."""
        machine, (how, part) = self.machines[which], event
        line, flow = words(machine, name), self.recorded(name)
        tool, _, mode = how.partition(" ")
        if how == "moment":
            number = 1 + part * self.prepared.moments.get(flow, 40) // 1000
            done = run_doomed(_doomed(machine), number, *line)
            ended = Ended(done.returncode, done.stdout, done.stderr)
        else:
            if found := self.prepared.calls.get(flow, {}).get(tool, []):
                at = part * len(found) // 1000
                self.goes_wrong(tool, found[at], found[: at + 1].count(found[at]), mode)
            process = machine.begin(*line)
            self.s3.victim = lambda: process.pid
            ended = machine.end_of(process)
            forget_faults(self.web.state)
            self.s3.begin_anew()
        said = f"{name} of {which}, {event}: {ended.status} {ended.stdout} {ended.stderr}"
        assert ended.status != _BUG and "Traceback" not in ended.stderr, said
        if ended.status > 0:
            assert all(each["message"] for each in loads(ended.stdout)["problems"]), said
        return ended

    def recorded(self, name: str) -> str:
        return "upgrade again" if name == "upgrade" and self.app_is_there() else name

    def goes_wrong(self, tool: str, kind: str, nth: int, mode: str) -> None:
        if tool == "fly":
            add_fault(self.web.state, kind, nth, mode)
        else:
            self.s3.begin_anew(Fault(kind, nth, mode))

    def call(self, which: int, action: str, **parameters: Any) -> dict[str, Any] | None:
        """As a client of that machine would; None where it is refused."""
        machine = self.machines[which]
        with suppress(NoAnswer, MnemonError):
            if not machine.remote:
                return machine.here(action, **parameters)
            world = RealWorld(machine.environment, machine.home, sys.platform)
            settings = load_settings(machine.environment, machine.home)
            token = app_token(world, settings, machine.folder / "deploy" / APP, machine.url)
            return ask_server(world, machine.url, token, action, **parameters)
        return None

    def now_has(self, which: int, uid: str, is_live: bool) -> None:
        """The vault that this machine uses, and whoever else uses it."""
        place = self.in_use(which)
        for other in range(len(self.machines)):
            if other == which or self.in_use(other) == place:
                self.expected[other][uid] = is_live

    def read_anew(self, which: int) -> None:
        """After a command that was to put another vault in the place of this one: this is what the user wanted."""
        file = self.in_use(which)
        found = memories_in(file) if file is not None else {}
        self.expected[which] = {uid: is_live for uid, (_, is_live) in found.items()}

    # --- What there is -----------------------------------------------------------------------------------------

    def app_is_there(self) -> bool:
        return APP in read_state(self.web.state)["apps"]

    def in_use(self, which: int) -> Path | None:
        """The vault that this machine's settings lead to."""
        machine = self.machines[which]
        if not machine.remote:
            return machine.vault if machine.vault.exists() else None
        volumes = list(self.web.app["volumes"]) if self.app_is_there() else []
        return self.web.state / "volumes" / volumes[0] / "default.sqlite" if volumes else None

    def everywhere(self) -> Iterator[Contents]:
        folders = [machine.folder for machine in self.machines] + list((self.web.state / "volumes").iterdir())
        for folder in folders:
            if (folder / "default.sqlite").exists():
                yield memories_in(folder / "default.sqlite")
            for file in (folder / "archive").glob("*.sqlite"):  # none of them ever changes
                yield self.known(str(file), file)
        yield from self.in_the_bucket()

    def in_the_bucket(self) -> Iterator[Contents]:
        """Of the snapshots that the head and the former manifests name."""
        for key in self.web.store.keys(self.web.bucket):
            if key.endswith("/manifest.json"):
                sha256 = str(loads(self.web.store.body(self.web.bucket, key))["sha256"])
            elif "/manifests/" in key:
                sha256 = key.removesuffix(".json").rpartition("-")[2]
            else:
                continue
            yield self.snapshot(sha256)

    def snapshot(self, sha256: str) -> Contents:
        file = self.web.home.with_name("snapshot.sqlite")
        if sha256 not in self.read:
            file.write_bytes(self.web.store.body(self.web.bucket, f"mnemon/default/snapshots/{sha256}.sqlite"))
        return self.known(sha256, file)

    def known(self, name: str, file: Path) -> Contents:
        if name not in self.read:
            self.read[name] = memories_in(file)
        return self.read[name]


def memories_in(file: Path) -> Contents:
    """Empty for a file that is no vault yet."""
    with closing(apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        if not list(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'memories'")):
            return {}
        found = connection.execute("SELECT uid, content, invalidated_at IS NULL FROM memories")
        return {str(uid): (str(text), bool(is_live)) for uid, text, is_live in found}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    with serving_s3() as store, faulty(store) as s3:
        web = Web(tmp_path_factory.mktemp("web"), store, s3.environment)
        try:
            yield prepare(web, s3)
        finally:
            stop_everything(web.state)


@pytest.mark.parametrize("number", range(1, 1 + _STORIES))
def test_whatever_is_done_and_broken_off_no_memory_is_lost(prepared: Prepared, number: int) -> None:
    machine: Any = type("TwoMachinesAndAnApp", (Roads,), {"prepared": prepared})
    run_state_machine_as_test(
        seed(number)(machine),
        settings=profile(
            max_examples=_EXAMPLES,
            stateful_step_count=_STEPS,
            database=None,
            deadline=None,
            phases=(Phase.generate,),  # a smaller one of a story that takes half a minute is not worth an hour
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize(
    ("state", "moment"), [("here", r"os.rename .*/remote_url$"), ("home", r"os.remove .*/lease_here$")]
)
def test_killed_between_hand_over_and_switch_the_same_command_completes(
    prepared: Prepared, state: str, moment: str
) -> None:
    web = prepared.web
    web.back_to(state)
    before = web.memories()
    assert run_doomed(_doomed(web), moment, *words(web, "upgrade")).returncode == -9
    assert (web.state_here(), web.remote, web.state_there()) == (f"moved:{web.url}", "", "open")
    web.run(*words(web, "upgrade"))
    assert (web.state_here(), web.remote, web.memories()) == ("none", web.url, before)


def join_by_a_code(desk: Web, laptop: Web) -> None:
    code = Path(loads(desk.run("move", "code", "laptop", "--json"))["result"]["path"]).read_text(encoding="utf-8")
    line = (sys.executable, "-m", "mnemon_installer.cli", "setup", "--remote-url", desk.url, "--token-stdin")
    done = subprocess.run(
        (*line, "--no-model", *_QUICK), env=laptop.environment, input=code, capture_output=True, text=True, timeout=90
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_machine_that_has_joined_redeploys_and_takes_the_vault_home(prepared: Prepared, tmp_path: Path) -> None:
    desk = prepared.web
    desk.back_to("there")
    laptop = desk.beside(tmp_path / "laptop")
    join_by_a_code(desk, laptop)
    assert not (laptop.folder / "deploy").exists()
    secrets = desk.app_secrets
    laptop.run(*_LINES["upgrade"])
    assert (desk.app_secrets, laptop.kept("token")) == (secrets, ""), "bucket and secrets are the desk's care"
    laptop.run("save", "of the laptop", "saved on the web")
    there = laptop.memories()
    laptop.run(*_LINES["downgrade"])
    assert (laptop.remote, laptop.memories()) == ("", there)
    laptop.run("save", "at home", "with the laptop")
    back = laptop.attempt(*words(laptop, "upgrade"))
    assert (back.status, "mnemon token rotate --app-name" in back.stdout) == (1, True), back.stdout
    assert desk.app_secrets == secrets, "whoever has joined makes no new ones in silence"

    for name in ("", "upgrade"):  # of the desk, which nobody has told
        if name:
            assert set(desk.attempt(*words(desk, name)).steps.values()) == {"kept"}
        refused = desk.attempt("save", "too late", "nowhere to go")
        assert (refused.status, "live at the machine" in refused.stderr) == (1, True), refused.stderr
        assert desk.memories() == there
    desk.run(*_LINES["downgrade"])
    assert (desk.remote, desk.memories()) == ("", there)
    assert {title for _, _, title, _ in laptop.memories()} == {"at home", *(title for _, _, title, _ in there)}
    assert desk.app_secrets == secrets
