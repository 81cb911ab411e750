"""One upgrade to the web from survey to summary: survey, choose, plan, show, confirm, carry out, verify."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from mnemon_infra.pulumi_cli import find_cli
from mnemon_installer.facts.cloud import infra_of, with_bucket
from mnemon_installer.facts.deployment import Deployment, Storage, first_line
from mnemon_installer.facts.fly import app_url, require_fly
from mnemon_installer.facts.own_wheel import named_wheel, own_wheel
from mnemon_installer.facts.survey import Facts
from mnemon_installer.facts.web_survey import WebFacts, app_at, known_apps, look_at_fly
from mnemon_installer.flows.upgrade_web import plan_upgrade
from mnemon_installer.flows.web_choices import WebChoices
from mnemon_installer.ui import console
from mnemon_installer.ui.progress import transfer_progress
from mnemon_installer.ui.web_words import arrived_lines, costs_lines, stopped_lines
from mnemon_installer.wizard.conduct import Conducted, conduct
from mnemon_installer.wizard.set_up import Told
from mnemon_installer.wizard.web_end import show, told, verified
from mnemon_installer.wizard.web_questions import app_problem, ask_app, likely_storage, web_interview
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError, UsageError
from mnemon_server.settings import Settings

_MODEL = re.compile(r"[\w.-]+/[\w.-]+")


class AnotherWebVault(MnemonError):
    """This machine's vault is on the web already, and elsewhere."""

    code = "another-web-vault"


def go_web(
    world: World,
    settings: Settings,
    look: Callable[[Settings], Facts],
    choices: WebChoices,
    *,
    may_ask: bool,
    may_show: bool,
    quiet: bool,
) -> Told:
    """Bring this machine's vault to the app that `choices` name, or that app to this very version. `look` surveys the
    machine as it is with certain settings; `may_show`: a new passphrase may be printed.

    Raises:
        UsageError: something that has no default was not said.
        FlyMissing, FlyPrerequisite, FlyTrouble: Fly cannot be used.
        AnotherWebVault: the vault is at another address.
        Declined: asked, and the answer was no.
    """
    program = require_fly(world)
    choices = _with_app(world, settings, choices, may_ask)
    url = app_url(world.environment, choices.app)
    if settings.remote and settings.remote != url:
        raise AnotherWebVault(f"the vault of this machine is at {settings.remote}", "mnemon setup --local, then again")
    found = look_at_fly(world, settings, program, choices.app)
    if may_ask:
        choices = web_interview(found, choices, lambda: find_cli(settings.folder / "pulumi") is None)
        console.out()
    wanted = deployment_of(world, found, choices)
    there = replace(wanted.settings, remote=wanted.url)
    plan = plan_upgrade(wanted, look(there), _model(settings), transfer_progress, console.say)
    if found.is_new:
        show(costs_lines(found, wanted), quiet)
    conducted = conduct(plan, world, settings.ops_folder, may_ask=may_ask, quiet=quiet)
    findings = verified(world, lambda: look(there), conducted, quiet=quiet)
    if conducted.exit_status:
        command = f"mnemon upgrade web --app-name {wanted.app}"
        show(["", *stopped_lines(command, conducted.has_changed_something)], quiet)
    elif _has_arrived(conducted):
        passphrase = first_line(world, settings.passphrase_path) if may_show else ""
        show(["", *arrived_lines(wanted, passphrase)], quiet)
    about = {"app": wanted.app, "url": wanted.url, "region": wanted.region, "build": wanted.wheel.version}
    return told(world, about, conducted, findings)


def deployment_of(world: World, found: WebFacts, choices: WebChoices) -> Deployment:
    """Everything that is decided before anything is done.

    Raises:
        UsageError: something that has no default was not said.
        FlyTrouble: there is no such region.
        NoWheel: this program cannot be made into an image.
    """
    storage = choices.storage or found.storage or likely_storage(found.settings, found.endpoint) or _unsaid_storage()
    region = choices.region or (found.suggested_region.code if found.suggested_region else "")
    if found.volumes:
        region = found.volumes[0].region
    elif not region:
        raise UsageError("nothing says in which region the app is to run", "--region CODE; fly platform regions")
    else:
        found.region_named(region)
    bucket = found.deployed.get("MNEMON_S3_BUCKET") or choices.bucket or found.settings.bucket
    wanted = Deployment(
        settings=replace(found.settings, bucket_from_environment=bucket),
        program=found.program,
        app=found.name,
        org=found.app.org if found.app is not None else choices.org or _only_org(found),
        region=region,
        storage=storage,
        url=found.url,
        wheel=named_wheel(choices.wheel) if choices.wheel is not None else own_wheel(),
        storage_region=found.deployed.get("AWS_REGION") or _storage_region(world),
        endpoint=found.endpoint,
        hardens=choices.hardens,
        installs_pulumi=choices.installs_pulumi,
        is_joined=found.is_joined,
        role_arn=found.deployed.get("AWS_ROLE_ARN", ""),
        deployed_by=found.deployed.get("MNEMON_DEPLOYED_BY", ""),
    )
    return with_bucket(wanted, infra_of(wanted))


def _storage_region(world: World) -> str:
    """As AWS's own tools would have it from the environment."""
    return world.environment.get("AWS_REGION") or world.environment.get("AWS_DEFAULT_REGION", "")


def _with_app(world: World, settings: Settings, choices: WebChoices, may_ask: bool) -> WebChoices:
    if not choices.app:
        names = known_apps(world, settings)
        redeployed = names[0] if len(names) == 1 else app_at(world, settings.remote)
        choices = replace(choices, app=redeployed)
    if not choices.app and may_ask:
        return ask_app(choices)
    if not choices.app:
        raise UsageError("nothing says what the app is to be called", "mnemon upgrade web --app-name NAME")
    if problem := app_problem(choices.app):
        raise UsageError(f"{choices.app!r} is no name for an app at Fly: {problem}", "--app-name NAME")
    return choices


def _only_org(found: WebFacts) -> str:
    if "personal" in found.orgs:
        return "personal"
    if len(found.orgs) == 1:
        return next(iter(found.orgs))
    raise UsageError("several organizations of yours could have the app", "--org SLUG; fly orgs list")


def _unsaid_storage() -> Storage:
    raise UsageError(
        "nothing says where backups of the vault are to be kept",
        "--storage tigris (made by Fly), aws (in your AWS account) or s3 (another store, with --bucket)",
    )


def _model(settings: Settings) -> str:
    """The model that becomes part of the image.

    Raises:
        UsageError: it cannot be fetched by that name.
    """
    if not _MODEL.fullmatch(settings.model):
        raise UsageError(f"the image cannot fetch a model called {settings.model!r}", "mnemon config set model NAME")
    return settings.model


def _has_arrived(conducted: Conducted) -> bool:
    return any(result.step.key == "remote" and result.outcome == "done" for result in conducted.results)
