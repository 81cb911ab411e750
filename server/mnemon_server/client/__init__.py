"""How everything else reaches a vault: one protocol, today one way (in this process)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from mnemon_server.settings import Settings

Progress = Callable[[int, int], None]


class VaultClient(Protocol):
    """A vault somewhere. Results are JSON-able dicts under the names that `--json` prints."""

    def call(self, action: str, /, **parameters: Any) -> dict[str, Any]:  # Any: JSON on both sides
        """Carry out one action by name, such as `search`, `save`, `status`.

        Raises:
            MnemonError: an expected failure; the vault is as it was.
        """
        ...

    def close(self) -> None:
        """Let go of the vault. Calling twice is fine."""
        ...


def connect(
    settings: Settings,
    caller: str,
    report: Progress | None = None,
    session: str | None = None,
    project: str = "",
) -> VaultClient:
    """A client of the vault that `settings` names; `caller` is recorded as the source of what it saves.
    `report(done, total)` is called on the way through long work. `session` names what belongs together; by default
    it is this client's own, and none for the command line. `project` is where what it saves belongs, if anywhere.

    The vault is created on the first call when there is none.
    """
    from mnemon_server.client.in_process import InProcess

    return InProcess(settings, caller, report, session, project)
