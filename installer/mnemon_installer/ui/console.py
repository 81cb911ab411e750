"""Printing: results on stdout, talk on stderr, one JSON object where it was asked for.

No text obeys whoever wrote it: what would steer the terminal is shown instead, and colours are only those of `paint`.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from mnemon_server import __version__
from mnemon_server.errors import MnemonError

_COLOURS = {"red": "31", "green": "32", "yellow": "33", "dim": "2", "bold": "1"}
# Begins what `paint` adds. No other text can hold it, so none brings colours of its own.
_OURS = f"\033{os.urandom(8).hex()}"
# Our colours, or what steers a terminal: control characters but tab and line feed, and what turns the direction of the
# text around. Joiners and direction marks stay: emoji and whole languages need them.
_STEERING = re.compile(rf"{_OURS}(\[\d+m)|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def speak_utf8() -> None:
    """Whatever the locale says, what we print is UTF-8, and no character can break a line of output."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


class ReaderGone(Exception):
    """Nobody reads our output any more (`mnemon list | head`). Not an OSError, which Typer would end on its own."""


class OutputTrouble(MnemonError):
    """Standard output takes no more."""

    code = "output"


def out(line: str = "") -> None:
    """A line of the result.

    Raises:
        ReaderGone: the reader has left.
        OutputTrouble: it cannot be written, to a full disk say.
    """
    with _named_output_trouble():
        print(visible(line))


def out_json(text: str) -> None:
    """The one JSON object, as it is; a terminal gets the same object in characters that do not steer it. Raises as
    `out` does."""
    with _named_output_trouble():
        print(visible(text) if sys.stdout.isatty() else text)


def flush() -> None:
    """Bring out what is still held back; raises as `out` does."""
    with _named_output_trouble():
        sys.stdout.flush()


def give_up_output() -> None:
    """Write nothing any more, not even by the interpreter on its way out."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _named_output_trouble() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise ReaderGone from None
    except OSError as trouble:
        raise OutputTrouble(f"standard output cannot be written: {trouble.strerror or trouble}") from trouble


def say(line: str = "") -> None:
    """A line of talk: progress, warnings, what happens next."""
    print(visible(line), file=sys.stderr)


def visible(text: str) -> str:
    """`text` with every character that would steer a terminal written as JSON writes it, `\\u001b`; our own colours
    work. The line ends of Windows are line ends, too."""
    return text if text.isprintable() else _STEERING.sub(_shown, text.replace("\r\n", "\n"))


def _shown(found: re.Match[str]) -> str:
    return f"\033{found[1]}" if found[1] else f"\\u{ord(found[0]):04x}"


def show(
    result: Any,  # JSON-able, by the contract of actions
    lines: Callable[[Any], Iterable[str]],
    as_json: bool,
    problems: Sequence[dict[str, str]] = (),
    ok: bool = True,
) -> None:
    """Print a command's result: `lines(result)` for people, the envelope for programs."""
    if as_json:
        out_json(envelope(result, problems, ok))
        return
    for line in lines(result):
        out(line)
    for problem in problems:
        warn(problem["message"], problem["hint"])


def envelope(result: Any, problems: Sequence[dict[str, str]] = (), ok: bool = True) -> str:
    return json.dumps(
        {"ok": ok, "result": result, "problems": list(problems), "version": __version__}, ensure_ascii=False
    )


def fail(problem: dict[str, str], as_json: bool) -> None:
    """Say what is wrong and what to type; with `as_json` also one object on stdout."""
    if as_json:
        try:
            out_json(envelope(None, [problem], ok=False))
            flush()  # or the interpreter does at its end, and takes its status from how that went
        except (ReaderGone, OutputTrouble):
            give_up_output()
    say(f"mnemon: {paint('error', 'red')}: {tidy(problem['message'])}")
    if problem["hint"]:
        say(f"mnemon: {paint('hint', 'dim')}: {tidy_command(problem['hint'])}")


def warn(message: str, hint: str = "") -> None:
    say(f"mnemon: {paint('warning', 'yellow')}: {tidy(message)}")
    if hint:
        say(f"mnemon: {paint('hint', 'dim')}: {tidy_command(hint)}")


def paint(text: str, colour: str, stream: Any = None) -> str:  # Any: whatever sys.stdout is just now
    """Colour on a terminal, plain text elsewhere and under NO_COLOR. Only what is printed here shows it."""
    target = stream if stream is not None else sys.stderr
    if os.environ.get("NO_COLOR") or not target.isatty():
        return text
    return f"{_OURS}[{_COLOURS[colour]}m{text}{_OURS}[0m"


def tint(text: str, colour: str) -> str:
    """As `paint`, for a line of the result."""
    return paint(text, colour, sys.stdout)


def tidy(text: str | Path) -> str:
    """The home folder as `~`, because what we print gets pasted into issues."""
    home = str(Path.home())
    plain = str(text)
    if len(home) < 2:
        return plain
    return "~" if plain == home else plain.replace(home + os.sep, "~" + os.sep)


def tidy_command(text: str) -> str:
    """As `tidy`, but between quotes no shell would expand a `~`, and what we print must work when pasted."""
    return text if "'" in text else tidy(text)
