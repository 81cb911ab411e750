"""A question as data, and how it is asked on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from mnemon_installer.ui import questions
from mnemon_installer.ui.questions import Option

Answer = bool | str | tuple[str, ...]
C = TypeVar("C")  # the choices that an answer fills


def _no_problem(answer: str) -> str:
    return ""


@dataclass(frozen=True)
class Question(Generic[C]):
    """`flag` fills the same choice. `form` says how it is asked: `tick` any, `pick` one, `yes-no`, `folder`, `text`.
    `default` answers a `yes-no`, `suggestion` a text; `problem_of` says what is wrong with a text or a folder."""

    key: str
    flag: str
    form: Literal["tick", "pick", "yes-no", "folder", "text"]
    text: str
    fill: Callable[[C, Answer], C] = field(compare=False)
    options: Sequence[Option] = ()
    default: bool = False
    suggestion: str = ""
    problem_of: Callable[[str], str] = field(default=_no_problem, compare=False)


def ask(question: Question[C]) -> Answer:
    """The user's answer.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    if question.form == "tick":
        return questions.tick(question.text, question.options)
    if question.form == "pick":
        return questions.pick(question.text, question.options)
    if question.form == "folder":
        return questions.ask_folder(question.text, question.problem_of)
    if question.form == "text":
        return questions.ask_text(question.text, question.suggestion, question.problem_of)
    return questions.confirm(question.text, default=question.default)
