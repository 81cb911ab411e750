"""The protocol's own conformance suite, against `serve-remote` itself and against one of everything in its layers."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.fakes.bearer_proxy import bearer_proxy
from tests.fakes.everything_served import everything_served
from tests.npm.machine import PATIENCE, Machine
from tests.remote_server import TOKEN, RemoteServer, free_port, serving

from mnemon_server.auth.passphrase import hash_passphrase

pytestmark = [pytest.mark.npm, pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning")]
PASSPHRASE = "for the suite"

# What serve-remote passes, check by check, without a warning. (tools-call-* and ignore-extra-params are content with
# what it says of a tool that it does not have; behind one of everything they see the real ones.)
PASSING: dict[str, tuple[str, ...]] = {
    "2025-11-25": (
        "server-initialize", "server-session-lifecycle", "ping", "tools-list", "tools-call-simple-text",
        "tools-call-error", "server-sse-multiple-streams", "resources-list", "prompts-list",
        "dns-rebinding-protection",
    ),
    "2026-07-28": (
        "server-stateless", "tools-list", "tools-call-simple-text", "tools-call-error", "server-sse-multiple-streams",
        "resources-list", "sep-2164-resource-not-found", "prompts-list", "dns-rebinding-protection", "caching",
        "http-header-validation", "input-required-result-unsupported-methods",
        "input-required-result-ignore-extra-params",
    ),
}  # fmt: skip
AUTHORIZATION = {"authorization-server-metadata-endpoint", "authorization-code-grant"}

_FIXTURE = "wants a tool, prompt or resource of the suite's own, which a memory server does not have"
_COMPLETION = "wants completion of arguments: there is nothing to complete"
_LOGGING = "wants logging/setLevel: this server sends no log messages to clients"
_SUBSCRIPTIONS = "wants subscriptions: this server announces no changes"
_TASKS = "the tasks extension, which this server does not offer; not scored"
# Scenario -> why serve-remote leaves it out.
LEFT_OUT: dict[str, str] = {
    "logging-set-level": _LOGGING,
    "tools-call-with-logging": _LOGGING,
    "completion-complete": _COMPLETION,
    "resources-subscribe": _SUBSCRIPTIONS,
    "resources-unsubscribe": _SUBSCRIPTIONS,
    **dict.fromkeys(
        (
            "tools-call-image", "tools-call-audio", "tools-call-embedded-resource", "tools-call-mixed-content",
            "tools-call-with-progress", "tools-call-sampling", "tools-call-elicitation",
            "elicitation-sep1034-defaults", "elicitation-sep1330-enums", "json-schema-2020-12", "server-sse-polling",
            "resources-read-text", "resources-read-binary", "resources-templates-read", "prompts-get-simple",
            "prompts-get-with-args", "prompts-get-embedded-resource", "prompts-get-with-image",
            "http-custom-header-server-validation", "input-required-result-basic-elicitation",
            "input-required-result-basic-sampling", "input-required-result-basic-list-roots",
            "input-required-result-request-state", "input-required-result-multiple-input-requests",
            "input-required-result-multi-round", "input-required-result-missing-input-response",
            "input-required-result-non-tool-request", "input-required-result-result-type",
            "input-required-result-tampered-state", "input-required-result-capability-check",
            "input-required-result-validate-input",
        ),
        _FIXTURE,
    ),
    **dict.fromkeys(
        (
            "tasks-lifecycle", "tasks-capability-negotiation", "tasks-wire-fields", "tasks-request-state-removal",
            "tasks-mrtr-input", "tasks-request-headers", "tasks-dispatch-and-envelope", "tasks-required-task-error",
            "tasks-mrtr-composition", "tasks-status-notifications",
        ),
        _TASKS,
    ),
}  # fmt: skip
# Checks of a scenario that serve-remote otherwise passes -> why they are left out.
LEFT_OUT_CHECKS: dict[str, dict[str, str]] = {
    "server-stateless": {
        "sep-2575-server-rejects-undeclared-capability": _FIXTURE,
        "sep-2575-missing-capability-http-400": _FIXTURE,
        "sep-2575-server-sends-subscription-ack": _SUBSCRIPTIONS,
        "sep-2575-server-tags-subscription-id": _SUBSCRIPTIONS,
        "sep-2575-server-honors-notification-filter": _SUBSCRIPTIONS,
        "sep-2575-server-sends-prompts-list-changed-on-subscription": _SUBSCRIPTIONS,
        "sep-2575-server-sends-tools-list-changed-on-subscription": _SUBSCRIPTIONS,
    }
}
# With one of everything behind our layers only these are left out.
LEFT_OUT_BY_EVERYTHING = {name for name, why in LEFT_OUT.items() if why is _TASKS}
PASSED_BY_EVERYTHING = {"2025-11-25": 84, "2026-07-28": 152}  # checks

Outcome = dict[str, list[dict[str, Any]]]  # scenario -> its checks, as the suite writes them (Any: JSON)


class Suite:
    def __init__(self, machine: Machine, node: Path, script: Path) -> None:
        self.machine = machine
        self.command = (node, script)
        self.folder = machine.home / "outcome"

    def listed(self, revision: str) -> set[str]:
        """The scenarios for servers in a frozen set of requirements, scored or not."""
        told = self.machine.run(*self.command, "list", "--requirements", revision).stdout
        scored = told.partition("Server scenarios")[2].partition("Client scenarios")[0]
        names = re.findall(r"^ +- (\S+)$", scored, re.MULTILINE) + re.findall(
            r"^ +- (\S+) \[server\]", told, re.MULTILINE
        )
        assert names, told
        return set(names)

    def judged(self, port: int, revision: str) -> Outcome:
        url = f"http://127.0.0.1:{port}/mcp"
        done = self.machine.run(*self.command, "server", "--url", url, "--requirements", revision, "-o", self.folder)
        outcome = self.outcome()
        assert outcome.keys() == self.listed(revision), done.stdout + done.stderr
        return outcome

    def outcome(self) -> Outcome:
        """From the files it left, in folders that say what was tested, which scenario it was, and when."""
        folder = re.compile(r"(?:authorization-)?server-(.+?)-\d{4}-\d\d-\d\dT[\d-]+Z")
        found = {path: folder.fullmatch(path.parent.name) for path in self.folder.glob("*/checks.json")}
        return {name[1]: json.loads(path.read_text(encoding="utf-8")) for path, name in found.items() if name}


@pytest.fixture
def suite(machine: Machine, node: Path, conformance: Path) -> Suite:
    return Suite(machine, node, conformance)


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteServer]:
    home = tmp_path_factory.mktemp("conformance")
    with serving(home, MNEMON_OWNER_PASSPHRASE_HASH=hash_passphrase(PASSPHRASE, 16)) as server:
        with server.talk() as talk:
            talk.action("save", title="Tea", content="Tea is at four.")
        yield server


@pytest.mark.parametrize("revision", PASSING)
def test_serve_remote_passes_all_that_a_memory_server_can(remote: RemoteServer, suite: Suite, revision: str) -> None:
    assert demands_a_bearer(remote.port)
    with bearer_proxy(remote.port, TOKEN) as port:
        outcome = suite.judged(port, revision)
    assert set(PASSING[revision]) == outcome.keys() - LEFT_OUT.keys()
    assert troubles({name: outcome[name] for name in PASSING[revision]}, LEFT_OUT_CHECKS) == []
    # And what is left out would not pass: no reason outlives its cause.
    assert [name for name in outcome.keys() & LEFT_OUT.keys() if not troubles({name: outcome[name]})] == []
    for name in LEFT_OUT_CHECKS.keys() & outcome.keys():
        assert {check["id"] for check in outcome[name] if not is_fine(check)} == LEFT_OUT_CHECKS[name].keys()


@pytest.mark.parametrize("revision", PASSING)
def test_one_of_everything_passes_whole_behind_our_layers(tmp_path: Path, suite: Suite, revision: str) -> None:
    with everything_served(tmp_path, TOKEN) as server, bearer_proxy(server, TOKEN) as port:
        assert demands_a_bearer(server)
        outcome = suite.judged(port, revision)
    scored = {name: checks for name, checks in outcome.items() if name not in LEFT_OUT_BY_EVERYTHING}
    assert troubles(scored) == []
    passed = [check for checks in scored.values() for check in checks if check["status"] == "SUCCESS"]
    assert len(passed) == PASSED_BY_EVERYTHING[revision]


def test_every_reason_is_about_a_scenario_that_there_is(suite: Suite) -> None:
    assert LEFT_OUT.keys() <= suite.listed("2025-11-25") | suite.listed("2026-07-28")


def test_the_authorization_server_passes(remote: RemoteServer, suite: Suite) -> None:
    """The suite names an address for a person to open; that person is played here."""
    port = free_port()
    with remote.talk(None) as talk:
        wanted = {"client_name": "conformance", "redirect_uris": [f"http://127.0.0.1:{port}/callback"]}
        status, body = talk.request("POST", "/register", json.dumps(wanted).encode(), content_type="application/json")
        assert status == 201, body
    named = ("--client-id", json.loads(body)["client_id"], "--resource", f"{remote.url}/mcp", "-p", str(port))
    command = (*suite.command, "authorization", "--url", remote.url, *named, "-o", suite.folder)
    told = ""
    with subprocess.Popen(
        command, env=suite.machine.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        ending = threading.Timer(PATIENCE, process.kill)
        ending.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                told += line
                if line.startswith("Callback server started"):  # said after the address, and only then it is true
                    [address] = re.findall(rf"^{remote.url}/authorize\?\S+", told, re.MULTILINE)
                    say_yes(remote, address)
        finally:
            process.kill()
            ending.cancel()
    outcome = suite.outcome()
    assert outcome.keys() == AUTHORIZATION, told
    assert troubles(outcome) == []


def troubles(outcome: Outcome, left_out: Mapping[str, Mapping[str, str]] | None = None) -> list[str]:
    """What the suite did not like, or could not look at."""
    return [
        f"{scenario}: {check['status']} {check['id']}: {check.get('errorMessage', '')}"
        for scenario, checks in outcome.items()
        for check in checks
        if not is_fine(check) and check["id"] not in (left_out or {}).get(scenario, {})
    ]


def is_fine(check: Mapping[str, Any]) -> bool:
    return check["status"] in ("SUCCESS", "INFO")


def demands_a_bearer(port: int) -> bool:
    """Behind the proxy it would not show: that adds one, asked for or not."""
    return _asked(port, "POST", "/mcp")[0] == 401


def say_yes(remote: RemoteServer, address: str) -> None:
    """Open the page, type the passphrase, follow where it leads."""
    _, consent = _asked(remote.port, "GET", address.removeprefix(remote.url))
    ticket = parse_qs(urlsplit(consent).query)["tx"][0]
    form = urlencode({"tx": ticket, "passphrase": PASSPHRASE, "answer": "allow"})
    status, back = _asked(remote.port, "POST", "/consent", form)
    assert status == 302
    parts = urlsplit(back)
    assert parts.port is not None
    _asked(parts.port, "GET", f"{parts.path}?{parts.query}")


def _asked(port: int, method: str, path: str, form: str | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    connection.request(method, path, form, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.headers.get("location", "")
