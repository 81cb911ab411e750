"""A text made fit for strangers: no secret, no name, no personal path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.edits.mask import mask_text

_PATH = re.compile(r"(?<![\w~.:/\\-])(?:[A-Za-z]:\\|/)[^\s'\"`,;:)(|]+")
# Below these nothing is anybody's own.
_COMMON = ("/usr/", "/opt/", "/bin/", "/sbin/", "/etc/", "/snap/", "/nix/", "/Applications/", "/proc/", "/dev/", "/lib")
# In the home folder, what programs put there says nothing of its owner.
_HOUSEHOLD = re.compile(r"(?:\.[\w.-]+|Library|AppData)(?:[/\\].*)?$")
# Names of files and programs; any other name may be a project's or a person's.
_TELLING = re.compile(r"(?:[\w.-]+\.(?:jsonc?|jsonl|toml|yaml|sqlite|mdc?|log)|(?:mnemon|python[\d.]*)(?:\.exe)?)\*?")
_SHORTEST_NAME = 3  # characters; a shorter one would be found everywhere


@dataclass(frozen=True)
class Person:
    """What must not be read off the text. `variables` are the environment's; their values go too."""

    home: Path
    user: str
    host: str
    variables: Mapping[str, str]


def scrub(text: str, person: Person) -> str:
    """`text` with the home as `~`, other personal paths cut to the name of a file, names and secrets hidden."""
    for name, value in sorted(person.variables.items(), key=lambda pair: -len(pair[1])):
        if len(value) > _SHORTEST_NAME:
            text = text.replace(value, f"${name}")
    text = mask_text(text)
    text = _with_home(text, str(person.home))
    text = _PATH.sub(lambda found: _path(found[0]), text)
    for name, instead in ((person.user, "USER"), (person.host, "HOST"), (person.host.partition(".")[0], "HOST")):
        if len(name) >= _SHORTEST_NAME:
            text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", instead, text)
    return text


def _with_home(text: str, home: str) -> str:
    if len(home) < 2:
        return text

    def shown(found: re.Match[str]) -> str:
        rest = found[1]
        return f"~{found[0][len(home)]}{rest}" if _HOUSEHOLD.match(rest) else f"~/…{_last(rest)}"

    text = re.sub(rf"{re.escape(home)}[/\\]([^\s'\"`,;:)(|]+)", shown, text)
    return re.sub(rf"{re.escape(home)}(?![\w.-])", "~", text)


def _path(path: str) -> str:
    if path.startswith(_COMMON) or path.count("/") == 1:
        return path
    return f"/…{_last(path)}"


def _last(path: str) -> str:
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    return f"/{name}" if _TELLING.fullmatch(name) else ""
