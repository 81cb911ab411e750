"""What is said of a vault that is on the web, was, or is about to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote

from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.facts.survey import Facts
from mnemon_installer.facts.web_survey import WebFacts
from mnemon_installer.flows.choices import Choices
from mnemon_installer.plan.engine import Result

_PRICES = {
    "aws": "https://aws.amazon.com/s3/pricing/",
    "tigris": "https://www.tigrisdata.com/pricing/",
    "s3": "see the store's own page",
}
_STORES = {"aws": "S3 in your AWS account", "tigris": "Tigris", "s3": "the store"}


def costs_lines(found: WebFacts, wanted: Deployment) -> Iterator[str]:
    """What will be made where, and where its price stands; no figure of ours would stay true."""
    place = next((f" ({each.name})" for each in found.regions if each.code == wanted.region), "")
    who = f", logged in as {found.account}" if found.account else ""
    yield f"At Fly.io, in the organization {wanted.org}{who}:"
    yield f"  the app {wanted.app}: one machine, and one volume of 1 GB, in {wanted.region}{place}"
    yield "  prices: https://fly.io/docs/about/pricing/; the machine sleeps while nobody asks"
    store = f"{_STORES[wanted.storage]}{f' {wanted.endpoint}' if wanted.storage == 's3' and wanted.endpoint else ''}"
    yield f"At {store}: backups in the bucket {wanted.settings.bucket}"
    yield f"  prices: {_PRICES[wanted.storage]}"
    yield ""


def arrived_lines(wanted: Deployment, passphrase: str) -> Iterator[str]:
    """The vault is on the web: how everything else gets there. `passphrase` is empty where it must not be shown."""
    yield f"Your vault is at {wanted.url} now; the clients of this machine reach it from their next call on."
    yield ""
    yield "claude.ai, and with it the Claude apps on phone and desktop:"
    yield "  Settings, Connectors, Add custom connector; this is its address:"
    yield f"    {wanted.url}/mcp"
    kept = wanted.settings.passphrase_path
    if passphrase:
        yield f"  It leads to a page of your server, which asks for the owner's passphrase. It stays in {kept},"
        yield "  and is shown this once:"
        yield f"    {passphrase}"
    else:
        yield f"  It leads to a page of your server, which asks for the owner's passphrase: it is in {kept}"
    yield "Another machine of yours: a code for it, and what to type there, comes from"
    yield "    mnemon move code"
    yield "If claude.ai does not connect, this goes its way hop by hop:"
    yield f"    mnemon doctor connector --url {quote(wanted.url)}"


def stopped_lines(command: str, has_begun: bool) -> Iterator[str]:
    """A step has failed."""
    yield "Nothing was changed." if not has_begun else "What is done is done, and nothing is lost."
    yield "When that is mended, the same command goes on from here:"
    yield f"    {command}"


def home_lines(url: str, app: str, is_gone: bool) -> Iterator[str]:
    """The vault is on this machine again."""
    yield "Your vault is on this machine again; clients find it here from their next call on."
    if not is_gone:
        yield f"The server at {url} runs on, takes no writes, and says where the vault went."
        yield "To end it, and what it costs:"
        yield "    mnemon downgrade local --destroy-fly-app"
    else:
        yield f"The app {app} is gone, with its volume. The backups in the bucket stay: mnemon sync history"


def vault_lines(facts: Facts, choices: Choices, results: Sequence[Result]) -> Iterator[str]:
    """Memories that are elsewhere than the vault in use, and how to get them there."""
    settings = facts.settings
    if settings.remote and facts.memories_here and not choices.send_memories:
        stay = "1 memory of this machine stays"
        if facts.memories_here > 1:
            stay = f"{facts.memories_here:,} memories of this machine stay"
        yield f"{stay} in {settings.vault_path}; no command reads it. To send what is there:"
        yield f"    mnemon setup --remote-url {quote(settings.remote)} --send-memories"
    if choices.vault == "local" and any(result.step.key == "vault" and result.is_satisfied for result in results):
        yield f"This machine uses the vault {settings.vault_path} now; the one on the web stays as it is."
        if copies := sorted(settings.archive_folder.glob("pre-web-*.sqlite")):
            aside = quote(str(settings.folder / "former"))
            yield "To bring in what was here before the web:"
            yield (
                f"    mkdir -m 700 {aside} && cp {quote(str(copies[-1]))} {aside}/default.sqlite"
                f" && MNEMON_VAULT_DIR={aside} mnemon export jsonl - | mnemon import jsonl - && rm -r {aside}"
            )
