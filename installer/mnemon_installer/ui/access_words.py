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


def _device_lines(devices: Sequence[Json]) -> Iterator[str]:
    width = max((len(each["name"]) for each in devices), default=0)
    for each in devices:
        yield f"{each['name']:{width}}  made {_moment(each['created_at'])}, last used {_moment(each['used_at'])}"


def _moment(text: str | None) -> str:
    return text[:16].replace("T", " ") + "Z" if text else "never"
