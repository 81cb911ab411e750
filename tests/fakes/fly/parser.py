"""Flags as pflag reads them: a flag that a command does not have is an error, be it as plausible as `--json`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.fakes.fly.trouble import Trouble

EVERYWHERE = "help:h! verbose! debug! access-token:t"
_BOOLEANS = dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True) | dict.fromkeys(
    ("0", "f", "F", "FALSE", "false", "False"), False
)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class Flag:
    """`kind`: `!` takes no value, `#` a whole number, `*` may come again, none takes a text."""

    name: str
    short: str
    kind: str

    @property
    def shown(self) -> str:
        return f"-{self.short}, --{self.name}" if self.short else f"--{self.name}"


@dataclass(frozen=True)
class Flags:
    """What was given; who asks says what it is otherwise."""

    given: dict[str, str | int | bool | list[str]] = field(default_factory=dict)

    def text(self, name: str, otherwise: str = "") -> str:
        return str(self.given.get(name, otherwise))

    def number(self, name: str, otherwise: int) -> int:
        return int(str(self.given.get(name, otherwise)))

    def is_on(self, name: str, otherwise: bool = False) -> bool:
        return bool(self.given.get(name, otherwise))

    def texts(self, name: str) -> list[str]:
        found = self.given.get(name, [])
        return found if isinstance(found, list) else [str(found)]


def declared(text: str) -> list[Flag]:
    """`app:a yes:y! size:s# env:e*`."""
    found = []
    for word in text.split():
        kind = word[-1] if word[-1] in "!#*" else ""
        name, _, short = word.removesuffix(kind).partition(":")
        found.append(Flag(name, short, kind))
    return found


def parse(words: list[str], flags: list[Flag]) -> tuple[list[str], Flags]:
    """The arguments and the flags, in whatever order they stand."""
    long, short = {flag.name: flag for flag in flags}, {flag.short: flag for flag in flags if flag.short}
    rest, arguments, given = list(words), list[str](), dict[str, str | int | bool | list[str]]()
    while rest:
        word = rest.pop(0)
        if word == "--":
            arguments, rest = arguments + rest, []
        elif word.startswith("--"):
            name, is_joined, value = word[2:].partition("=")
            if name not in long:
                raise Trouble(f"unknown flag: --{name}")
            _take(long[name], f"--{name}", value if is_joined else None, rest, given)
        elif word.startswith("-") and word != "-":
            _take_short(word, short, rest, given)
        else:
            arguments.append(word)
    return arguments, Flags(given)


def _take_short(
    word: str, short: dict[str, Flag], rest: list[str], given: dict[str, str | int | bool | list[str]]
) -> None:
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        if letter not in short:
            raise Trouble(f"unknown shorthand flag: '{letter}' in {word}")
        if short[letter].kind == "!" and not letters.startswith("="):
            given[short[letter].name] = True
            continue
        joined = letters.removeprefix("=") if letters else None
        _take(short[letter], f"'{letter}' in {word}", joined, rest, given)
        return


def _take(
    flag: Flag, shown: str, value: str | None, rest: list[str], given: dict[str, str | int | bool | list[str]]
) -> None:
    if flag.kind == "!":
        given[flag.name] = True if value is None else _boolean(flag, value)
        return
    if value is None:
        if not rest:
            raise Trouble(f"flag needs an argument: {shown}")
        value = rest.pop(0)
    if flag.kind == "*":
        earlier = given.get(flag.name, [])
        given[flag.name] = [*earlier, value] if isinstance(earlier, list) else [value]
    else:
        given[flag.name] = _number(flag, value) if flag.kind == "#" else value


def _boolean(flag: Flag, value: str) -> bool:
    if value not in _BOOLEANS:
        raise Trouble(_no_good(flag, value, "ParseBool"))
    return _BOOLEANS[value]


def _number(flag: Flag, value: str) -> int:
    if not re.fullmatch(r"[+-]?\d+", value):
        raise Trouble(_no_good(flag, value, "ParseInt"))
    return int(value)


def _no_good(flag: Flag, value: str, by: str) -> str:
    return f'invalid argument "{value}" for "{flag.shown}" flag: strconv.{by}: parsing "{value}": invalid syntax'


def seconds_in(text: str) -> float | None:
    """`90`, `30s`, `10m`, `1h30m`; None when it is no duration."""
    if re.fullmatch(r"\d+", text):
        return float(text)
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
