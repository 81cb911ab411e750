"""`fly auth whoami`, `orgs list`, and whether a command may run at all."""

from __future__ import annotations

from collections.abc import Mapping

from tests.fakes.fly.call import Call
from tests.fakes.fly.state import Json
from tests.fakes.fly.trouble import Trouble

_NO_TOKEN = "no access token available. Please login with 'flyctl auth login'"


def check_login(data: Json, environment: Mapping[str, str]) -> None:
    """
    Raises:
        Trouble: neither a token in the environment nor somebody logged in.
    """
    if data["user"] is None and not environment.get("FLY_ACCESS_TOKEN") and not environment.get("FLY_API_TOKEN"):
        raise Trouble(_NO_TOKEN)


def whoami(call: Call) -> None:
    email = (call.state.read()["user"] or {"email": "token@example.test"})["email"]
    call.show_or_say({"email": email}, email)


def orgs(call: Call) -> None:
    found = call.state.read()["orgs"]
    call.show_or_say(found, "\n".join(f"{name}\t{slug}" for slug, name in found.items()))
