"""Asking what flags have left open, on a terminal."""

from __future__ import annotations

from mnemon_installer.facts.survey import Facts
from mnemon_installer.flows.choices import Choices
from mnemon_installer.ui import console, questions
from mnemon_installer.ui.survey_lines import intro_lines
from mnemon_installer.wizard.questions import KEYS, Answer, Question, folder_problem
from mnemon_installer.wizard.questions import questions as due


def interview(facts: Facts, choices: Choices) -> Choices:
    """The choices, completed by answers.

    Raises:
        KeyboardInterrupt: Ctrl-C; nothing has been changed.
    """
    for line in intro_lines(facts, choices.clients):
        console.out(line)
    for key in KEYS:
        # Taken one by one: an answer may change what the next one is about.
        for question in tuple(due(facts, choices, key)):
            choices = question.fill(choices, _ask(question))
    return choices


def _ask(question: Question) -> Answer:
    if question.form == "tick":
        return questions.tick(question.text, question.options)
    if question.form == "pick":
        return questions.pick(question.text, question.options)
    if question.form == "folder":
        return questions.ask_folder(question.text, folder_problem)
    return questions.confirm(question.text, default=question.default)
