"""docs/reference/clients.md says what the installer does."""

from __future__ import annotations

from pathlib import Path

from mnemon_installer.clients.reference import reference

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "clients.md"


def test_the_page_is_what_the_installer_goes_by() -> None:
    assert PAGE.read_text("utf-8") == reference(), (
        f"python -m mnemon_installer.clients.reference > {PAGE.relative_to(PAGE.parents[2])}"
    )
