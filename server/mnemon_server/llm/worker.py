"""The process that a language model lives in: orders on stdin, answers on stdout, a line of JSON each.

Apart from the server, so that nothing that happens to a model happens to the server: a crash of native code, memory
that runs out, a word that never comes. It ends with its stdin, which is the death of the server as well.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from mnemon_server.llm.orders import DECLINED, READY, TEXT, TROUBLE, order_in, to_line
from mnemon_server.llm.runtime import LanguageModel, TooLong

_LOADING = 180  # seconds
_GRACE = 10  # seconds over an order's own, for a call into native code that does not come back
_NICE = 5

Tell = Callable[[str, str], None]


def main(arguments: list[str]) -> int:
    """`FOLDER MEGABYTES`: load the model, say so, answer until there are no more orders."""
    folder, megabytes = Path(arguments[0]), int(arguments[1])
    answers = _own_output()

    def tell(kind: str, text: str) -> None:
        answers.write(to_line({kind: text}))
        answers.flush()

    _be_modest(megabytes)
    orders = _orders()
    _end_within(_LOADING)
    try:
        model = LanguageModel(folder)
    except Exception as error:  # noqa: BLE001  onnxruntime_genai raises what it likes
        tell(TROUBLE, f"it cannot be loaded: {_sentence(error)}")
        return 1
    _end_within(0)
    tell(READY, "")
    while line := orders.get():
        _answer(model, line, tell)
    return 0


def _answer(model: LanguageModel, line: bytes, tell: Tell) -> None:
    order = order_in(line)
    _end_within(int(order.seconds) + _GRACE)
    try:
        tell(TEXT, model.answer(order))
    except TooLong as reason:
        tell(DECLINED, str(reason))
    except Exception as error:  # noqa: BLE001  as above; the message goes to whoever asked
        tell(TROUBLE, _sentence(error))
    finally:
        _end_within(0)


def _own_output() -> BinaryIO:
    """Our stdout for answers alone; whatever else prints goes to stderr."""
    ours = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return ours


def _orders() -> queue.SimpleQueue[bytes]:
    """The lines of stdin as they come; its end is ours, in the middle of an answer too."""
    found: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin.buffer:
            found.put(line)
        os._exit(0)

    threading.Thread(target=read, name="orders", daemon=True).start()
    return found


def _end_within(seconds: int) -> None:
    """Have the system end us then, even in native code that holds the interpreter; 0: not any more."""
    if sys.platform != "win32":
        signal.alarm(seconds)


def _be_modest(megabytes: int) -> None:
    """Take no more memory than we may, and the processor only when nobody else wants it."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        os.nice(_NICE)
    if sys.platform == "linux":  # elsewhere the system takes no notice of it
        import resource

        with suppress(ValueError, OSError):  # a lower one is in force already
            resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))


def _sentence(error: Exception) -> str:
    """The first line of a complaint."""
    if isinstance(error, MemoryError) or "bad_alloc" in str(error) or "Failed to allocate" in str(error):
        return "it needs more memory than it may take"
    if isinstance(error, ImportError):
        return f"onnxruntime-genai cannot be imported: {error}"
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    return line if len(line) <= 300 else f"{line[:297]}..."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
