"""The stand-in of flyctl is as strict, as talkative and as real as the contract wants it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.fakes.fly.install import add_fault, app_url, calls, read_state, sleep_app, stop_everything, wait_for_hang
from tests.fakes_tests.fly_world import APP, SECRETS, World
from tests.remote_server import TOKEN

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in lives on POSIX processes")


# --- A whole life ---------------------------------------------------------------------------------------------


def test_an_app_from_its_first_deploy_to_its_end(world: World) -> None:
    url = app_url(world.state, APP)  # known before there is anything
    world.write_source()
    created = world.told("apps", "create", APP, "-o", "personal", "--json", "--yes")
    assert (created["Name"], created["Status"], created["Deployed"]) == (APP, "pending", False)
    volume = world.told("volumes", "create", "mnemon_data", "-a", APP, "-r", "iad", "-s", "1", "--yes", "--json")
    staged = world.told("secrets", "import", "-a", APP, "--stage", stdin=SECRETS)
    assert staged.startswith("Secrets have been staged, but not set on VMs.")
    done = world.deploy()
    assert done.returncode == 0, done.stderr
    assert app_url(world.state, APP) == url

    # The machine is the real server, on the volume, with what the platform and the secrets give it.
    first = world.machine()
    assert first["state"] == "started"
    assert first["checks"][0]["status"] == "passing"
    assert first["config"]["mounts"][0]["volume"] == volume["id"]
    assert first["config"]["metadata"]["fly_release_version"] == "1"
    assert TOKEN not in json.dumps(first)
    (secret,) = world.told("secrets", "list", "-a", APP, "--json")
    assert (secret["name"], secret["status"]) == ("MNEMON_LOCAL_TOKEN", "Deployed")
    talk = world.talk()
    assert talk.get("/health")[0] == 200
    assert talk.action("save", title="Kept", content="across machines and deploys")["outcome"] == "new"
    (kept,) = read_state(world.state)["apps"][APP]["volumes"].values()
    assert (world.state / "volumes" / kept["id"] / "default.sqlite").exists()

    # Asleep, it is woken by the next request, on the same connection.
    before = world.process()
    sleep_app(world.state, APP)
    assert world.machine()["state"] == "stopped"
    assert world.told("status", "-a", APP, "--json")["Status"] == "suspended"
    assert talk.action("search", query="kept")["memories"]
    assert world.process() != before

    # Deployed again it is the same machine and the same volume, in another version.
    assert world.deploy().returncode == 0
    second = world.machine()
    assert second["id"] == first["id"]
    assert second["instance_id"] != first["instance_id"]
    assert second["config"]["metadata"]["fly_release_version"] == "2"
    assert talk.action("status")["total"] == 1
    talk.close()

    # With the app go its machine, its volume and its processes, but not its name's address.
    assert world.told("apps", "destroy", APP, "--yes") == f"Destroyed app {APP}\n"
    assert not list((world.state / "volumes").iterdir())
    assert 'Could not find App "my-mnemon"' in world.refused("status", "-a", APP, "--json")
    assert app_url(world.state, APP) == url

    # Every call is on record, and no secret in any of it.
    record = calls(world.state)
    assert {call["exit"] for call in record} == {0, 1}
    (imported,) = [call for call in record if call["argv"][:2] == ["secrets", "import"]]
    assert len(imported["stdin_sha256"]) == 64
    assert TOKEN not in (world.state / "calls.jsonl").read_text()


# --- What is typed --------------------------------------------------------------------------------------------


def test_errors_go_to_stderr_with_the_texts_of_flyctl(world: World) -> None:
    assert world.refused("deploy", "--json") == "Error: unknown flag: --json\n"
    unknown = world.fly("volumes", "destory", "x")
    assert unknown.stderr == 'Error: unknown command "volumes destory" for "flyctl"\n'
    assert unknown.stdout == "Run 'flyctl --help' for usage.\n"
    assert world.refused("status").startswith("Error: the config for your app is missing an app name")
    taken = world.refused("apps", "create", "taken-name", "--json", "--yes")
    assert taken.startswith("Error: Validation failed: Name has already been taken\nApp names are unique across all of")
    assert world.refused("apps", "create", "mine", "-o", "nobody") == "Error: organization nobody not found\n"
    assert world.refused("volumes", "list", "-a", "none", "--json") == 'Error: Could not find App "none"\n'


def test_whoever_is_not_logged_in_may_ask_for_the_version_only(tmp_path: Path) -> None:
    world = World.made(tmp_path, user=None)
    assert world.told("version", "--json")["Name"] == "fly"
    said = world.refused("auth", "whoami", "--json")
    assert said == "Error: no access token available. Please login with 'flyctl auth login'\n"
    assert world.told("orgs", "list", "--json", FLY_API_TOKEN="a-token") == {"personal": "Dev"}


def test_it_never_asks(tmp_path: Path) -> None:
    world = World.made(tmp_path, orgs={"personal": "Dev", "work": "Work"})
    assert "org slug must be specified when not running interactively" in world.refused("apps", "create", APP)
    world.told("apps", "create", APP, "-o", "work")
    asked = world.refused("volumes", "create", "data", "-a", APP, "-r", "iad")
    assert "yes flag must be specified when not running interactively" in asked
    asked = world.refused("volumes", "create", "data", "-a", APP, "--yes")
    assert "region code must be specified when not running interactively" in asked
    assert "region xyz not found" in world.refused("volumes", "create", "data", "-a", APP, "-r", "xyz", "--yes")
    assert "requires an organization with a Launch plan" in world.refused(
        "volumes", "create", "data", "-a", APP, "-r", "bom", "--yes"
    )
    assert "yes flag must be specified" in world.refused("apps", "destroy", APP)


def test_a_second_volume_of_a_name_is_one_more(world: World) -> None:
    world.told("apps", "create", APP)
    assert world.told("volumes", "list", "-a", APP, "--json") is None  # as Go says it
    made = [world.told("volumes", "create", "data", "-a", APP, "-r", "iad", "--yes", "--json") for _ in range(2)]
    listed = world.told("volumes", "ls", "-a", APP, "--json")
    assert listed == made
    assert made[0]["id"] != made[1]["id"]
    assert f"Destroyed volume ID: {made[0]['id']} name: data\n" == world.told("vol", "rm", made[0]["id"], "--yes")


# --- What goes wrong ------------------------------------------------------------------------------------------


def test_a_fault_before_or_after_the_effect(world: World) -> None:
    add_fault(world.state, "apps create", 1, "fail", "Error: 503 Service Unavailable", 1)
    add_fault(world.state, "apps create", 2, "fail_after", "Error: context deadline exceeded", 126)
    assert world.refused("apps", "create", APP) == "Error: 503 Service Unavailable\n"
    assert read_state(world.state)["apps"] == {}
    done = world.fly("apps", "create", APP)
    assert (done.returncode, done.stderr) == (126, "Error: context deadline exceeded\n")
    assert list(read_state(world.state)["apps"]) == [APP]
    assert "Name has already been taken" in world.refused("apps", "create", APP)


def test_a_call_that_hangs_is_known_to_hang_and_ends_when_told_to(world: World) -> None:
    add_fault(world.state, "secrets", 1, "hang")
    line = (str(world.program), "secrets", "list", "-a", APP, "--json")
    with subprocess.Popen(line, env=world.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as hanging:
        assert wait_for_hang(world.state) == hanging.pid
        assert calls(world.state)[-1]["exit"] is None
        hanging.send_signal(signal.SIGINT)
        assert hanging.communicate(timeout=30) == (b"", b"")
    assert hanging.returncode == 127
    assert calls(world.state)[-1]["exit"] == 127


@pytest.mark.parametrize(("mode", "apps"), [("kill_parent_before", []), ("kill_parent_after", [APP])])
def test_a_call_can_kill_the_program_that_made_it(mode: str, apps: list[str], world: World) -> None:
    add_fault(world.state, "apps create", 1, mode)
    code = f"import subprocess; subprocess.run(({str(world.program)!r}, 'apps', 'create', {APP!r})); print('went on')"
    done = subprocess.run((sys.executable, "-c", code), env=world.environment, capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert b"went on" not in done.stdout
    assert list(read_state(world.state)["apps"]) == apps


def test_a_world_that_was_stopped_starts_nothing_any_more(world: World) -> None:
    world.write_source()
    world.told("apps", "create", APP)
    add_fault(world.state, "apps list", 1, "hang")
    with subprocess.Popen((str(world.program), "apps", "list"), env=world.environment) as hanging:
        wait_for_hang(world.state)
        stop_everything(world.state)
    assert hanging.returncode == -signal.SIGKILL
    assert world.refused("deploy", str(world.source), "-a", APP) == "Error: the test of this stand-in is over\n"
    assert urlsplit(app_url(world.state, APP)).port
    assert list((world.state / "machines").iterdir()) == []
