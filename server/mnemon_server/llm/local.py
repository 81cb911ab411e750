"""The judge with a language model on this machine; whatever it cannot answer, heuristics do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from mnemon_server.llm import Said, Stated, Statement, Verdict
from mnemon_server.llm.answers import Heard, Nonsense, lines_in, parsed, relation_in, statements_in
from mnemon_server.llm.child import NotNow
from mnemon_server.llm.heuristics import Heuristics
from mnemon_server.llm.kept_model import KeptModel
from mnemon_server.llm.orders import Order
from mnemon_server.llm.prompting import MOST_SAID, comparison, extraction, own_words, summary
from mnemon_server.llm.summary import MOST_LINES, Summary

SURENESS = 0.7
_AROUND = 30  # characters that a message takes beside its own

T = TypeVar("T")
Answer = dict[str, Any]  # Any: JSON


@dataclass(frozen=True)
class Message:
    """What the model sees of the message `number` of a session."""

    number: int
    role: str
    lines: tuple[str, ...]

    @property
    def length(self) -> int:
        return sum(len(line) + 1 for line in self.lines) + (_AROUND if self.lines else 0)


class LocalJudge:
    """A Judge. A question takes the model's seconds at most; then, and whenever the model fails, heuristics answer."""

    def __init__(self, name: str, model: KeptModel, seconds: float) -> None:
        self._name = name
        self._model = model
        self._seconds = seconds
        self._heuristics = Heuristics()

    @property
    def name(self) -> str:
        """See the protocol."""
        return self._name

    def extract(self, said: Sequence[Said]) -> list[Statement]:
        """See the protocol. Heuristics read what the model has no time for."""
        seen, unseen = shared(said)
        try:
            heard = self._extract(seen)
        except (NotNow, Nonsense):
            return self._heuristics.extract(said)
        for number in unseen:
            heard += [Heard(number, statement) for statement in self._heuristics.extract([said[number]])]
        found: dict[str, Statement] = {}
        for each in sorted(heard, key=lambda one: one.message):
            found.setdefault(each.statement.text.casefold(), each.statement)
        return list(found.values())

    def summarize(self, said: Sequence[Said], statements: Sequence[Statement], files: Sequence[str]) -> Summary | None:
        """See the protocol. Whether a session left anything, and what was decided in it, heuristics say."""
        plain = self._heuristics.summarize(said, statements, files)
        seen, _ = shared(said)
        if plain is None or not seen:
            return plain
        source = "\n".join(line for message in seen for line in message.lines)
        try:
            return self._asked(summary(_texts(seen), self._seconds), lambda answer: _summed(answer, source, plain))
        except (NotNow, Nonsense):
            return plain

    def compare(self, newer: Stated, older: Stated) -> Verdict:
        """See the protocol."""
        try:
            relation, reason = self._asked(comparison(newer, older, self._seconds), relation_in)
        except (NotNow, Nonsense):
            return self._heuristics.compare(newer, older)
        return Verdict(relation, reason, SURENESS, self.name)

    def _extract(self, seen: Sequence[Message]) -> list[Heard]:
        if not seen:
            return []
        messages = [(message.role, message.lines) for message in seen]
        heard = self._asked(extraction(_texts(seen), self._seconds), lambda answer: statements_in(answer, messages))
        return [Heard(seen[one.message].number, one.statement) for one in heard]

    def _asked(self, order: Order, read: Callable[[Answer], T]) -> T:
        try:
            found = read(parsed(self._model.ask(order)))
        except Nonsense as nonsense:
            self._model.was_nonsense(str(nonsense))
            raise
        self._model.was_useful()
        return found


def shared(said: Sequence[Said]) -> tuple[list[Message], list[int]]:
    """What the model reads, in the order it was said, and the numbers of the messages that it has no time for.

    What the user says goes first, and the newest before the older: a session's end is new with every hook.
    """
    messages = [Message(number, each.role, own_words(each.text)) for number, each in enumerate(said)]
    room, seen, unseen = MOST_SAID, list[Message](), list[int]()
    for message in sorted(messages, key=lambda one: (one.role != "user", -one.number)):
        if message.length <= room:
            room -= message.length
            seen += [message] if message.lines else []
        else:
            unseen.append(message.number)
    return sorted(seen, key=lambda one: one.number), sorted(unseen)


def _texts(seen: Sequence[Message]) -> list[tuple[str, str]]:
    return [(message.role, "\n".join(message.lines)) for message in seen]


def _summed(answer: Answer, source: str, plain: Summary) -> Summary:
    """The heuristics' summary, with each part that the model says better."""
    parts = {name: lines_in(answer.get(name), source, MOST_LINES) for name in ("goal", "done", "open", "next")}
    if not any(parts.values()):
        raise Nonsense("nothing of an answer was ever said")
    return replace(
        plain,
        goal=parts["goal"][0] if parts["goal"] else plain.goal,
        done=tuple(parts["done"]) or plain.done,
        open=tuple(parts["open"]) or plain.open,
        next=parts["next"][0] if parts["next"] else plain.next,
    )
