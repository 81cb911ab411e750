"""A Dockerfile as far as a machine of the stand-in depends on it: what it copies, its environment, its command."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.fly.trouble import Trouble


@dataclass
class Image:
    """`command` is ENTRYPOINT and CMD; `steps` are the lines a build shows; `digest` tells images apart."""

    command: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    digest: str = ""


def build(path: Path, context: Path, arguments: dict[str, str] | None = None) -> Image:
    """`arguments` take the place of the defaults of ARG.

    Raises:
        Trouble: what is copied is not in the context, or the command is none that signals reach.
    """
    if not path.is_file():
        raise _failed(f"dockerfile '{path}' not found")
    image, entrypoint, command, known = Image(), list[str](), list[str](), dict[str, str]()
    content = hashlib.sha256(path.read_bytes())
    for name, value in _instructions(path.read_text(encoding="utf-8")):
        image.steps.append(f"{name} {value}")
        if name == "FROM":  # a later stage begins afresh
            image.environment, entrypoint, command = {}, [], []
        elif name in ("COPY", "ADD"):
            for source in _sources(_filled(value, known | image.environment)):
                for file in _found(source, context):
                    content.update(file.read_bytes())
        elif name == "ENV":
            image.environment |= _variables(value, known | image.environment)
        elif name == "ARG":
            known |= {**_variables(value, known), **(arguments or {})}
        elif name == "ENTRYPOINT":
            entrypoint = _exec_form(name, value)
        elif name == "CMD":
            command = _exec_form(name, value)
    if not image.steps or not image.steps[0].startswith(("FROM ", "ARG ")):
        raise _failed("error building: dockerfile parse error: no build stage in current context")
    image.command = entrypoint + command
    if not image.command:
        raise _failed("error building: no command specified")
    image.digest = f"sha256:{content.hexdigest()}"
    return image


def _instructions(text: str) -> list[tuple[str, str]]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\[ \t]*\n", " ", "\n".join(lines))
    pairs = [line.strip().partition(" ") for line in joined.splitlines() if line.strip()]
    return [(name.upper(), " ".join(value.split())) for name, _, value in pairs]


def _sources(value: str) -> list[str]:
    """What comes from the context; the last word is where it goes."""
    words = value.split()
    while words and words[0].startswith("--"):
        if words.pop(0).startswith("--from="):
            return []
    rest = " ".join(words)
    named = [str(word) for word in json.loads(rest)] if rest.startswith("[") else words
    return [word for word in named[:-1] if "://" not in word]


def _found(source: str, context: Path) -> list[Path]:
    """The files of one source; what `.dockerignore` leaves out is not there."""
    pattern = source.removeprefix("./").lstrip("/") or "."
    matches = [context] if pattern == "." else sorted(context.glob(pattern)) if ".." not in pattern else []
    files = [file for match in matches for file in ([match] if match.is_file() else sorted(match.rglob("*")))]
    kept = [file for file in files if file.is_file() and not _is_ignored(file.relative_to(context), context)]
    if not kept:
        raise _failed(
            "error building: failed to solve: failed to compute cache key: failed to calculate checksum of ref: "
            f'"/{pattern}": not found'
        )
    return kept


def _is_ignored(file: Path, context: Path) -> bool:
    """The last pattern that fits decides; one that fits a folder fits what is in it."""
    path, ignored = context / ".dockerignore", False
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for line in filter(None, (line.strip() for line in lines)):
        pattern = line.removeprefix("!").strip("/").removeprefix("**/")
        parents = [file, *file.parents]
        if not line.startswith("#") and any(fnmatch.fnmatch(one.as_posix(), pattern) for one in parents):
            ignored = not line.startswith("!")
    return ignored


def _variables(value: str, known: dict[str, str]) -> dict[str, str]:
    words = shlex.split(value)
    if "=" not in words[0]:  # the old form, `ENV NAME the rest`
        words = [f"{words[0]}={value.partition(' ')[2]}"]
    pairs = [word.partition("=") for word in words]
    return {name: _filled(text, known) for name, _, text in pairs}


def _filled(text: str, known: dict[str, str]) -> str:
    """`$NAME`, `${NAME}`, `${NAME:-when empty}`, `${NAME:+when not}`."""

    def value(match: re.Match[str]) -> str:
        found = known.get(match["bare"] or match["name"], "")
        if match["sign"] == "+":
            return match["word"] if found else ""
        return found or (match["word"] or "")

    return re.sub(r"\$(?:(?P<bare>\w+)|\{(?P<name>\w+)(?::(?P<sign>[-+])(?P<word>[^}]*))?\})", value, text)


def _exec_form(name: str, value: str) -> list[str]:
    """Behind a shell the program would not get the signal that ends it."""
    try:
        words = json.loads(value)
    except ValueError:
        raise _failed(f'the stand-in runs {name} in exec form only, as in ["mnemon", "serve-remote"]') from None
    return [str(word) for word in words]


def _failed(why: str) -> Trouble:
    return Trouble(f"failed to fetch an image or build from source: {why}")
