"""Where a pump goes when no resident can be reached any more: a server of its own in a child process."""

from __future__ import annotations

import sys

from mnemon_server.resident.connecting import NoResident
from mnemon_server.resident.frames import MESSAGE
from mnemon_server.resident.line import Lost

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess

_LEAVING = 5.0  # seconds to close the vault
MODULE = "mnemon_server.serve.stdio"


class InProcess:
    """Speaks lines with `serve --in-process`, frames with the pump. A process, since the code on the disk may be of
    another version than ours by now."""

    def __init__(self) -> None:
        """
        Raises:
            NoResident: it cannot be started either.
        """
        import subprocess

        try:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(
                (sys.executable, "-P", "-m", MODULE), stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        except OSError as trouble:
            raise NoResident(f"{sys.executable}: {trouble.strerror}") from None

    def send(self, kind: bytes, payload: bytes) -> None:
        """See Line."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(payload.replace(b"\n", b" ") + b"\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as trouble:
            raise Lost(str(trouble)) from None

    def receive(self) -> tuple[bytes, bytes]:
        """See Line."""
        assert self._process.stdout is not None
        try:
            line = self._process.stdout.readline()
        except (OSError, ValueError) as trouble:
            raise Lost(str(trouble)) from None
        if not line:
            self._process.stdout.close()
            raise Lost(f"it ended with status {self._process.wait()}")
        return MESSAGE, line.rstrip(b"\n")

    def patience(self, seconds: float | None) -> None:
        """It is ours alone, and as patient as its client."""

    def close(self) -> None:
        """See Line."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except OSError:
            pass
        self._process.terminate()  # nothing for one that has ended
        try:
            self._process.wait(_LEAVING)
        except Exception:  # noqa: BLE001  its class would be an import of subprocess
            self._process.kill()
