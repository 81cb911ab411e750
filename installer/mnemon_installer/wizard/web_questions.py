"""What an upgrade to the web asks, where no flag has said it."""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import cast

from mnemon_installer.facts.deployment import Storage
from mnemon_installer.facts.web_survey import APP_NAME, WebFacts
from mnemon_installer.flows.web_choices import WebChoices
from mnemon_installer.ui.questions import Option
from mnemon_installer.wizard.question import Answer, Question, ask
from mnemon_server.settings import Settings

_STORES: dict[Storage, str] = {
    "tigris": "Tigris, made by Fly for this app; takes no other account",
    "aws": "S3 in your AWS account: a bucket, and a role for the app, so that no key lies at Fly; made by Pulumi",
    "s3": "another S3 store; the keys that this machine uses become secrets of the app",
}
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")


def ask_app(choices: WebChoices) -> WebChoices:
    """With a name for the app."""

    def fill(choices: WebChoices, answer: Answer) -> WebChoices:
        return replace(choices, app=str(answer))

    text = "A name for the app at Fly (nobody else's may be called so):"
    question = Question("app", "--app-name", "text", text, fill, suggestion=_own_name(), problem_of=app_problem)
    return question.fill(choices, ask(question))


def app_problem(name: str) -> str:
    """Why no app can be called so; empty when one can."""
    return "" if APP_NAME.fullmatch(name) else "small letters, digits and dashes, and no dash at the beginning"


def web_interview(found: WebFacts, choices: WebChoices, needs_pulumi: Callable[[], bool]) -> WebChoices:
    """The choices, completed by answers. `needs_pulumi`: whether AWS is to be set up, and Pulumi's program is missing.

    Raises:
        KeyboardInterrupt: Ctrl-C; nothing has been changed.
    """
    for due in (_org, _region, _storage, _bucket):
        for question in tuple(due(found, choices)):
            choices = question.fill(choices, ask(question))
    if (choices.storage or found.storage) == "aws" and not choices.installs_pulumi and needs_pulumi():
        question = _pulumi()
        choices = question.fill(choices, ask(question))
    return choices


def _org(found: WebFacts, choices: WebChoices) -> Iterator[Question[WebChoices]]:
    if choices.org or found.app is not None or len(found.orgs) < 2:
        return
    slugs = sorted(found.orgs, key=lambda slug: (slug != "personal", slug))
    options = [Option(slug, f"{slug}  {found.orgs[slug]}") for slug in slugs]

    def fill(choices: WebChoices, answer: Answer) -> WebChoices:
        return replace(choices, org=str(answer))

    yield Question("org", "--org", "pick", "Which of your organizations at Fly shall have it?", fill, options)


def _region(found: WebFacts, choices: WebChoices) -> Iterator[Question[WebChoices]]:
    if choices.region or not found.is_new:
        return
    near = found.suggested_region
    regions = sorted(found.regions, key=lambda region: (region != near, region.is_paid, region.name))
    notes = {True: "  (only with a paid plan)", False: ""}
    options = [
        Option(each.code, f"{each.code}  {each.name}{'  (nearest)' if each == near else notes[each.is_paid]}")
        for each in regions
    ]

    def fill(choices: WebChoices, answer: Answer) -> WebChoices:
        return replace(choices, region=str(answer))

    yield Question("region", "--region", "pick", "In which region shall it run? It stays there.", fill, options)


def _storage(found: WebFacts, choices: WebChoices) -> Iterator[Question[WebChoices]]:
    if choices.storage is not None or found.storage is not None:
        return
    first = likely_storage(found.settings, found.endpoint) or "tigris"
    kinds = sorted(_STORES, key=lambda kind: kind != first)
    options = [Option(kind, f"{kind:6}  {_STORES[kind]}") for kind in kinds]

    def fill(choices: WebChoices, answer: Answer) -> WebChoices:
        return replace(choices, storage=cast(Storage, answer))

    yield Question("storage", "--storage", "pick", "Where shall backups of the vault be kept?", fill, options)


def _bucket(found: WebFacts, choices: WebChoices) -> Iterator[Question[WebChoices]]:
    storage = choices.storage or found.storage
    if storage != "s3" or choices.bucket or found.settings.bucket:
        return

    def fill(choices: WebChoices, answer: Answer) -> WebChoices:
        return replace(choices, bucket=str(answer))

    def problem(name: str) -> str:
        return "" if _BUCKET.fullmatch(name) else "at least three letters, digits, dots or dashes"

    text = "The bucket's name (made, if it is not there):"
    yield Question("bucket", "--bucket", "text", text, fill, suggestion=f"{found.name}-vault", problem_of=problem)


def _pulumi() -> Question[WebChoices]:
    def fill(choices: WebChoices, answer: Answer) -> WebChoices:
        return replace(choices, installs_pulumi=bool(answer))

    text = "Pulumi's own program is not on this machine. Fetch it from get.pulumi.com, and run its installer?"
    return Question("pulumi", "--install-pulumi", "yes-no", text, fill, default=False)


def likely_storage(settings: Settings, endpoint: str) -> Storage | None:
    """Whose bucket this machine's backups are in, as far as an address of the store tells."""
    return "s3" if settings.bucket and endpoint else None


def _own_name() -> str:
    """A name that hardly anybody else has taken."""
    try:
        user = re.sub(r"[^a-z0-9]+", "-", getpass.getuser().lower()).strip("-")
    except (OSError, KeyError, ImportError):
        user = ""
    return f"mnemon-{user}"[:63] if user and user != "root" else ""
