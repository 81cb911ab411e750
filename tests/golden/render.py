"""The transcript file of a case, as its client would have written it."""

from __future__ import annotations

from pathlib import Path

from tests.golden import render_claude, render_codex, render_gemini
from tests.golden.cases import Case
from tests.golden.written import as_lines

_CLIENTS = {"claude-code": render_claude, "gemini": render_gemini, "codex": render_codex}


def render(case: Case) -> str:
    """The lines of the transcript: what was said among everything else that the client records."""
    return as_lines(_CLIENTS[case.client].records(case))


def write_transcript(case: Case, folder: Path) -> Path:
    """The transcript in a folder, under a name as the client gives it."""
    path = folder / _CLIENTS[case.client].file_name(case)
    path.write_text(render(case), "utf-8", newline="\n")
    return path
