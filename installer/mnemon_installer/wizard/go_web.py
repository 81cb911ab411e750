"""One upgrade to the web from survey to summary: survey, choose, plan, show, confirm, carry out, verify."""

from __future__ import annotations

import re
from dataclasses import replace

from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.facts.fly import app_url, find_app, organizations, require_fly, volumes, who_am_i
from mnemon_installer.facts.own_wheel import named_wheel, own_wheel
from mnemon_installer.flows.upgrade_web import plan_upgrade
from mnemon_installer.flows.web_choices import WebChoices
from mnemon_installer.ui import console
from mnemon_installer.ui.progress import download_progress
from mnemon_installer.wizard.come_home import step_json
from mnemon_installer.wizard.conduct import conduct
from mnemon_installer.wizard.set_up import Told
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError, UsageError
from mnemon_server.settings import Settings

_APP = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class AnotherWebVault(MnemonError):
    """This machine's vault is on the web already, and elsewhere."""

    code = "another-web-vault"


def go_web(world: World, settings: Settings, choices: WebChoices, *, may_ask: bool, quiet: bool) -> Told:
    """Bring this machine's vault to the app that `choices` name, or that app to this very version.

    Raises:
        UsageError: something that has no default was not said.
        FlyMissing, FlyPrerequisite, FlyTrouble: Fly cannot be used.
        AnotherWebVault: the vault is at another address.
        Declined: asked, and the answer was no.
    """
    wanted = deployment_of(world, settings, choices)
    model = settings.model if choices.with_model else ""
    plan = plan_upgrade(wanted, model, download_progress, console.say)
    conducted = conduct(plan, world, settings.ops_folder, may_ask=may_ask, quiet=quiet)
    is_ok = not any(result.is_failure for result in conducted.results)
    result = {
        "dry_run": world.is_rehearsal,
        "app": wanted.app,
        "url": wanted.url,
        "build": wanted.wheel.version,
        "steps": [step_json(each) for each in conducted.results],
    }
    problems = [
        {"code": each.step.key, "message": each.message, "hint": each.hint}
        for each in conducted.results
        if not each.is_satisfied
    ]
    return Told(result, problems, is_ok)


def deployment_of(world: World, settings: Settings, choices: WebChoices) -> Deployment:
    """Everything that is decided before anything is done."""
    if not _APP.fullmatch(choices.app):
        raise UsageError(f"{choices.app!r} is no name for a Fly app: small letters, digits and dashes", "--app-name")
    url = app_url(world.environment, choices.app)
    if settings.remote and settings.remote != url:
        raise AnotherWebVault(f"the vault of this machine is at {settings.remote}", "mnemon setup --local, then again")
    program = require_fly(world)
    who_am_i(world, program)
    app = find_app(world, program, choices.app)
    there = volumes(world, program, choices.app) if app is not None else ()
    bucketed = replace(settings, bucket_from_environment=choices.bucket or settings.bucket)
    return Deployment(
        settings=bucketed,
        program=program,
        app=choices.app,
        org=app.org if app is not None else choices.org or _only_org(world, program),
        region=there[0].region if there else choices.region or _unsaid("--region", "fly platform regions"),
        storage=choices.storage,
        url=url,
        wheel=named_wheel(choices.wheel) if choices.wheel is not None else own_wheel(),
        storage_region=world.environment.get("AWS_REGION", ""),
        endpoint=str(settings.value("s3_endpoint")) or world.environment.get("AWS_ENDPOINT_URL_S3", ""),
    )


def _only_org(world: World, program: str) -> str:
    found = organizations(world, program)
    if "personal" in found:
        return "personal"
    return next(iter(found)) if len(found) == 1 else _unsaid("--org", "fly orgs list")


def _unsaid(flag: str, hint: str) -> str:
    raise UsageError(f"{flag} says where the app is made, and nothing else does", hint)
