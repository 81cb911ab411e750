"""How a plan, and what became of it, looks to people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mnemon_installer.plan.engine import Result
from mnemon_installer.plan.plan import Outlook
from mnemon_installer.plan.step import Blocked, Done, Needed
from mnemon_installer.ui.console import tidy, tidy_command, tint

_LONG = 2  # seconds that are worth a word
_DIFF_COLOURS = {"+": "green", "-": "red", "@": "dim"}


def outlook_lines(outlooks: Sequence[Outlook]) -> Iterator[str]:
    """A line per step, and the diff of what it would edit."""
    width = _width(outlook.step.subject for outlook in outlooks)
    for outlook in outlooks:
        verdict = outlook.verdict
        yield f"  {outlook.step.subject:{width}}  {_foreseen(outlook)}"
        if isinstance(verdict, Needed):
            yield from (f"    {_painted(line)}" for line in tidy(verdict.diff).splitlines())


def result_line(result: Result, width: int, seconds: float = 0) -> str:
    """What became of a step, in a word or a sentence, with what to type when it did not work; and how many `seconds`
    it took, where that was long."""
    took = f"  {tint(f'({duration(seconds)})', 'dim')}" if seconds >= _LONG and result.outcome != "kept" else ""
    lines = [f"  {result.step.subject:{width}}  {_outcome(result)}{took}"]
    if result.hint and not result.is_satisfied:
        lines.append(f"  {'':{width}}  {tidy_command(result.hint)}")
    return "\n".join(lines)


def subject_width(outlooks: Iterable[Outlook]) -> int:
    return _width(outlook.step.subject for outlook in outlooks)


def duration(seconds: float) -> str:
    """As people say it: `42 s`, `3 min 5 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _width(subjects: Iterable[str]) -> int:
    return max(map(len, subjects), default=0)


def _foreseen(outlook: Outlook) -> str:
    if isinstance(outlook.verdict, Done):
        return "as it should be"
    if isinstance(outlook.verdict, Blocked):
        return f"{tint('not possible', 'red')}: {tidy(outlook.verdict.reason)}"
    return tidy(outlook.step.describe())


def _outcome(result: Result) -> str:
    if result.outcome == "kept":
        return "kept"
    if result.is_satisfied:
        return tint(tidy(result.message), "green")
    word, colour = ("warning", "yellow") if result.outcome == "warned" else ("failed", "red")
    return f"{tint(word, colour)}: {tidy(result.message)}"


def _painted(line: str) -> str:
    colour = _DIFF_COLOURS.get(line[:1])
    return tint(line, colour) if colour else line
