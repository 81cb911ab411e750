"""What stops a way to the web, and what is said then: one sentence, what to type, the right exit status; and nothing is
begun that cannot be ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.fly.install import add_fault, read_state, stop_everything
from tests.fakes.fly.state import State
from tests.s3 import serving_s3
from tests.scripts.doomed import SEEDED
from tests.scripts.web_machine import APP, Web

pytestmark = SEEDED


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with serving_s3() as store:
        made = Web(tmp_path, store)
        try:
            made.run("save", "one", "first")
            yield made
        finally:
            stop_everything(made.state)


def change(web: Web, **values: Any) -> None:
    with State(web.state).change() as data:
        data.update(values)


def upgrade(web: Web, *words: str, status: int = 0, app: str = APP) -> tuple[str, str]:
    """The first problem: its message and its hint."""
    line = ("upgrade", "web", "--app-name", app, "--yes", "--json", *words)
    told = json.loads(web.run(*line, status=status))
    return next(((each["message"], each["hint"]) for each in told["problems"]), ("", ""))


def wanted(web: Web, **changed: str) -> tuple[str, ...]:
    flags = {"storage": "s3", "region": "ams", "bucket": web.bucket} | changed
    return tuple(word for name, value in flags.items() if value for word in (f"--{name}", value))


def test_what_only_the_user_can_bring_is_asked_for_before_anything_is_begun(web: Web) -> None:
    change(web, user=None)
    message, hint = upgrade(web, *wanted(web), status=4)
    assert "not logged in to Fly" in message and hint == "fly auth login"
    change(web, user={"email": "dev@example.test"})

    expired = "Error: no access token available. Please login with 'flyctl auth login'"
    add_fault(web.state, "apps list", 1, "fail", expired)
    message, hint = upgrade(web, *wanted(web), status=4)
    assert "the session has expired" in message and hint == "fly auth login"

    for flags, status, said, typed in (
        (wanted(web, region="xyz"), 1, "Fly has no region 'xyz'", "ams"),
        (wanted(web, storage=""), 2, "nothing says where backups", "--storage"),
        (wanted(web, storage="gcs"), 2, "unknown storage 'gcs'", "tigris"),
        (wanted(web, bucket="_"), 2, "cannot be a bucket's name", "s3_bucket"),
        ((*wanted(web), "--wheel", "none.whl"), 1, "is no wheel of mnemon-memory", "pip wheel"),
    ):
        message, hint = upgrade(web, *flags, status=status)
        assert said in message and typed in hint
    assert "no name for an app" in upgrade(web, *wanted(web), status=2, app="Shop_")[0]
    web.environment.pop("MNEMON_FLY_BIN")
    message, hint = upgrade(web, *wanted(web), status=4)
    assert (message, hint) == ("the fly command is not on this machine", "https://fly.io/docs/flyctl/install/")
    assert read_state(web.state)["apps"] == {}
    assert "one" in web.run("list"), "the vault is where it was"


def test_a_name_that_somebody_else_has(web: Web) -> None:
    message, hint = upgrade(web, *wanted(web), status=1, app="taken-name")
    assert "somebody else has an app of that name" in message and "--app-name" in hint
    assert read_state(web.state)["apps"] == {}


def test_a_region_that_has_to_be_paid_for(web: Web) -> None:
    message, hint = upgrade(web, *wanted(web, region="bom"), status=4)
    assert "only for paid plans" in message and hint == "another --region"
    assert upgrade(web, *wanted(web)) == ("", "")
    assert len(read_state(web.state)["apps"][APP]["volumes"]) == 1


@pytest.mark.parametrize(
    ("stderr", "status", "said"),
    [
        ("Error: failed to fetch an image or build from source: exit code 1", 1, "the image could not be built"),
        ("Error: timeout reached waiting for health checks to pass for machine ID: 1", 1, "did not become healthy"),
        ("Error: insufficient_capacity\n\nTry choosing a different region for machine creation", 1, "region is full"),
        (
            "Error: something that nobody has seen before (Request ID: 01J-X)",
            1,
            "something that nobody has seen before",
        ),
    ],
)
def test_a_deploy_that_fails_is_named_and_the_same_command_goes_on(
    web: Web, stderr: str, status: int, said: str
) -> None:
    add_fault(web.state, "deploy", 1, "fail", stderr)
    message, hint = upgrade(web, *wanted(web), status=status)
    assert said in message and hint and "Request ID" not in message
    assert "one" in web.run("list"), "the vault is still here"
    web.run("save", "two", "while it was broken")
    assert upgrade(web) == ("", "")
    assert {title for _, _, title, _ in web.memories()} == {"one", "two"}


def test_without_a_payment_method_the_same_command_goes_on_when_there_is_one(web: Web) -> None:
    change(web, payment=False)
    message, hint = upgrade(web, *wanted(web), status=4)
    assert "wants a payment method first" in message and hint.startswith("https://fly.io/dashboard")
    change(web, payment=True)
    assert upgrade(web) == ("", "")
    app = read_state(web.state)["apps"][APP]
    assert (len(app["machines"]), len(app["volumes"])) == (1, 1)


def test_an_edit_of_fly_toml_that_cannot_be_deployed_stops_a_redeploy_before_it_begins(web: Web) -> None:
    assert upgrade(web, *wanted(web)) == ("", "")
    path = web.home / ".mnemon" / "deploy" / APP / "fly.toml"
    good = path.read_text(encoding="utf-8")
    for edit, said in (
        ("\n[vmm]\n  memory = '2gb'\n", "vmm is no key of fly.toml"),
        ("\n[oops\n", "cannot be read"),
        ('\n[build]\n  image = "nginx"\n', "names another image"),
    ):
        text = good.replace("[build]\n", edit.lstrip("\n")) if "image" in edit else good + edit
        path.write_text(text, encoding="utf-8")
        message, hint = upgrade(web, status=1)
        assert said in message and str(path) in hint, message
        assert path.read_text(encoding="utf-8") == text, "an edit is never lost"
    path.write_text(good.replace('memory = "1gb"', 'memory = "2gb"'), encoding="utf-8")
    assert upgrade(web) == ("", "")
    assert 'memory = "2gb"' in path.read_text(encoding="utf-8")
    assert read_state(web.state)["apps"][APP]["release"] == 2


def test_a_vault_on_the_web_elsewhere_is_not_left_behind(web: Web) -> None:
    web.environment["MNEMON_REMOTE_URL"] = "https://mem.example.com"
    message, hint = upgrade(web, *wanted(web), status=1)
    assert "the vault of this machine is at https://mem.example.com" in message and "setup --local" in hint
    told = json.loads(web.run("downgrade", "local", "--yes", "--json", status=1))
    assert told["problems"][0]["code"] == "no-web-app"


def test_without_a_terminal_and_without_yes_nothing_is_done(web: Web) -> None:
    for line in (("upgrade", "web", "--app-name", APP), ("downgrade", "local")):
        told = json.loads(web.run(*line, "--json", status=2))
        assert "--yes" in told["problems"][0]["hint"]
    told = json.loads(web.run("downgrade", "local", "--yes", "--json", status=1))
    assert told["problems"][0]["message"] == "the vault is here already"
