"""What the user wants of an upgrade to the web, however it was asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.facts.deployment import Storage


@dataclass(frozen=True)
class WebChoices:
    """Empty is a question that nobody has answered.

    Attributes:
        app: the Fly app; names are unique across all of Fly.
        region, org: Fly's, where the app is made.
        bucket: of the backups; by default the one in the settings.
        storage: whose bucket it is.
        wheel: a wheel to run in place of this very program.
        with_model: make the embedding model part of the image.
        hardens: a bucket at AWS that was there before gets what it lacks.
        installs_pulumi: Pulumi's program may be fetched where it is missing.
    """

    app: str = ""
    region: str = ""
    org: str = ""
    bucket: str = ""
    storage: Storage | None = None
    wheel: Path | None = None
    with_model: bool = True
    hardens: bool = False
    installs_pulumi: bool = False
