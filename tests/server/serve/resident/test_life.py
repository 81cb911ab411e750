"""The life of a resident: who shares it, when it goes, what it leaves behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.resident import Residents, residents, wait_for
from tests.seeded import seeded

from mnemon_server.client import connect
from mnemon_server.client.in_process import InProcess
from mnemon_server.resident import place
from mnemon_server.resident.connecting import NoResident
from mnemon_server.resident.launch import reach, start_detached
from mnemon_server.resident.line import open_line
from mnemon_server.settings import Settings

QUICKLY = (
    "import sys; from mnemon_server.serve.resident import life, program;"
    "life.LOOK_EVERY, life.WARM_AFTER, life.MISSING_LOOKS = 0.03, 0.01, 5; life.MINUTE = float(sys.argv[1]);"
    "sys.exit(program.main(sys.argv[2:]))"
)


@pytest.fixture
def there(settings: Settings) -> Iterator[Residents]:
    with residents(settings.folder.parent) as found:
        yield found


@contextmanager
def quick_one(settings: Settings, minute: float = 60.0) -> Iterator[subprocess.Popen[str]]:
    """A resident in the foreground for which time passes quickly."""
    code, folder = QUICKLY, str(settings.folder)
    words = [sys.executable, "-P", "-c", code, str(minute), "--vault-dir", folder, "--foreground"]
    environment = {name: value for name, value in os.environ.items() if name != place.OFF}
    process = subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert wait_for(lambda: is_there(settings) or process.poll() is not None)
        yield process
    finally:
        process.kill()
        process.communicate()


def is_there(settings: Settings) -> bool:
    try:
        open_line(str(settings.folder), "state").close()
    except NoResident:
        return False
    return True


def last_words(process: subprocess.Popen[str]) -> str:
    said = process.communicate(timeout=15)[1]
    assert process.returncode == 0, said
    return [line for line in said.splitlines() if "leaving" in line][-1]


class Client:
    """A client of MCP with its pump."""

    def __init__(self, there: Residents) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "mnemon_installer.cli", "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | there.on,
        )
        self._last = 0
        opening = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "one", "version": "1"}}
        self.ask("initialize", **opening)

    def ask(self, method: str, **params: Any) -> Any:
        assert self.process.stdin is not None and self.process.stdout is not None
        self._last += 1
        told = {"jsonrpc": "2.0", "id": self._last, "method": method, "params": params}
        self.process.stdin.write(json.dumps(told).encode() + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert answer["id"] == self._last
        return answer["result"]

    def call(self, tool: str, **arguments: Any) -> Any:
        return self.ask("tools/call", name=tool, arguments=arguments)["structuredContent"]

    def end(self) -> int:
        self.process.communicate(timeout=15)
        return self.process.returncode


def hooked(there: Residents, prompt: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "mnemon_installer.cli", "hook", "surface"],
        input=json.dumps({"hook_event_name": "UserPromptSubmit", "session_id": prompt[:9], "prompt": prompt}),
        env=os.environ | there.on,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not done.stderr
    return str(json.loads(done.stdout)["hookSpecificOutput"]["additionalContext"]) if done.stdout else ""


def test_clients_commands_and_hooks_share_one_process(settings: Settings, there: Residents) -> None:
    one, other = Client(there), Client(there)
    there.until(1)
    one.call("memory_save", title="Payments", content="The mainframe settles Payrexx at 23:40.")
    assert [hit["title"] for hit in other.call("memory_search", query="payrexx")["memories"]] == ["Payments"]
    command = connect(settings, "cli", resident="if there")
    assert command.call("search", query="payrexx")["memories"][0]["source_client"] == "one"
    assert "23:40" in hooked(there, "when does the mainframe settle payrexx?")
    assert "by the resident" in (settings.folder / "logs" / "hooks.log").read_text()
    line = open_line(str(settings.folder), "state")
    state = json.loads(line.receive()[1])
    line.close()
    assert {client["name"] for client in state["clients"]} == {"one"}
    assert {client["pid"] for client in state["clients"]} == {one.process.pid, other.process.pid}
    assert (state["pid"], state["calls"], state["pending"]) == (there.pids()[0], 1, 1)
    command.close()
    assert [one.end(), other.end()] == [0, 0]
    there.until(1)  # it stays for whoever comes next


def test_a_hook_without_a_resident_answers_by_words_and_starts_one_for_the_next(
    settings: Settings, there: Residents
) -> None:
    with_memory = InProcess(settings, "test")
    with_memory.call("save", title="Payments", content="The mainframe settles Payrexx at 23:40.")
    with_memory.close()
    assert "23:40" in hooked(there, "when does the mainframe settle payrexx?")
    there.until(1)
    assert wait_for(lambda: is_there(settings))
    assert "23:40" in hooked(there, "payrexx and the mainframe again")
    first, second = (settings.folder / "logs" / "hooks.log").read_text().splitlines()
    assert "by the resident" not in first
    assert "by the resident" in second


def test_a_hook_of_a_machine_without_a_vault_starts_nothing(settings: Settings, there: Residents) -> None:
    assert hooked(there, "when does the mainframe settle payrexx?") == ""
    assert not there.pids()
    assert not (settings.folder / "run").exists()


def test_many_that_start_one_at_once_get_the_same(settings: Settings, there: Residents) -> None:
    words = [sys.executable, "-P", "-m", "mnemon_installer.cli", "status", "--json"]
    started = [
        subprocess.Popen(words, env=os.environ | there.on, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for each in started:
        assert json.loads(each.communicate(timeout=30)[0])["result"]["total"] == 0
    there.until(1)


def test_each_caller_has_the_settings_of_its_own_environment(
    settings: Settings, there: Residents, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach(str(settings.folder), "state", 10).close()
    plain = connect(settings, "cli", resident="if there")
    assert not plain.call("status")["model"]["present"]
    monkeypatch.setenv("MNEMON_MODEL_PATH", str(tiny_model))
    chosen = connect(replace(settings, model_path_from_environment=str(tiny_model)), "cli", resident="if there")
    assert chosen.call("status")["model"]["present"]
    assert not plain.call("status")["model"]["present"]
    plain.close()
    chosen.close()


def test_settings_count_from_the_next_question_of_a_new_connection(settings: Settings, there: Residents) -> None:
    client = connect(settings, "cli", resident="start")
    for number in range(3):
        client.call("save", title=f"note {number}", content=f"the mainframe has {number} tapes")
    client.close()
    settings.config_path.write_text("search_limit = 2\n")
    client = connect(settings, "cli", resident="if there")
    assert len(client.call("search", query="mainframe")["memories"]) == 2
    client.close()


@seeded
def test_it_leaves_when_nobody_asks_and_the_client_that_stayed_notices_nothing(
    settings: Settings, there: Residents
) -> None:
    with quick_one(settings, minute=0.08) as process:  # 15 of them are 1.2 seconds
        client = Client(there)
        client.call("memory_save", title="a", content="kept")
        assert "nobody has asked" in last_words(process)
        assert client.process.poll() is None
        assert client.call("memory_search", query="kept")["memories"]
        there.until(1)  # a new one, by itself
        assert client.end() == 0


def test_it_leaves_when_nobody_has_asked_for_long_and_not_before(settings: Settings) -> None:
    with quick_one(settings, minute=0.05) as process:  # 15 of them are three quarters of a second
        began = time.monotonic()
        assert "nobody has asked" in last_words(process)
        assert time.monotonic() - began > 0.3
        assert not Path(place.socket_path(str(settings.folder))).exists()


def test_a_second_one_sees_that_there_is_one_and_leaves_it_its_place(settings: Settings, there: Residents) -> None:
    line = reach(str(settings.folder), "state", 10)
    line.close()
    name = Path(place.socket_path(str(settings.folder)))
    socket = name.stat().st_ino
    assert start_detached(str(settings.folder)) == 0
    assert there.until(1) == [line.resident["pid"]]
    assert name.stat().st_ino == socket


def test_it_leaves_when_the_settings_want_none(settings: Settings) -> None:
    with quick_one(settings) as process:
        settings.config_path.write_text("nonsense = = 1\n")  # which changes nothing
        settings.config_path.write_text("resident_minutes = 0\n")
        assert "the settings want none" in last_words(process)


@seeded
@pytest.mark.skipif(sys.platform == "win32", reason="no re-parenting there")
def test_the_pump_of_a_client_that_was_killed_leaves(settings: Settings, there: Residents) -> None:
    reach(str(settings.folder), "state", 10).close()
    # A sibling keeps the pump's input open, as a client's other children may.
    script = f"sleep 30 | {sys.executable} -P -m mnemon_installer.cli serve & echo $!; sleep 30"
    client = subprocess.Popen(
        ["/bin/sh", "-c", script], env=os.environ | there.on, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert client.stdout is not None
    assert client.stdout.readline()
    assert wait_for(lambda: len(_clients(settings)) == 1)
    client.kill()
    assert wait_for(lambda: not _clients(settings), 8)
    with suppress(ProcessLookupError):
        os.killpg(client.pid, 9)
    client.communicate()


def _clients(settings: Settings) -> list[Any]:
    line = open_line(str(settings.folder), "state")
    try:
        found: list[Any] = json.loads(line.receive()[1])["clients"]
        return found
    finally:
        line.close()


def test_where_none_can_run_the_client_is_served_by_itself_and_told_so_once(
    settings: Settings, there: Residents
) -> None:
    settings.folder.mkdir()
    (settings.folder / "run").write_text("in the way")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "mnemon_installer.cli", "serve"],
        input='{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n',
        env=os.environ | there.on,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["id"] == 1
    assert len(done.stderr.splitlines()) == 1
    assert "by a process of its own" in done.stderr
    command = connect(settings, "cli", resident="start")
    assert command.call("status")["total"] == 0
    command.close()
    assert not there.pids()


@pytest.mark.parametrize("remove", [shutil.rmtree, lambda folder: folder.rename(folder.with_name("elsewhere"))])
def test_it_goes_with_the_vaults_folder_and_makes_no_new_one(
    settings: Settings, remove: Callable[[Path], object]
) -> None:
    with quick_one(settings) as process:
        client = connect(settings, "cli", resident="no")
        client.call("save", title="a", content="b")
        client.close()
        remove(settings.folder)
        assert "folder is gone" in last_words(process)
        assert not settings.folder.exists()


def test_what_is_waiting_for_a_vector_gets_one_without_being_asked(with_model: Settings, there: Residents) -> None:
    before = InProcess(replace(with_model, model_path_from_environment=""), "test")
    before.call("save", title="a", content="b")
    before.close()
    os.environ["MNEMON_MODEL_PATH"] = str(with_model.model_path)
    try:
        reach(str(with_model.folder), "state", 10).close()
        client = connect(with_model, "cli", resident="if there")
        assert wait_for(lambda: client.call("status")["pending"] == 0)
        client.close()
    finally:
        del os.environ["MNEMON_MODEL_PATH"]


def test_a_vault_whose_name_is_too_long_for_a_socket_has_one_all_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with residents(home):
        runtime = home / "rt"
        runtime.mkdir()
        monkeypatch.setattr(place, "runtime_folder", lambda: str(runtime / "mnemon"))
        monkeypatch.setenv("XDG_RUNTIME_DIR", "/" + "r" * 60)  # too long itself
        deep = Settings(home / ("d" * 60) / ("e" * 60) / "vault")
        named = place.socket_path(str(deep.folder))
        assert len(named) <= 100 or str(home) in named
    assert place.socket_path("/short") == "/short/run/resident.sock"


def test_a_client_whose_resident_hangs_at_the_start_is_served_by_itself(
    settings: Settings, there: Residents, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from mnemon_server.resident import pump, serve

    monkeypatch.setattr(pump, "START_SECONDS", 0.3)
    reach(str(settings.folder), "state", 10).close()
    [pid] = there.pids()
    os.kill(pid, 19)
    began = time.monotonic()
    assert serve.main([], os.getppid()) is None
    assert time.monotonic() - began < 5
    assert "by a process of its own" in capfd.readouterr().err
    os.kill(pid, 18)
