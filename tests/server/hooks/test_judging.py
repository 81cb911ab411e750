"""Who judges what was said in a session, and what leaves the machine for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import MnemonError, UsageError
from mnemon_server.hooks import judging
from mnemon_server.hooks.transcripts import Turn
from mnemon_server.llm import Judge, Said, Statement
from mnemon_server.llm.heuristics import Heuristics
from mnemon_server.llm.judges import JudgeState
from mnemon_server.llm.summary import Summary

RULE = "From now on we deploy from the release branch, because main is never frozen."
SECRET = "The password is hunter2-of-the-harbour, token sk-ant-api03-abcdefghijklmnopqrstuvwxyz012345."
PRIVATE = "<private>My salary is a matter of my own.</private>"


@dataclass
class Model:
    """A judge that hears one thing in whatever is said, and its own source."""

    heard: list[Said] = field(default_factory=list)
    name: str = "local (tiny)"

    def extract(self, said: Sequence[Said]) -> list[Statement]:
        self.heard += said
        return [Statement("The release branch it is.", "Release branch", "decision", "user", "model", 0.9)]

    def summarize(self, said: Sequence[Said], statements: Sequence[Statement], files: Sequence[str]) -> Summary | None:
        return Summary("goal by a model", (), (), tuple(files), (), "")

    compare = Heuristics.compare

    def state(self) -> JudgeState:
        return JudgeState(self.name)

    def judge(self) -> Judge:
        return self  # type: ignore[return-value]  # `compare` is borrowed, and never called here

    def close(self) -> None:
        return


@pytest.fixture
def model(client: InProcess) -> Model:
    found = Model()
    client.context = replace(client.context, judges=found)
    return found


def test_where_there_is_a_model_it_judges(client: InProcess, model: Model) -> None:
    [statement] = judging.worth_keeping(client, [Turn("user", RULE)])
    assert statement.text == "The release branch it is."
    summary = judging.summary_of(client, [Said("user", RULE)], ["a.py"])
    assert summary == Summary("goal by a model", (), (), ("a.py",), (), "")


def test_neither_secrets_nor_private_spans_are_sent(client: InProcess, model: Model) -> None:
    judging.worth_keeping(client, [Turn("user", f"{RULE} {SECRET} {PRIVATE}"), Turn("user", PRIVATE)])
    [sent] = model.heard
    assert sent.text.startswith(RULE)
    assert not any(word in sent.text for word in ("hunter2", "sk-ant", "salary"))


def test_without_a_model_nothing_is_sent_and_the_rules_judge(client: InProcess) -> None:
    asked = Recording(client)
    [statement] = judging.worth_keeping(asked, [Turn("user", RULE)])
    assert statement.text == RULE
    assert asked.calls == ["judge"]
    assert judging.worth_keeping(asked, []) == []
    assert asked.calls == ["judge"]


@pytest.mark.parametrize("trouble", [UsageError("unknown action"), MnemonError("gone"), KeyError("statements")])
@pytest.mark.parametrize("where", ["judge", "extract", "summarize"])
def test_a_server_that_fails_leaves_it_to_the_rules(
    client: InProcess, model: Model, where: str, trouble: Exception
) -> None:
    failing = Recording(client, {where: trouble})
    assert judging.worth_keeping(failing, [Turn("user", RULE)])
    said = [Said("user", f"Please make the deploy safe again. {RULE}"), Said("assistant", "Done. " * 300)]
    assert judging.summary_of(failing, said, ["a.py"]) is not None


@dataclass
class Recording:
    """A client that remembers what it was asked, and fails where it is told to."""

    client: InProcess
    failing: dict[str, Exception] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def call(self, action: str, /, **parameters: Any) -> dict[str, Any]:
        self.calls.append(action)
        if action in self.failing:
            raise self.failing[action]
        return self.client.call(action, **parameters)

    def close(self) -> None:
        self.client.close()


def test_messages_of_another_shape_are_refused(client: InProcess) -> None:
    for said in ([{"role": "user"}], [{"role": "user", "text": 3}], [{"role": "user", "text": "a"}] * 401):
        with pytest.raises(UsageError):
            client.call("extract", said=said)
