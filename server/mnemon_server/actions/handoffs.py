"""Where a handoff stands: under the project and the session it belongs to."""

from __future__ import annotations

PREFIX = "handoff:"
_MARK = "#"


def project_prefix(project: str) -> str:
    """What the source keys of all handoffs of a project begin with, and of no other project."""
    return f"{PREFIX}{project.replace('%', '%25').replace(_MARK, '%23')}{_MARK}"


def handoff_key(project: str, session: str) -> str:
    """The source key of one session's handoff."""
    return f"{project_prefix(project)}{session}"
