"""One downgrade from survey to summary."""

from __future__ import annotations

from typing import Any

from mnemon_installer.facts.fly import app_url, require_fly, who_am_i
from mnemon_installer.flows.downgrade_local import WebApp, plan_downgrade
from mnemon_installer.plan.engine import Result
from mnemon_installer.ui.progress import download_progress
from mnemon_installer.wizard.conduct import conduct
from mnemon_installer.wizard.set_up import Told
from mnemon_installer.world import World
from mnemon_server.errors import UsageError
from mnemon_server.settings import Settings


def come_home(world: World, settings: Settings, *, destroys: bool, may_ask: bool, quiet: bool) -> Told:
    """Bring the vault from its app to this machine, and destroy the app where that is wished.

    Raises:
        UsageError: no app of this machine's, or several.
        FlyMissing, FlyPrerequisite: the app shall go, and Fly cannot be used.
        Declined: asked, and the answer was no.
    """
    found = web_app_of(world, settings, destroys)
    plan = plan_downgrade(settings, found, destroys, download_progress)
    conducted = conduct(plan, world, settings.ops_folder, may_ask=may_ask, quiet=quiet)
    result = {
        "dry_run": world.is_rehearsal,
        "app": found.app,
        "url": found.url,
        "steps": [step_json(each) for each in conducted.results],
    }
    problems = [
        {"code": each.step.key, "message": each.message, "hint": each.hint}
        for each in conducted.results
        if not each.is_satisfied
    ]
    return Told(result, problems, not any(each.is_failure for each in conducted.results))


def web_app_of(world: World, settings: Settings, destroys: bool) -> WebApp:
    """The app that has this machine's vault, or had it."""
    deploy = settings.folder / "deploy"
    apps = sorted(each for each in deploy.iterdir() if (each / "fly.toml").exists()) if deploy.is_dir() else []
    if settings.remote:
        apps = [each for each in apps if app_url(world.environment, each.name) == settings.remote]
    if len(apps) != 1:
        what = "several apps" if apps else "no app"
        raise UsageError(f"this machine knows {what} that its vault could be at", "mnemon setup --local")
    program = ""
    if destroys:
        program = require_fly(world)
        who_am_i(world, program)
    name = apps[0].name
    return WebApp(name, app_url(world.environment, name), apps[0], program)


def step_json(result: Result) -> dict[str, Any]:  # Any: JSON
    return {
        "key": result.step.key,
        "subject": result.step.subject,
        "outcome": result.outcome,
        "message": result.message,
    }
