"""One rotation from survey to summary: of an app's secrets, or of this machine's token for another server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mnemon_installer.facts.app_notes import TOKEN
from mnemon_installer.facts.app_server import ask_server
from mnemon_installer.facts.deployment import first_line
from mnemon_installer.facts.fly import app_url, find_app, require_fly, secret_names, who_am_i
from mnemon_installer.facts.fly_trouble import FlyTrouble
from mnemon_installer.facts.own_wheel import NoWheel, own_wheel
from mnemon_installer.facts.remote import kept_for
from mnemon_installer.facts.rotation import OF_DEVICES, Rotation, rotation_of
from mnemon_installer.facts.survey import Facts
from mnemon_installer.facts.web_survey import app_at, known_apps
from mnemon_installer.flows.rotate_secrets import plan_exchange, plan_rotation
from mnemon_installer.steps.exchange_token import exchange_of, named_as
from mnemon_installer.ui.access_words import exchanged_lines, rotated_lines
from mnemon_installer.ui.web_words import stopped_lines
from mnemon_installer.wizard.conduct import conduct
from mnemon_installer.wizard.set_up import Told
from mnemon_installer.wizard.web_end import show, told
from mnemon_installer.wizard.web_questions import app_problem
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError, UsageError
from mnemon_server.settings import Settings

Json = dict[str, Any]  # Any: JSON
Look = Callable[[Settings], Facts]


class NothingToRotate(MnemonError):
    """No server is known that would take a token of this machine's."""

    code = "nothing-to-rotate"


class SetOutside(MnemonError):
    """The token is not in a file of ours."""

    code = "set-outside"


def rotate(
    world: World, settings: Settings, look: Look, app: str, *, may_ask: bool, may_show: bool, quiet: bool
) -> Told:
    """New secrets for the app that is named, or has this machine's vault; for another server a new token of this
    machine. `look` surveys the machine; `may_show`: a new passphrase may be printed.

    Raises:
        NothingToRotate: no app is named, and the vault is on this machine.
        UsageError: several apps could be meant, or that is no name of one.
        FlyMissing, FlyPrerequisite, FlyTrouble: Fly cannot be used, or has no such app with a vault.
        SetOutside: the token for that other server comes from the environment.
        Declined: asked, and the answer was no.
    """
    name = app or _app_of(world, settings)
    if name:
        return _rotate_app(world, settings, look, name, may_ask=may_ask, may_show=may_show, quiet=quiet)
    return _exchange(world, settings, look, may_ask=may_ask, quiet=quiet)


def _app_of(world: World, settings: Settings) -> str:
    """Empty for a server that is no app."""
    if not settings.remote:
        hint = "of an app that this machine does not use: mnemon token rotate --app-name NAME"
        raise NothingToRotate("the vault is on this machine: there is no token to rotate", hint)
    names = known_apps(world, settings)
    return names[0] if names else app_at(world, settings.remote)


def _rotate_app(
    world: World, settings: Settings, look: Look, name: str, *, may_ask: bool, may_show: bool, quiet: bool
) -> Told:
    rotation = _rotation(world, settings, name)
    plan = plan_rotation(rotation, look(settings), _build())
    conducted = conduct(plan, world, settings.ops_folder, may_ask=may_ask, quiet=quiet)
    about: Json = {"app": name, "url": rotation.url, "passphrase_path": str(rotation.passphrase_path)}
    if conducted.exit_status:
        show(["", *stopped_lines(f"mnemon token rotate --app-name {name}", conducted.has_changed_something)], quiet)
    elif not world.is_rehearsal:
        about |= _still_in(world, rotation)
        passphrase = first_line(world, rotation.passphrase_path) if may_show else ""
        is_outdone = bool(world.environment.get("MNEMON_LOCAL_TOKEN", "").strip())
        show(["", *rotated_lines(about, passphrase, is_outdone)], quiet)
    return told(world, about, conducted, ())


def _rotation(world: World, settings: Settings, name: str) -> Rotation:
    if problem := app_problem(name):
        raise UsageError(f"{name!r} is no name for an app at Fly: {problem}", "--app-name NAME")
    program = require_fly(world)
    account = who_am_i(world, program)
    if find_app(world, program, name) is None:
        raise FlyTrouble(f"{account or 'this account at Fly'} has no app {name}", "fly apps list; fly auth whoami")
    if TOKEN not in secret_names(world, program, name):
        raise FlyTrouble(f"the app {name} has no token of a vault among its secrets", "fly apps list")
    return rotation_of(world, settings, program, name, app_url(world.environment, name))


def _build() -> str:
    try:
        return own_wheel().build
    except NoWheel:
        return ""


def _still_in(world: World, rotation: Rotation) -> Json:
    """Who stays connected; numbers are missing where the server does not say."""
    token = first_line(world, rotation.token_path) if rotation.keeps_token else ""
    token = token or kept_for(world, rotation.settings, rotation.url)
    try:
        found = ask_server(world, rotation.url, token, "connections")
    except MnemonError:
        return {}
    return {"devices": len(found["devices"]), "connections": len(found["connections"])}


def _exchange(world: World, settings: Settings, look: Look, *, may_ask: bool, quiet: bool) -> Told:
    if world.environment.get("MNEMON_LOCAL_TOKEN", "").strip():
        what = f"the token for {settings.remote} is set outside of mnemon, as MNEMON_LOCAL_TOKEN"
        raise SetOutside(what, "mnemon token new NAME makes another one")
    exchange, former = exchange_of(world, settings), kept_for(world, settings, settings.remote)
    name, plan = _name_of(world, settings, former), plan_exchange(exchange, look(settings))
    conducted = conduct(plan, world, settings.ops_folder, may_ask=may_ask, quiet=quiet)
    is_done = not conducted.exit_status and not world.is_rehearsal
    about: Json = {"app": None, "url": settings.remote, "revoked": name if name and is_done else None}
    if is_done:
        about["was_of_server"] = not former.startswith(OF_DEVICES)
        show(["", *exchanged_lines(about)], quiet)
    elif conducted.exit_status:
        show(["", *stopped_lines("mnemon token rotate", conducted.has_changed_something)], quiet)
    return told(world, about, conducted, ())


def _name_of(world: World, settings: Settings, token: str) -> str:
    try:
        return named_as(world, settings.remote, token)
    except MnemonError:
        return ""  # the step says what is wrong
