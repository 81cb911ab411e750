"""The protocol's own conformance suite, against `serve-remote` itself and against one of everything in its layers."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import uvicorn
from tests.fakes.bearer_proxy import bearer_proxy
from tests.fakes.everything import Events, everything
from tests.remote_server import TOKEN, RemoteServer, free_port, serving

from mnemon_server.auth.authority import Authority
from mnemon_server.auth.passphrase import hash_passphrase
from mnemon_server.auth.sessions import SessionStore
from mnemon_server.auth.store import AuthStore
from mnemon_server.serve.http_app import Tuning, stack
from mnemon_server.serve.remote import Order, doors_of

pytestmark = pytest.mark.npm
SETS = ("2025-11-25", "2026-07-28")
PASSPHRASE = "for the suite"

_FIXTURE = "wants a tool, prompt or resource of the suite's own, which a memory server does not have"
_COMPLETION = "wants completion of arguments: there is nothing to complete"
_LOGGING = "wants logging/setLevel: this server sends no log messages to clients"
_TASKS = "the tasks extension, which this server does not offer; not scored"
# Scenario -> why serve-remote leaves it out. Everything else of a set has to pass.
LEFT_OUT: dict[str, str] = {
    "logging-set-level": _LOGGING,
    "completion-complete": _COMPLETION,
    **dict.fromkeys(
        (
            "tools-call-image", "tools-call-audio", "tools-call-embedded-resource", "tools-call-mixed-content",
            "tools-call-with-logging", "tools-call-with-progress", "tools-call-sampling", "tools-call-elicitation",
            "elicitation-sep1034-defaults", "elicitation-sep1330-enums", "json-schema-2020-12", "server-sse-polling",
            "resources-read-text", "resources-read-binary", "resources-templates-read", "resources-subscribe",
            "resources-unsubscribe", "prompts-get-simple", "prompts-get-with-args", "prompts-get-embedded-resource",
            "prompts-get-with-image", "server-stateless", "http-custom-header-server-validation",
            "input-required-result-basic-elicitation", "input-required-result-basic-sampling",
            "input-required-result-basic-list-roots", "input-required-result-request-state",
            "input-required-result-multiple-input-requests", "input-required-result-multi-round",
            "input-required-result-non-tool-request", "input-required-result-result-type",
            "input-required-result-tampered-state", "input-required-result-capability-check",
        ),
        _FIXTURE,
    ),
    **dict.fromkeys(
        (
            "tasks-lifecycle", "tasks-capability-negotiation", "tasks-wire-fields", "tasks-request-state-removal",
            "tasks-mrtr-input", "tasks-request-headers", "tasks-dispatch-and-envelope", "tasks-required-task-error",
            "tasks-mrtr-composition",
        ),
        _TASKS,
    ),
}  # fmt: skip
# In the layers with one of everything behind them nothing else is left out.
LEFT_OUT_BY_EVERYTHING = {name for name, why in LEFT_OUT.items() if why is _TASKS}
# Left out as a whole, but for checks that want no fixture: how many of them have to pass.
PARTLY = {"server-stateless": 23}
PASSED = {"2025-11-25": 84}


def judged(node: Path, suite: Path, port: int, revision: str) -> dict[str, tuple[int, int]]:
    """Scenario -> checks passed and failed."""
    command = (node, suite, "server", "--url", f"http://127.0.0.1:{port}/mcp", "--requirements", revision)
    told = subprocess.run(command, capture_output=True, text=True, timeout=240)
    found = re.findall(r"^[✓✗] (\S+): (\d+) passed, (\d+) failed", told.stdout, re.MULTILINE)
    assert found, told.stdout + told.stderr
    return {name: (int(passed), int(failed)) for name, passed, failed in found}


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteServer]:
    home = tmp_path_factory.mktemp("conformance")
    with serving(home, MNEMON_OWNER_PASSPHRASE_HASH=hash_passphrase(PASSPHRASE, 16)) as server:
        with server.talk() as talk:
            talk.action("save", title="Tea", content="Tea is at four.")
        yield server


@pytest.mark.parametrize("revision", SETS)
def test_serve_remote_passes_all_that_a_memory_server_can(
    remote: RemoteServer, node: Path, conformance: Path, revision: str
) -> None:
    with bearer_proxy(remote.port, TOKEN) as port:
        scenarios = judged(node, conformance, port, revision)
    failing = {name: checks for name, checks in scenarios.items() if checks[1]}
    # What fails is what is left out, and what is left out fails: neither list can go stale.
    assert failing.keys() == LEFT_OUT.keys() & scenarios.keys()
    for name in PARTLY.keys() & scenarios.keys():
        assert scenarios[name][0] >= PARTLY[name]


@pytest.mark.parametrize("revision", SETS)
def test_one_of_everything_passes_whole_behind_our_layers(
    tmp_path: Path, node: Path, conformance: Path, revision: str
) -> None:
    port = free_port()
    doors = doors_of(Order(), port, "")
    authority = Authority(AuthStore(tmp_path / "oauth.sqlite"), doors.public_url, TOKEN, None)
    store = SessionStore(tmp_path / "sessions.sqlite", time.time)
    app = stack(everything(), authority, store, doors, Tuning(event_store=Events(), retry_interval=100))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.02)
        with bearer_proxy(port, TOKEN) as proxy:
            scenarios = judged(node, conformance, proxy, revision)
    finally:
        server.should_exit = True
        thread.join()
    failing = {name for name, checks in scenarios.items() if checks[1]}
    assert failing == LEFT_OUT_BY_EVERYTHING & scenarios.keys()
    if revision in PASSED:
        assert sum(passed for passed, _ in scenarios.values()) >= PASSED[revision]


def test_every_reason_is_about_a_scenario_that_there_is(node: Path, conformance: Path) -> None:
    listed = subprocess.run((node, conformance, "list"), capture_output=True, text=True, timeout=60).stdout
    assert LEFT_OUT.keys() <= set(re.findall(r"^ +- (\S+)", listed, re.MULTILINE))


def test_the_authorization_server_passes(remote: RemoteServer, node: Path, conformance: Path) -> None:
    """The suite names an address for a person to open; that person is played here."""
    port = free_port()
    with remote.talk(None) as talk:
        wanted = {"client_name": "conformance", "redirect_uris": [f"http://127.0.0.1:{port}/callback"]}
        status, body = talk.request("POST", "/register", json.dumps(wanted).encode(), content_type="application/json")
        assert status == 201, body
    client = json.loads(body)["client_id"]
    named = ("--client-id", client, "--resource", f"{remote.url}/mcp", "-p", str(port))
    command = (node, conformance, "authorization", "--url", remote.url, *named)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    ending = threading.Timer(60, process.kill)
    ending.start()
    told = ""
    assert process.stdout is not None
    for line in process.stdout:
        told += line
        for address in re.findall(r"http://127\.0\.0\.1:\d+/authorize\?\S+", line):
            say_yes(remote, address)
    ending.cancel()
    process.stdout.close()
    assert process.wait() == 0, told
    assert re.search(r"[1-9]\d* passed, 0 failed", told), told


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
