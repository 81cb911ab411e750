"""Asking, on a terminal only. Ctrl-C comes out as KeyboardInterrupt."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mnemon_installer.ui.console import visible


@dataclass(frozen=True)
class Option:
    """One of several answers; `value` is what it stands for."""

    value: str
    label: str
    is_ticked: bool = False


def can_ask() -> bool:
    """Is somebody there to answer?"""
    return sys.stdin.isatty() and sys.stdout.isatty()


def confirm(question: str, default: bool = True) -> bool:
    """Yes or no; Enter means `default`."""
    import questionary

    return bool(questionary.confirm(visible(question), default=default).unsafe_ask())


def tick(question: str, options: Sequence[Option]) -> tuple[str, ...]:
    """Any number of the options; Enter means those that are ticked."""
    import questionary

    choices = [questionary.Choice(visible(option.label), option.value, checked=option.is_ticked) for option in options]
    instruction = "(space ticks, enter goes on)"
    return tuple(questionary.checkbox(visible(question), choices, instruction=instruction).unsafe_ask())


def pick(question: str, options: Sequence[Option]) -> str:
    """One of the options; Enter means the first."""
    import questionary

    choices = [questionary.Choice(visible(option.label), option.value) for option in options]
    instruction = "(enter takes)"
    return str(questionary.select(visible(question), choices, instruction=instruction).unsafe_ask())


def ask_folder(question: str, problem_of: Callable[[str], str]) -> str:
    """A folder, asked again as long as `problem_of` has something to say against it. Tab completes; a list that opens
    by itself would take the first Enter for its own."""
    import questionary

    def is_fine(answer: str) -> bool | str:
        return visible(problem_of(answer)) or True

    asked = questionary.path(visible(question), only_directories=True, validate=is_fine, complete_while_typing=False)
    return str(asked.unsafe_ask())


def ask_text(question: str, suggestion: str, problem_of: Callable[[str], str]) -> str:
    """A line of text, asked again as long as `problem_of` has something to say against it; Enter means `suggestion`."""
    import questionary

    def is_fine(answer: str) -> bool | str:
        return visible(problem_of(answer.strip())) or True

    return str(questionary.text(visible(question), default=suggestion, validate=is_fine).unsafe_ask()).strip()


def ask_secret(question: str) -> str:
    """A text that is not shown while it is typed."""
    import questionary

    return str(questionary.password(visible(question)).unsafe_ask()).strip()
