"""The stand-in's machines and proxies: what a deploy leaves behind, what wakes, what passes through."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.fakes.fly.install import crash_app, read_state, sleep_app, stop_everything
from tests.fakes_tests.fly_world import APP, FLY_TOML, SECRETS, SMALL, World, processes_of
from tests.remote_server import in_threads
from tests.s3 import serving_s3
from tests.scripts.doomed import SEEDED

pytestmark = SEEDED


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Worlds with options of one's own."""

    def make(**options: Any) -> World:  # Any: those of `install`
        return World.made(tmp_path, **options)

    yield make
    stop_everything(tmp_path / "world")
    assert processes_of(tmp_path) == []


def asked(
    url: str, path: str = "/", method: str = "GET", **more: Any
) -> tuple[int, bytes]:  # Any: as http.client has it
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(url).port or 0, timeout=60)
    try:
        connection.request(method, path, **more)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def told(url: str) -> dict[str, Any]:
    status, body = asked(url)
    assert status == 200
    return dict(json.loads(body))


def until(is_so: Callable[[], bool], patience: float = 30.0) -> None:
    end = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


# --- Deploys --------------------------------------------------------------------------------------------------


def test_a_forgotten_ha_false_makes_two_of_everything(world: World) -> None:
    world.write_source(SMALL)
    world.told("apps", "create", APP)
    world.told("deploy", str(world.source), "-a", APP, "--yes")
    listed = world.told("machines", "ls", "-a", APP, "--json")
    assert len({machine["config"]["mounts"][0]["volume"] for machine in listed}) == 2
    world.told("scale", "count", "1", "-a", APP, "--yes")
    (group,) = world.told("scale", "show", "-a", APP, "--json")
    assert (group["Process"], group["Count"], group["Memory"]) == ("app", 1, 1_024)
    assert [bool(one["attached_machine_id"]) for one in world.told("volumes", "list", "-a", APP, "--json")].count(
        True
    ) == 1


def test_what_listens_to_itself_only_is_never_healthy_and_the_next_deploy_mends_it(world: World) -> None:
    world.write_source([*SMALL[:2], "127.0.0.1", "8080"])
    world.told("apps", "create", APP)
    said = world.deploy("--wait-timeout", "1").stderr
    assert said.startswith("Error: timeout reached waiting for health checks to pass for machine ")
    assert "You can increase the timeout with the --wait-timeout flag\n" in said
    broken = world.machine()
    assert (broken["state"], broken["checks"][0]["status"]) == ("started", "critical")
    world.write_source(SMALL)
    assert world.deploy().returncode == 0
    assert world.machine()["id"] == broken["id"]
    assert world.told("status", "-a", APP, "--json")["Version"] == 2


def test_what_ends_at_once_is_shown_with_its_last_words(world: World) -> None:
    world.write_source(["python", "-c", "raise SystemExit('no token, no server')"])
    world.told("apps", "create", APP)
    said = world.deploy().stderr
    assert "smoke checks for" in said and "no token, no server" in said
    assert world.machine()["state"] == "stopped"


def test_the_server_is_as_careful_as_on_the_open_web(world: World) -> None:
    world.write_source(toml=FLY_TOML.replace("MNEMON_PUBLIC_URL", "NO_PUBLIC_URL"))
    world.told("apps", "create", APP)
    world.told("secrets", "import", "-a", APP, "--stage", stdin=SECRETS)
    assert "the server must know its own address" in world.deploy().stderr


def test_without_payment_all_is_there_but_the_machine(made: Callable[..., World]) -> None:
    world = made(payment=False)
    world.write_source(SMALL)
    world.told("apps", "create", APP)
    assert "please add a payment method" in world.deploy().stderr
    assert [one["Type"] for one in world.told("ips", "list", "-a", APP, "--json")] == ["v6", "shared_v4"]
    assert "please add a payment method" in world.deploy().stderr
    assert len(world.told("volumes", "list", "-a", APP, "--json")) == 1
    assert world.told("machine", "list", "-a", APP, "--json") == []


def test_a_volume_elsewhere_is_not_taken(world: World) -> None:
    world.write_source(SMALL)
    world.told("apps", "create", APP)
    world.told("volumes", "create", "mnemon_data", "-a", APP, "-r", "ams", "--yes")
    assert "Process group 'app' needs volumes with name 'mnemon_data'" in world.deploy().stderr


def test_a_deploy_that_is_killed_midway_is_no_obstacle_to_the_next(world: World) -> None:
    world.bring_up()
    first = world.machine()
    world.write_source([*SMALL[:2], "127.0.0.1", "8080"])
    line = (str(world.program), "deploy", str(world.source), "-a", APP, "--ha=false")
    with subprocess.Popen(line, env=world.environment, stdout=subprocess.DEVNULL) as doomed:
        until(lambda: read_state(world.state)["apps"][APP]["release"] == 2)
        doomed.kill()
    world.write_source(SMALL)
    assert world.deploy().returncode == 0
    assert world.machine()["id"] == first["id"]


def test_a_machine_that_sleeps_sleeps_on_through_a_deploy(world: World) -> None:
    url = world.bring_up()
    sleep_app(world.state, APP)
    assert world.deploy().returncode == 0
    asleep = world.machine()
    assert (asleep["state"], asleep["config"]["metadata"]["fly_release_version"]) == ("stopped", "2")
    assert told(url)["starts"] == 2


# --- What a machine gets --------------------------------------------------------------------------------------


def test_a_machine_has_the_environment_of_the_platform_and_nothing_of_ours(made: Callable[..., World]) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "the-role's", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1"}
    world = made(environment={**keys, "OURS": "1"})
    role = FLY_TOML.replace("[env]", '[env]\n  AWS_ROLE_ARN = "arn:aws:iam::1:role/mnemon"')
    found = told(world.bring_up(toml=role))["environment"]
    volume = str(next((world.state / "volumes").iterdir()))
    assert found["MNEMON_VAULT_DIR"] == volume
    assert found["PYTHONUNBUFFERED"] == "1"
    assert "MNEMON_MODEL_PATH" not in found  # baked into the image, and not on this computer
    assert (found["FLY_APP_NAME"], found["FLY_REGION"], found["PRIMARY_REGION"]) == (APP, "iad", "iad")
    assert found["FLY_MACHINE_ID"] == found["FLY_ALLOC_ID"] == world.machine()["id"]
    assert {name: found[name] for name in keys} == keys
    assert "OURS" not in found
    assert "FAKEFLY_STATE" not in found


def test_a_staged_secret_waits_for_a_deploy(world: World) -> None:
    url = world.bring_up()
    world.told("secrets", "import", "-a", APP, "--stage", stdin=b"NEW=1\n")
    assert world.told("secrets", "list", "-a", APP, "--json")[0]["status"] == "Staged"
    machine = world.machine()["id"]
    world.told("machine", "stop", machine, "-a", APP)
    world.told("machine", "start", machine, "-a", APP)
    assert "NEW" not in told(url)["environment"]
    world.told("secrets", "deploy", "-a", APP)
    assert told(url)["environment"]["NEW"] == "1"
    world.told("secrets", "set", "NEW=-", "-a", APP, stdin=b"2")
    assert told(url)["environment"]["NEW"] == "2"
    world.told("secrets", "unset", "NEW", "-a", APP)
    assert "NEW" not in told(url)["environment"]


def test_a_bucket_and_its_keys(world: World) -> None:
    world.told("apps", "create", APP)
    with serving_s3() as store:
        made = world.fly("storage", "create", "-n", "a-bucket", "-a", APP, "--yes", FAKEFLY_S3_ENDPOINT=store.url)
        assert made.returncode == 0, made.stderr
        assert store.keys("a-bucket") == []
        names = [secret["name"] for secret in world.told("secrets", "list", "-a", APP, "--json")]
        assert names == sorted(
            ("AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL_S3", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "BUCKET_NAME")
        )
        assert f"AWS_ENDPOINT_URL_S3: {store.url}\n" in made.stdout
        assert "already been taken" in world.refused("storage", "create", "-n", "a-bucket", "-a", APP, "--yes")
        assert "a-bucket\tpersonal\n" in world.told("storage", "list")


# --- What comes in ----------------------------------------------------------------------------------------------


def test_whatever_is_sent_arrives_as_it_is(world: World) -> None:
    url = world.bring_up()
    large = os.urandom(3_000_000)
    wanted = {"length": len(large), "sha256": hashlib.sha256(large).hexdigest()}
    assert json.loads(asked(url, method="POST", body=large)[1]) == wanted
    pieces = [large[start : start + 70_000] for start in range(0, len(large), 70_000)]
    assert (
        json.loads(
            asked(url, method="POST", body=iter(pieces), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})[
                1
            ]
        )
        == wanted
    )
    seen = json.loads(asked(url, method="DELETE", headers={"Host": "memory.example", "X-Mine": "yes"})[1])["headers"]
    assert (seen["Host"], seen["X-Mine"], seen["fly-client-ip"]) == ("memory.example", "yes", "127.0.0.1")


def test_a_stream_comes_piece_by_piece_and_the_connection_is_kept(world: World) -> None:
    url = world.bring_up()
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(url).port or 0, timeout=60)
    connection.request("GET", "/stream")
    answer = connection.getresponse()
    assert answer.read1() == b"data: 0\n\n"
    (next((world.state / "volumes").iterdir()) / "go").touch()
    assert answer.read() == b"data: 1\n\ndata: 2\n\n"
    before = connection.sock
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    assert connection.sock is before
    connection.close()


def test_many_requests_wake_a_machine_once(world: World) -> None:
    url = world.bring_up()
    sleep_app(world.state, APP)
    in_threads([lambda: told(url)] * 20)
    assert told(url)["starts"] == 2


def test_one_that_was_killed_is_started_again(world: World) -> None:
    url = world.bring_up()
    crash_app(world.state, APP)
    assert told(url)["starts"] == 2


def test_idle_machines_are_stopped_when_that_is_wanted(made: Callable[..., World]) -> None:
    world = made(environment={"FAKEFLY_IDLE_STOP": "0.3"})
    url = world.bring_up()
    until(lambda: world.machine()["state"] == "stopped")
    assert told(url)["starts"] == 2


def test_a_machine_that_may_not_be_started_is_not(world: World) -> None:
    url = world.bring_up(toml=FLY_TOML.replace("auto_start_machines = true", "auto_start_machines = false"))
    sleep_app(world.state, APP)
    assert asked(url) == (503, b"")


def test_a_machine_that_ends_whenever_it_is_started_is_given_up(world: World) -> None:
    url = world.bring_up()
    world.write_source(["python", "-c", "raise SystemExit(1)"])
    assert world.deploy().returncode == 1
    assert asked(url) == (502, b"")


def test_a_shell_in_a_machine_needs_one_that_runs(world: World) -> None:
    world.bring_up()
    world.told(
        "ssh", "console", "-a", APP, "-C", "python -c \"open('/data/x'.replace('/data', '.'), 'w').write('hi')\""
    )
    world.told("ssh", "sftp", "get", "/x", "copy", "-a", APP)
    assert (world.root / "copy").read_text() == "hi"
    assert "file copy is already there." in world.refused("sftp", "get", "/data/starts", "copy", "-a", APP)
    world.told("sftp", "get", "/data/starts", "other", "-a", APP)
    assert (world.root / "other").read_text() == "x"
    assert "Process exited with status 3" in world.refused("ssh", "console", "-a", APP, "-C", "python -c exit(3)")
    sleep_app(world.state, APP)
    assert f"app {APP} has no started VMs" in world.refused("ssh", "console", "-a", APP, "-C", "python -V")
