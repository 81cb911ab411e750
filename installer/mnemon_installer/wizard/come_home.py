"""One downgrade from survey to summary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mnemon_installer.facts.app_server import app_token, ask_server
from mnemon_installer.facts.fly import app_url, require_fly, who_am_i
from mnemon_installer.facts.survey import Facts
from mnemon_installer.facts.web_survey import app_at, known_apps
from mnemon_installer.flows.downgrade_local import WebApp, plan_downgrade
from mnemon_installer.ui.progress import transfer_progress
from mnemon_installer.ui.web_words import home_lines, stopped_lines
from mnemon_installer.wizard.conduct import conduct
from mnemon_installer.wizard.set_up import Told
from mnemon_installer.wizard.web_end import show, told, verified
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings


class NoWebApp(MnemonError):
    """There is no app, or not just one, that the vault could come home from."""

    code = "no-web-app"


def come_home(
    world: World, settings: Settings, look: Callable[[Settings], Facts], *, destroys: bool, may_ask: bool, quiet: bool
) -> Told:
    """Bring the vault from its app to this machine, and destroy the app where that is wished. `look` surveys the
    machine as it is with certain settings.

    Raises:
        NoWebApp: no app of this machine's, or several.
        FlyMissing, FlyPrerequisite: the app shall go, and Fly cannot be used.
        Declined: asked, and the answer was no.
    """
    found = web_app_of(world, settings, destroys)
    settings = _with_bucket(world, settings, found)
    at_home = replace(settings, remote="")
    plan = plan_downgrade(settings, look(at_home), found, destroys, transfer_progress)
    conducted = conduct(plan, world, settings.ops_folder, may_ask=may_ask, quiet=quiet)
    findings = verified(world, lambda: look(at_home), conducted, quiet=quiet)
    if conducted.exit_status:
        command = f"mnemon downgrade local{' --destroy-fly-app' if destroys else ''}"
        show(["", *stopped_lines(command, conducted.has_changed_something)], quiet)
    elif not world.is_rehearsal:
        show(["", *home_lines(found.url, found.app, destroys)], quiet)
    return told(world, {"app": found.app, "url": found.url}, conducted, findings)


def _with_bucket(world: World, settings: Settings, found: WebApp) -> Settings:
    """A machine that has joined was never told which bucket the backups are in; the server knows."""
    if settings.bucket or not settings.remote:
        return settings
    try:
        told = ask_server(world, found.url, app_token(world, settings, found.folder, found.url), "sync_status")
    except MnemonError:  # the step says what is wrong
        return settings
    return replace(settings, bucket_from_environment=str(told["bucket"]), vault_name=str(told["vault"]))


def web_app_of(world: World, settings: Settings, destroys: bool) -> WebApp:
    """The app that has this machine's vault, or had it."""
    names = known_apps(world, settings)
    if not names and settings.remote and (name := app_at(world, settings.remote)):
        names = (name,)  # another machine has deployed it
    if len(names) != 1:
        if settings.remote:
            what = f"{settings.remote} is no app at Fly that this machine knows"
            raise NoWebApp(what, "mnemon setup --local, which leaves the vault there")
        what = f"several apps had this machine's vault: {', '.join(names)}" if names else "the vault is here already"
        raise NoWebApp(what, "mnemon status")
    program = ""
    if destroys:
        program = require_fly(world)
        who_am_i(world, program)
    name = names[0]
    return WebApp(name, app_url(world.environment, name), settings.folder / "deploy" / name, program)
