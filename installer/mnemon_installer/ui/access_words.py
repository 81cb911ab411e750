"""Who may come in, and who has tried, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mnemon_installer.ui.console import tidy

Json = dict[str, Any]  # Any: JSON, by the contract of administration


def made(result: Json) -> Iterator[str]:
    """A new token or pairing code: itself, or where it is."""
    is_code = "expires_in_s" in result
    what = f"pairing code for {result['name']}" if is_code else f"token for {result['name']}"
    if "path" in result:
        yield f"the {what} is in {tidy(result['path'])}, readable only by you"
    else:
        yield f"the {what}, shown this once:"
        yield f"    {result['code'] if is_code else result['token']}"
    if is_code:
        yield f"good once, for {result['expires_in_s'] // 60} minutes"
    yield "on that machine: mnemon setup --remote-url URL --token-stdin"


def tokens(result: Json) -> Iterator[str]:
    if not result["devices"]:
        yield "no machine has a token of its own; mnemon token new NAME makes one"
    yield from _device_lines(result["devices"])


def revoked(result: Json) -> Iterator[str]:
    yield f"the token of {result['revoked']} is worth nothing from now on"


def rotated_lines(about: Json, passphrase: str, is_outdone: bool) -> Iterator[str]:
    """What holds from now on, `about` an app; `passphrase` is empty where it must not be shown. `is_outdone`: the
    environment of this machine names a token itself."""
    url = about["url"]
    yield f"The token of {url} and its owner's passphrase are new; the former ones are refused from now on."
    if passphrase:
        yield f"The passphrase stays in {about['passphrase_path']}, and is shown this once:"
        yield f"    {passphrase}"
    else:
        yield f"The passphrase is in {about['passphrase_path']}, readable only by you"
    if is_outdone:
        yield "MNEMON_LOCAL_TOKEN is set here, to what is probably the former token: take it out of this environment."
    if about.get("devices", 1) or about.get("connections", 1):
        yield "Who was let in before stays connected:"
    if about.get("devices", 1):
        yield f"  machines with a token of their own{_so_many(about, 'devices')}: mnemon token list, then revoke"
    if about.get("connections", 1):
        yield f"  claude.ai and others by the former passphrase{_so_many(about, 'connections')}; to end all:"
        yield "    mnemon connections revoke all"
    yield "A machine that had the former token itself needs one of its own: mnemon move code, here"


def exchanged_lines(about: Json) -> Iterator[str]:
    """This machine has a new token for a server that is no app of ours."""
    yield f"This machine has a new token for {about['url']}."
    if about["revoked"]:
        yield f"The former one, of {about['revoked']}, is worth nothing from now on."
    elif about["was_of_server"]:
        yield "The former one is the server's own, and still good."
        yield "The server's own token can be changed only where the server is started: MNEMON_LOCAL_TOKEN there."
    else:
        yield "The former one is still good. To revoke it, by its name:"
        yield "    mnemon token list"


def connections(result: Json) -> Iterator[str]:
    if not result["connections"]:
        yield "nobody was let in by the owner's passphrase"
    for each in result["connections"]:
        since, last = _moment(each["created_at"]), _moment(each["used_at"])
        yield f"{each['id']}  {each['client']}, {each['leads_to']}  since {since}, last used {last}"
    if result["devices"]:
        yield "Machines with a token of their own (mnemon token revoke NAME):"
        yield from (f"  {line}" for line in _device_lines(result["devices"]))


def disconnected(result: Json) -> Iterator[str]:
    count = result["revoked"]
    yield "1 connection was ended" if count == 1 else f"{count} connections were ended"


def attempts(result: Json) -> Iterator[str]:
    yield from attempt_lines(result["attempts"])


def attempt_lines(attempts: Iterable[Json]) -> Iterator[str]:
    """The server's log of who knocked, one line each."""
    shown = list(attempts)
    if not shown:
        yield "nothing yet: no request has come as far as the server"
    for each in shown:
        client = f"  ({each['client']})" if each.get("client") else ""
        yield f"{_moment(each['at'])}  {each['hop']:13} {each['outcome']}{client}"


def _so_many(about: Json, name: str) -> str:
    return f" ({about[name]:,})" if name in about else ""


def _device_lines(devices: Sequence[Json]) -> Iterator[str]:
    width = max((len(each["name"]) for each in devices), default=0)
    for each in devices:
        yield f"{each['name']:{width}}  made {_moment(each['created_at'])}, last used {_moment(each['used_at'])}"


def _moment(text: str | None) -> str:
    return text[:16].replace("T", " ") + "Z" if text else "never"
