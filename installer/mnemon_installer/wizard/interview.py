"""Asking what flags have left open, on a terminal."""

from __future__ import annotations

from mnemon_installer.facts.survey import Facts
from mnemon_installer.flows.choices import Choices
from mnemon_installer.ui import console
from mnemon_installer.ui.survey_lines import intro_lines
from mnemon_installer.wizard.question import ask
from mnemon_installer.wizard.questions import KEYS, questions


def interview(facts: Facts, choices: Choices) -> Choices:
    """The choices, completed by answers.

    Raises:
        KeyboardInterrupt: Ctrl-C; nothing has been changed.
    """
    for line in intro_lines(facts, choices.clients):
        console.out(line)
    for key in KEYS:
        # Taken one by one: an answer may change what the next one is about.
        for question in tuple(questions(facts, choices, key)):
            choices = question.fill(choices, ask(question))
    return choices
