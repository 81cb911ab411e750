"""The model's process and who keeps it: real processes, pipes and limits; only the runtime is a stand-in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.genai_model import FakeModel, environment_with_stand_in, fake_model

from mnemon_server.embed.files import ModelFiles
from mnemon_server.llm.child import NotNow
from mnemon_server.llm.kept_model import KeptModel, Limits
from mnemon_server.llm.orders import Order

SCHEMA = {"type": "object"}
MODEST = 300  # megabytes


def order(text: str = "a question", seconds: float = 10) -> Order:
    return Order("do it", text, SCHEMA, 40, seconds)


@pytest.fixture
def model(tmp_path: Path) -> FakeModel:
    return fake_model(tmp_path / "model")


@pytest.fixture
def keep(model: FakeModel) -> Iterator[Callable[..., KeptModel]]:
    kept = []

    def start(megabytes: int = 3_000, idle: float = 60, **environment: str) -> KeptModel:
        files = ModelFiles("fake", model.folder)
        kept.append(KeptModel(lambda: files, Limits(megabytes, idle), environment_with_stand_in() | environment))
        return kept[-1]

    yield start
    for each in kept:
        each.close()


def child_of(kept: KeptModel) -> Any:
    return kept._child


def wait_for(what: Callable[[], bool], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


def test_one_process_answers_all_questions_and_is_told_no_secret(
    model: FakeModel, keep: Callable[..., KeptModel]
) -> None:
    model.told("first", "!prints", "größer 🙂")
    kept = keep(MNEMON_LOCAL_TOKEN="hidden", AWS_SECRET_ACCESS_KEY="hidden")
    assert kept.ask(order("one ü")) == "first"
    process = child_of(kept).pid
    kept.ask(order())
    assert kept.ask(order("half a character: \ud83d")) == "größer 🙂"
    assert child_of(kept).pid == process
    assert [asked["user"] for asked in model.asked()] == ["one ü", "a question", "half a character: ?"]
    names = (model.folder / "environment.txt").read_text(encoding="utf-8")
    assert "PATH" in names
    assert "MNEMON" not in names
    assert "AWS" not in names


def test_what_lies_in_the_working_folder_is_not_imported(
    model: FakeModel, keep: Callable[..., KeptModel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('a stranger')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    model.told("read from where it is installed")
    assert keep().ask(order()) == "read from where it is installed"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("!crashes", "ended by SIGSEGV"),
        ("!exits", "ended with status 7"),
        ("!raises", "Load model failed:Protobuf parsing failed."),
        ("!hangs", "no answer within"),
        ("!never stops", "no answer within"),
    ],
)
def test_a_model_that_fails_is_left_alone_for_a_while(
    model: FakeModel, keep: Callable[..., KeptModel], wrong: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    model.told(wrong)
    kept = keep()
    began = time.monotonic()
    with pytest.raises(NotNow, match=said):
        kept.ask(order(seconds=0.6))
    assert time.monotonic() - began < 15
    assert child_of(kept) is None
    assert said in kept.problem()
    with pytest.raises(NotNow, match=said):
        kept.ask(order())
    assert len(model.asked()) == 1
    assert [record.getMessage() for record in caplog.records] == [
        f"the judge's model is left alone for 10 minutes: {kept.problem()}"
    ]
    assert "a question" not in caplog.text
    model.told("well again")  # other files are worth another try
    assert kept.ask(order()) == "well again"


@pytest.mark.parametrize(("load", "said"), [("!raises", "Protobuf parsing failed"), ("!crashes", "SIGSEGV")])
def test_a_model_that_cannot_be_loaded_is_not_tried_with_every_question(
    model: FakeModel, keep: Callable[..., KeptModel], load: str, said: str
) -> None:
    model.told(load=load)
    kept = keep()
    for _ in range(2):
        with pytest.raises(NotNow, match=said):
            kept.ask(order())
    assert said in kept.problem()
    assert child_of(kept) is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a process from taking memory")
@pytest.mark.parametrize("script", [{"load": "!takes all memory"}, {"answers": "!takes all memory"}])
def test_memory_has_an_end(model: FakeModel, keep: Callable[..., KeptModel], script: dict[str, str]) -> None:
    model.told(script.get("answers", ""), load=script.get("load", ""))
    kept = keep(MODEST)
    with pytest.raises(NotNow, match="needs more memory than it may take"):
        kept.ask(order())


def test_a_model_that_loads_slowly_is_waited_for_by_nobody_and_used_later(
    model: FakeModel, keep: Callable[..., KeptModel]
) -> None:
    model.told("here", load="!waits 0.5")
    kept = keep()
    with pytest.raises(NotNow, match="still being loaded"):
        kept.ask(order(seconds=0.2))
    assert kept.problem() == ""
    assert kept.ask(order()) == "here"


def test_a_second_caller_waits_no_longer_than_its_own_time(model: FakeModel, keep: Callable[..., KeptModel]) -> None:
    model.told("!hangs")
    kept = keep()

    def ask_first() -> None:
        with pytest.raises(NotNow):
            kept.ask(order())

    first = threading.Thread(target=ask_first)
    first.start()
    wait_for(lambda: bool(model.asked()))
    with pytest.raises(NotNow, match="it answers somebody else"):
        kept.ask(order(seconds=0.1))
    kept.close()  # and whoever is asking is not kept waiting
    first.join(2)
    assert not first.is_alive()
    assert kept.problem() == ""
    with pytest.raises(NotNow, match="the server ends"):
        kept.ask(order())


def test_a_model_that_nobody_asks_is_ended_and_started_again_by_the_next_question(
    model: FakeModel, keep: Callable[..., KeptModel]
) -> None:
    model.told("one", "two")
    kept = keep(idle=0.1)
    assert kept.ask(order()) == "one"
    process = child_of(kept).pid
    wait_for(lambda: not is_running(process))
    assert kept.ask(order()) == "one"


_SERVER = """
import os, sys, threading, time
from pathlib import Path
from mnemon_server.embed.files import ModelFiles
from mnemon_server.llm.kept_model import KeptModel, Limits
from mnemon_server.llm.orders import Order
kept = KeptModel(lambda: ModelFiles("fake", Path(sys.argv[1])), Limits(3000, 60), os.environ)
threading.Thread(target=kept.ask, args=(Order("", "", {"type": "object"}, 9, 30.0),), daemon=True).start()
while not (Path(sys.argv[1]) / "asked.jsonl").exists():
    time.sleep(0.01)
print(kept._child.pid, flush=True)
time.sleep(30)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX thing")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_process_is_left_of_a_server_that_was_killed(model: FakeModel, number: int) -> None:
    model.told("!hangs")
    line = [sys.executable, "-c", _SERVER, str(model.folder)]
    with subprocess.Popen(line, env=environment_with_stand_in(), stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        worker = int(server.stdout.readline())
        assert is_running(worker)
        server.send_signal(number)
    wait_for(lambda: not is_running(worker))
