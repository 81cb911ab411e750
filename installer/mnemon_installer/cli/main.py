"""The door: what `mnemon` does first, and where every error ends.

`serve` and `hook` leave before anything else loads: a client waits for them, and their stdout belongs to the client.
"""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130
OUR_BUG = 3
_HELP = {"--help", "-h"}


def main() -> None:
    """The console script."""
    # Imports make objects that stay; looking for garbage among them costs a tenth of a short command.
    gc.set_threshold(50_000)
    words = sys.argv[1:]
    if words[:1] == ["hook"] and not _HELP & set(words):
        from mnemon_server.hooks.quick import main as hook

        sys.exit(hook(words[1:]))  # where no error ends any further
    if words[:1] == ["serve"] and not _HELP & set(words):
        from mnemon_server.resident.serve import main as pump

        pump(words[1:], os.getppid())  # comes back where no resident can be used, and nothing has been read
    from mnemon_installer.ui import console

    console.speak_utf8()
    sys.exit(run(words))


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line and return its exit status."""
    from mnemon_installer.ui import console
    from mnemon_server.errors import MnemonError

    as_json = "--json" in arguments
    try:
        status = _carry_out(arguments)
        console.flush()
        return status
    except console.ReaderGone:
        console.give_up_output()
        return 0
    except console.OutputTrouble as trouble:
        console.give_up_output()
        console.fail(trouble.to_json(), as_json=False)
        return trouble.exit_status
    except MnemonError as trouble:
        console.fail(trouble.to_json(), as_json)
        return trouble.exit_status
    except KeyboardInterrupt:
        console.say("interrupted")
        return INTERRUPTED
    except Exception as bug:  # noqa: BLE001  the one place where a bug becomes an exit status
        where = _write_crash_log(bug)
        console.fail({"code": "bug", "message": f"this is a bug in mnemon: {bug!r}", "hint": where}, as_json)
        return OUR_BUG


def _carry_out(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["serve"] and not _HELP & set(arguments):
        parent = os.getppid()  # asked before a second of imports, in which it might die
        from mnemon_server.serve.stdio import main as serve

        return serve(arguments[1:], parent)
    if arguments[:1] == ["serve-remote"] and not _HELP & set(arguments):
        from mnemon_server.serve.remote import main as serve_remote

        return serve_remote(arguments[1:])
    from mnemon_installer.cli.app import run_app

    return run_app(arguments)


def _write_crash_log(bug: Exception) -> str:
    import traceback
    from datetime import UTC, datetime
    from pathlib import Path

    from mnemon_installer.ui import console
    from mnemon_server.errors import MnemonError
    from mnemon_server.folders import make_private
    from mnemon_server.settings import vault_folder

    folder = vault_folder(os.environ, Path.home()) / "logs"
    text = "".join(traceback.format_exception(bug))
    path = folder / f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S}.log"
    try:
        make_private(folder)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as log:
            log.write(text)
    except (OSError, MnemonError):
        console.say(text)
        return "please report the lines above"
    return f"please report it with the log {console.tidy(path)}"


if __name__ == "__main__":
    main()
