"""What a vault needs of a cloud: a bucket for its backups, and a role by which a server reaches it without a key.

A leaf: it knows neither the installer nor the server. Importing it imports neither Pulumi nor boto3; `run.PulumiInfra`
and `nothing.NothingToDo` are the two that do what `Infra` says.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol

from mnemon_infra.found import Found
from mnemon_infra.inputs import BadInput, Wanted
from mnemon_infra.outputs import Changes, Made
from mnemon_infra.trouble import InfraError

# Pulumi speaks gRPC, whose handlers for forks make some of the programs die at their start that are run from then on.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")

__all__ = ["BadInput", "Changes", "Found", "Infra", "InfraError", "Made", "Wanted"]


class Infra(Protocol):
    """A cloud that can be looked at, and brought to what is wanted. Every method may be called again after any failure,
    and raises `InfraError`, or `BadInput` for what the cloud cannot have."""

    def look(self, wanted: Wanted) -> Found:
        """What is there already; changes nothing, and needs no Pulumi."""
        ...

    def require(self) -> None:
        """Nothing, where everything that `preview` and `ensure` take is on this machine.

        Raises:
            ExtraMissing: packages of Python's are not, which only the user can bring.
            CliMissing: a program is not; `fetch` would bring it.
        """
        ...

    def fetch(self, report: Callable[[str], None]) -> None:
        """Bring the program that `require` misses. Ask before: it is downloaded, and run."""
        ...

    def preview(self, wanted: Wanted) -> Changes:
        """What `ensure` would change."""
        ...

    def ensure(self, wanted: Wanted, report: Callable[[str], None]) -> Made:
        """Make what is wanted, or bring what is there to it; `report` is called with each line of progress."""
        ...
