"""The embedding model, downloaded. Without it everything works, by words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from mnemon_installer.plan.step import Done, Needed, StepFailed, Verdict
from mnemon_installer.world import World
from mnemon_server.embed import ModelState, embedder_source
from mnemon_server.errors import ModelUnreachable
from mnemon_server.settings import Settings

Report = Callable[[str, int, int], None]
Progress = Callable[[str], AbstractContextManager[Report]]


@dataclass(frozen=True)
class FetchModel:
    """`progress(title)` gives a function to be told (file, bytes done, bytes in all) on the way."""

    settings: Settings
    progress: Progress = field(compare=False)
    key: str = "model"
    subject: str = "model"
    needs: Sequence[str] = ("vault",)
    is_optional: bool = True

    def describe(self) -> str:
        return f"download the model {self.settings.model}, so that search finds meaning and not only words"

    def check(self, world: World) -> Verdict:
        state = self._state()
        return Done() if state.is_present and not state.problem else Needed()

    def apply(self, world: World) -> str:
        world.perform(self.describe(), self._fetch)
        return "downloaded"

    def undo(self, world: World) -> None:
        """Nothing: the models folder is a cache, and goes with the vault's folder."""

    def _state(self) -> ModelState:
        return embedder_source(self.settings).state()

    def _fetch(self) -> None:
        from mnemon_server.embed.fetch import fetch_model

        try:
            with self.progress(f"fetching {self.settings.model}") as report:
                # A model that is there and broken is compared file by file and mended.
                fetch_model(self.settings, report, force=self._state().is_present)
        except ModelUnreachable as trouble:
            raise StepFailed(
                f"{trouble.message}; memories are found by words until it is here", "mnemon model fetch"
            ) from trouble
