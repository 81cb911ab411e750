"""What bringing the vault home has to do: pure, from what was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.facts.survey import Facts
from mnemon_installer.flows.following import following
from mnemon_installer.plan.plan import Plan
from mnemon_installer.plan.step import Step
from mnemon_installer.steps.bring_home import BringHome
from mnemon_installer.steps.destroy_app import DestroyApp
from mnemon_installer.steps.push_vault import Progress
from mnemon_installer.steps.switch_vault import UseLocal
from mnemon_server.settings import Settings


@dataclass(frozen=True)
class WebApp:
    """The app that has the vault; `program` is fly, empty where nothing is asked of it."""

    app: str
    url: str
    folder: Path
    program: str = ""


def plan_downgrade(settings: Settings, facts: Facts, found: WebApp, destroys: bool, progress: Progress) -> Plan:
    """The vault first, then where it is looked for, and the app last. `facts` are of a machine that has its vault."""
    return Plan("downgrade", tuple(_steps(settings, facts, found, destroys, progress)), found.app, is_one_piece=True)


def _steps(settings: Settings, facts: Facts, found: WebApp, destroys: bool, progress: Progress) -> Iterator[Step]:
    local = facts.settings
    if settings.remote:
        yield BringHome(local, found.url, found.folder, progress)
    yield UseLocal(settings, needs=("home",))
    yield from following(facts)
    if destroys:
        yield DestroyApp(local, found.program, found.app, found.url, found.folder)
