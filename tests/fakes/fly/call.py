"""One command as it was typed: its flags and arguments, and how it answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes.fly import fly_toml
from tests.fakes.fly.parser import Flags
from tests.fakes.fly.state import Json, State, app_of
from tests.fakes.fly.trouble import Trouble, not_interactive

_NO_APP_NAME = (
    "the config for your app is missing an app name, add an app field to the fly.toml file or specify with the -a flag"
)


@dataclass(frozen=True)
class Call:
    state: State
    arguments: tuple[str, ...]
    flags: Flags
    environment: Mapping[str, str]
    stdin: bytes = b""

    def say(self, text: str = "") -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def show(self, value: Any) -> None:  # Any: whatever JSON holds
        self.say(json.dumps(value, indent=4))

    def show_or_say(self, value: Any, text: str) -> None:  # Any: whatever JSON holds
        """As JSON when asked for."""
        if self.flags.is_on("json"):
            self.show(value)
        else:
            self.say(text)

    @property
    def config_path(self) -> Path | None:
        """The fly.toml of `-c`, or of the working directory."""
        named = self.flags.text("config")
        path = Path(named or "fly.toml").absolute()
        path = path / "fly.toml" if path.is_dir() else path
        if named and not path.exists():
            raise Trouble(f"failed loading app config from {path}: open {path}: no such file or directory")
        return path if path.exists() else None

    def app_name(self) -> str:
        name = self.flags.text("app") or self.environment.get("FLY_APP", "")
        if not name and (path := self.config_path) is not None:
            name = str(fly_toml.read(path).get("app", ""))
        if not name:
            raise Trouble(_NO_APP_NAME)
        return name

    def app(self) -> Json:
        """As it is now; not to be changed."""
        return app_of(self.state.read(), self.app_name())

    def org(self, data: Json) -> str:
        """The slug of `-o`; a sole personal organisation needs no naming."""
        environment = self.environment
        slug = self.flags.text("org") or environment.get("FLY_ORG", "") or environment.get("FLY_ORGANIZATION", "")
        if not slug and list(data["orgs"]) == ["personal"]:
            slug = "personal"
        if not slug:
            raise not_interactive("org slug")
        if slug not in data["orgs"]:
            raise Trouble(f"organization {slug} not found")
        return slug

    def region(self, data: Json) -> str:
        code = self.flags.text("region") or self.environment.get("FLY_REGION", "")
        if not code:
            raise not_interactive("region code")
        return checked_region(data, code)


def checked_region(data: Json, code: str) -> str:
    """
    Raises:
        Trouble: there is no such region, or not on this plan.
    """
    if code in data["paid_regions"] and not data["paid_plan"]:
        raise Trouble(
            f"region {code} requires an organization with a Launch plan or higher. See our plans: https://fly.io/plans"
        )
    if code not in data["regions"] and code not in data["paid_regions"]:
        raise Trouble(f"region {code} not found")
    return code
