"""`mnemon serve` as a process: it pumps for its client, and ends with it."""

from __future__ import annotations

import os
import signal
import sys

from mnemon_server.resident import place
from mnemon_server.resident.client_end import ClientEnd
from mnemon_server.resident.connecting import NoResident
from mnemon_server.resident.launch import Unwanted
from mnemon_server.resident.parent import leave_with_parent
from mnemon_server.resident.pump import Pump

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str], parent: int) -> int | None:
    """Pump until the client's input ends or the process `parent` dies; None where no resident can be reached, and
    nothing was read yet: then the caller serves in this process."""
    if arguments or place.is_off(dict(os.environ)):
        return None
    pump = Pump(place.vault_folder(dict(os.environ)), ClientEnd(0, 1), lambda: os._exit(0))
    try:
        pump.connect()
    except Unwanted:
        return None
    except NoResident as none:
        sys.stderr.write(
            f"mnemon: no shared server can be used ({none}); this client is served by a process of its own\n"
        )
        return None
    leave_with_parent(parent)
    _leave_on_interrupt()
    pump.run()
    sys.stderr.flush()
    os._exit(0)  # a thread may still sit in a read


def _leave_on_interrupt() -> None:
    """Without a traceback, though a thread still sits in a read."""

    def leave(number: int, frame: object) -> None:
        os.write(2, b"interrupted\n")
        os._exit(128 + number)

    signal.signal(signal.SIGINT, leave)
