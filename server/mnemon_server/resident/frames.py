"""What goes over the line to a resident: frames, each a kind (one byte), a length (four, the first the highest), and
so many bytes.

A connection opens with a HELLO either way: a JSON object that names versions and what the connection is for. These
two, their fields and the answer to a wish for a successor stay as they are in all versions to come: by them programs
of different versions find out that they are, and hand over.

On loopback, where a port of a resident that was killed may be anybody's by now, the caller says CHALLENGE random bytes
before all that, and goes on only when it gets back their HMAC-SHA256 under the token: PROOF bytes.
"""

from __future__ import annotations

HELLO = b"H"  # JSON, either way, once
MESSAGE = b"M"  # one message of MCP, either way
QUESTION = b"Q"  # JSON: an action and its parameters
EVENT = b"E"  # what a client told its hook
ANSWER = b"A"  # JSON: to a question or an event
MOVE = b"V"  # from a resident that is about to leave: finish what is under way, then connect anew

PROTOCOL = 1
OLDEST = 1  # that is still spoken

HEAD = 5  # bytes
LARGEST = 33_554_432  # bytes of a frame; an event of a hook and an answer may have 32,000,000
LARGEST_HELLO = 65_536
CHALLENGE, PROOF = 16, 32  # bytes


def framed(kind: bytes, payload: bytes) -> bytes:
    """One frame.

    Raises:
        ValueError: it is too large for anybody to take.
    """
    if len(payload) > LARGEST:
        raise ValueError(f"{len(payload):,} bytes are more than a frame may have")
    return kind + len(payload).to_bytes(4, "big") + payload


def proof_of(token: str, challenge: bytes) -> bytes:
    """That whoever sends it knows the token, which is not told by it."""
    import hmac  # few need it

    return hmac.digest(token.encode(), challenge, "sha256")


def head_of(data: bytes) -> tuple[bytes, int]:
    """Kind and length out of the first five bytes."""
    return data[:1], int.from_bytes(data[1:HEAD], "big")
