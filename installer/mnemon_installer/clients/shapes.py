"""How an entry looks, client by client: the same server in a dozen spellings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mnemon_installer.clients.client import Launch


@dataclass(frozen=True)
class EntryShape:
    """`{"command": ..., "args": [...], "env": {...}}`, and what a client spells differently.

    Attributes:
        local_marks: what an entry of a program must say besides: `"type": "stdio"`.
        remote_marks: the same for an entry of a server on the web.
        local_defaults: what we write into a new entry, and a user may change.
        remote_defaults: the same on the web.
        marks_are_optional: an entry of a program without its marks works too.
        environment_key: where the variables stand.
        writes_empty_environment: write the variables even when there are none, as the client itself does.
        command_is_list: command and arguments stand in one list.
        url_key: where the address stands.
        headers_key: where the headers of a request stand.
        off: the key and the value that switch an entry off.
    """

    local_marks: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON
    remote_marks: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON
    local_defaults: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON
    remote_defaults: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON
    marks_are_optional: bool = False
    environment_key: str = "env"
    writes_empty_environment: bool = False
    command_is_list: bool = False
    url_key: str = "url"
    headers_key: str = "headers"
    off: tuple[str, bool] | None = None

    def entry(self, launch: Launch, former: Any = None) -> dict[str, Any]:  # Any: JSON or TOML values
        written: dict[str, Any] = dict(self.local_marks)  # Any: as above
        if self.command_is_list:
            written["command"] = [launch.command, *launch.arguments]
        else:
            written |= {"command": launch.command, "args": list(launch.arguments)}
        if launch.environment or self.writes_empty_environment:
            written[self.environment_key] = dict(launch.environment)
        if not isinstance(former, dict):
            return written | dict(self.local_defaults)
        ours = {*self.local_marks, "command", "args", self.environment_key}
        return written | {name: value for name, value in former.items() if name not in ours}

    def launch_of(self, entry: Any) -> Launch | None:  # Any: whatever stands in the file
        if not isinstance(entry, dict) or self.url_key in entry:
            return None
        for name, value in self.local_marks.items():
            if entry.get(name, value if self.marks_are_optional else None) != value:
                return None
        command, arguments = entry.get("command"), entry.get("args", [])
        if self.command_is_list:
            command, arguments = _split(command)
        variables = entry.get(self.environment_key) or {}
        if not isinstance(command, str) or not isinstance(arguments, list) or not isinstance(variables, dict):
            return None
        return Launch(command, tuple(map(str, arguments)), {name: str(value) for name, value in variables.items()})

    def direct_entry(self, url: str, token: str) -> dict[str, Any]:  # Any: JSON or TOML values
        headers = {"Authorization": f"Bearer {token}"}
        return {**self.remote_marks, self.url_key: url, self.headers_key: headers, **self.remote_defaults}

    def is_switched_off(self, entry: Any) -> bool:  # Any: whatever stands in the file
        return self.off is not None and isinstance(entry, dict) and entry.get(self.off[0]) is self.off[1]


def _split(command: Any) -> tuple[Any, Any]:  # Any: whatever stands in the file
    return (command[0], command[1:]) if isinstance(command, list) and command else (None, None)
