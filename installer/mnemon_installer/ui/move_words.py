"""A vault on its way to another machine, for people."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote
from typing import Any

from mnemon_installer.facts.local_vault import counted
from mnemon_installer.ui.console import tidy, tidy_command
from mnemon_installer.ui.progress import megabytes

Json = dict[str, Any]  # Any: JSON, by the contract of the actions


def code_lines(result: Json) -> Iterator[str]:
    """A pairing code, or where it is, and what to type on the new machine."""
    if "path" in result:
        yield f"the code for {result['name']} is in {tidy(result['path'])}, readable only by you"
    else:
        yield f"The code for {result['name']}, shown this once:"
        yield f"    {result['code']}"
    yield f"It is good once, for {result['expires_in_s'] // 60} minutes. On the new machine:"
    yield "    pip install mnemon-memory"
    yield f"    mnemon setup --remote-url {quote(result['url'])}"
    yield "which asks for the code; without a terminal it takes it from standard input, with --token-stdin"


def exported(result: Json) -> Iterator[str]:
    """`passphrase` is there where one was made and may be shown."""
    size = megabytes(result["bytes"])
    yield f"{tidy(result['path'])} has the vault, {counted(result['memories'])}, and its settings: {size}, encrypted"
    if "passphrase" in result:
        yield "It opens with this passphrase only, shown this once:"
        yield f"    {result['passphrase']}"
    yield "Bring it to the new machine, and there:"
    yield "    pip install mnemon-memory"
    yield f"    mnemon move import {quote(result['name'])}"
    yield "From then on two machines have this vault. What is saved on one does not reach the other: use one of them."


def imported(result: Json) -> Iterator[str]:
    """What is here now, or would be."""
    what = f"the vault of {result['machine']} of {_moment(result['at'])}, {counted(result['memories'])}"
    if result["outcome"] == "unchanged":
        yield f"nothing to do: the vault here is {what}"
    elif result["dry_run"]:
        yield f"would be here: {what}"
        yield f"would go into the archive: {_own(result)}"
    else:
        yield f"here is {what}"
        yield from _put_aside(result)
    yield from _settings(result)
    if not result["dry_run"]:
        yield "to register it in the clients of this machine: mnemon setup"


def replacing(machine: str, at: str, memories: int, here: int | None) -> str:
    """The question before a vault with memories of its own makes room."""
    own = "memories that cannot be counted" if here is None else f"{counted(here)} of its own"
    what = f"that of {machine} of {_moment(at)}, {counted(memories)}"
    return f"This machine has a vault with {own}. Put it into the archive, and {what}, in its place?"


def _own(result: Json) -> str:
    here = result["memories_here"]
    return "the vault here, damaged" if here is None else f"the vault here, {counted(here)}" if here else "nothing"


def _put_aside(result: Json) -> Iterator[str]:
    if not result["archived"]:
        return
    yield f"the vault before is {tidy(result['archived'])}"
    if result["only_there"]:
        yield f"it has {counted(result['only_there'])} that the vault now lacks; to bring in what is missing:"
        yield "    " + tidy_command(f"mnemon import vault {quote(result['archived'])}")


def _settings(result: Json) -> Iterator[str]:
    taken = "would be taken" if result["dry_run"] else "taken"
    if result["settings"]:
        yield f"settings {taken}: {', '.join(result['settings'])}"
    if result["kept"]:
        yield f"set otherwise here, and left so: {', '.join(result['kept'])}"
    if result["unknown"]:
        yield f"settings that this program does not know: {', '.join(result['unknown'])}"


def _moment(text: str) -> str:
    return text[:16].replace("T", " ") + "Z"
