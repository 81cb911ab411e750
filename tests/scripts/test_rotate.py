"""New secrets for an app, everywhere at once, on the stand-in for Fly; killed anywhere nobody is locked out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fakes.fly.install import add_fault, stop_everything
from tests.installer.machine import Machine, installed_mnemon
from tests.remote_server import TOKEN, serving
from tests.s3 import serving_s3
from tests.scripts.doomed import SEEDED, run_doomed
from tests.scripts.web_machine import APP, Web
from tests.terminal import ENTER, Terminal

from mnemon_installer.facts.remote import accepts, exchange
from mnemon_installer.world.real import RealWorld
from mnemon_server.auth.passphrase import is_right

pytestmark = SEEDED
ROTATE = ("token", "rotate", "--yes", "--json")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """One vault on the web, with two memories; each story leaves it usable."""
    with serving_s3() as store:
        made = Web(tmp_path_factory.mktemp("web"), store)
        try:
            made.run("save", "one", "first")
            made.run("save", "two", "second")
            made.upgrade("--region", "ams", "--bucket", made.bucket)
            yield made
        finally:
            stop_everything(made.state)


def takes(web: Web, token: str) -> bool:
    return accepts(RealWorld(web.environment, web.home, sys.platform), web.url, token)


def passphrase(web: Web) -> str:
    return (web.folder / "owner_passphrase").read_text().strip()


def hold(web: Web, former: set[str]) -> None:
    """What holds after every rotation: one token everywhere, and none before it is good."""
    token = web.kept("token")
    assert (web.folder / "local_token").read_text().split() == [token, web.url]
    assert web.app_secrets["MNEMON_LOCAL_TOKEN"] == token
    assert is_right(passphrase(web), web.app_secrets["MNEMON_OWNER_PASSPHRASE_HASH"])
    assert web.kept("passphrase_hash") == web.app_secrets["MNEMON_OWNER_PASSPHRASE_HASH"]
    assert takes(web, token)
    assert [each for each in former - {token} if takes(web, each)] == []
    assert not list((web.folder / "deploy" / APP).glob("*.next"))
    assert [title for _, _, title, _ in web.memories()] == ["one", "two"]


def test_token_and_passphrase_are_new_everywhere_at_once(web: Web) -> None:
    cursor = web.home / ".cursor" / "mcp.json"
    cursor.parent.mkdir()
    web.run("setup", "cursor", "--remote-url", web.url, "--direct", "--yes")
    laptop = Path(json.loads(web.run("token", "new", "laptop", "--json"))["result"]["path"]).read_text().strip()
    former, former_passphrase, release = web.kept("token"), passphrase(web), web.app["release"]
    assert former in cursor.read_text()
    before = {path: path.read_bytes() for path in web.home.rglob("*") if path.is_file()}
    planned = web.run("token", "rotate", "--dry-run")
    assert f"make a new token and a new owner's passphrase for {APP}" in planned
    assert {path: path.read_bytes() for path in before} == before

    told = json.loads(web.run(*ROTATE))["result"]
    assert {step["outcome"] for step in told["steps"]} == {"done"}
    assert (told["devices"], told["connections"]) == (1, 0)
    assert told["passphrase_path"] == str(web.folder / "owner_passphrase")
    assert (former == web.kept("token"), former_passphrase == passphrase(web)) == (False, False)
    hold(web, {former})
    assert takes(web, laptop), "a machine with a token of its own stays connected"
    assert web.kept("token") in cursor.read_text()
    assert former not in cursor.read_text()
    world = RealWorld(web.environment, web.home, sys.platform)
    assert takes(web, exchange(world, web.url, passphrase(web), "phone"))

    release = web.app["release"]
    assert set(web.upgrade().values()) == {"kept"}
    assert web.app["release"] == release, "a redeploy has nothing to stage and nothing to deploy"
    cursor.unlink()
    written = web.everything_written()
    assert [secret for secret in web.secrets() if secret in written] == []


MOMENTS = (
    r"os.rename .*/owner_passphrase\.next$",
    r">os.rename .*/token\.next$",
    r">os.rename .*/staged\.next$",
    r"os.rename .*/my-mnemon/deployed$",
    r"os.rename .*/my-mnemon/token$",
    r">os.rename .*/local_token$",
    r">os.remove .*/owner_passphrase\.next$",
    r"os.remove .*/token\.next$",
)


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_there_the_same_command_goes_on_with_the_same_secrets(web: Web, moment: str) -> None:
    folder, former = web.folder / "deploy" / APP, web.kept("token")
    machine = replace(Machine(web.home, installed_mnemon()), extra=web.environment)
    assert run_doomed(machine, moment, *ROTATE).returncode == -9
    made = (folder / "token.next").read_text().strip() if (folder / "token.next").exists() else ""
    known = {former, made, web.kept("token")}
    assert [each for each in known if each and takes(web, each)], "nobody is locked out"
    web.run(*ROTATE)
    if made:
        assert web.kept("token") == made
    assert web.kept("token") != former
    hold(web, known - {""})
    if moment == MOMENTS[3]:  # the notes that a redeploy looks at are half written
        release = web.app["release"]
        assert set(web.upgrade().values()) == {"kept"}
        assert web.app["release"] == release


def test_on_a_terminal_it_asks_once_and_shows_the_passphrase_once(web: Web) -> None:
    former = web.kept("token")
    terminal = Terminal((str(installed_mnemon()), "token", "rotate"), web.environment, web.home)
    terminal.answer("Go ahead?", ENTER)
    terminal.await_text("and is shown this once:")
    assert terminal.end() == 0
    shown = terminal.screen.text
    assert f"    {passphrase(web)}" in shown.splitlines()
    assert web.kept("token") not in shown
    hold(web, {former})


@pytest.mark.parametrize("mode", ["fail", "fail_after"])
@pytest.mark.parametrize("command", ["secrets import", "secrets deploy"])
def test_where_fly_fails_both_tokens_are_known_and_the_same_command_goes_on(web: Web, command: str, mode: str) -> None:
    former = web.kept("token")
    add_fault(web.state, command, 1, mode)
    failed = web.attempt(*ROTATE)
    assert failed.status == 1
    made = web.kept("token.next")
    assert takes(web, former) or takes(web, made)
    web.run(*ROTATE)
    assert web.kept("token") == made
    hold(web, {former})


def test_with_a_login_to_fly_alone_another_machine_gets_in_and_the_first_one_back(web: Web, tmp_path: Path) -> None:
    other, former = web.beside(tmp_path), web.kept("token")
    refused = other.attempt("token", "rotate", "--yes")
    assert (refused.status, "there is no token to rotate" in refused.stderr) == (1, True)
    other.run("token", "rotate", "--app-name", APP, "--yes")
    assert not takes(web, former)
    assert (other.folder / "deploy" / APP).is_dir()
    assert [path.name for path in (other.folder / "deploy" / APP).iterdir()] == []
    other.run("setup", "--remote-url", web.url, "--no-model")
    assert [title for _, _, title, _ in other.memories()] == ["one", "two"]

    assert web.attempt("list").status != 0
    web.run(*ROTATE)
    hold(web, {former})
    assert other.attempt("list").status != 0


def test_an_app_of_something_else_is_left_alone(web: Web) -> None:
    for name, said in (("somebody-elses", "has no app somebody-elses"), ("Not A Name", "no name for an app")):
        ended = web.attempt("token", "rotate", "--app-name", name, "--yes")
        assert (ended.status in (1, 2), said in ended.stderr) == (True, True), ended.stderr
    assert web.attempt("token", "rotate").status == 2


def test_another_server_gives_this_machine_a_new_token(tmp_path: Path) -> None:
    home, there = tmp_path / "machine", tmp_path / "server"
    home.mkdir()
    there.mkdir()
    machine = Machine(home, installed_mnemon())
    with serving(there) as server:
        world = RealWorld({}, home, sys.platform)
        assert machine.run("setup", "--remote-url", server.url, MNEMON_LOCAL_TOKEN=TOKEN).returncode == 0
        assert (home / ".mnemon" / "local_token").read_text().split()[0] == TOKEN
        first = machine.run("token", "rotate", "--yes")
        assert first.returncode == 0, first.stderr
        assert "The server's own token can be changed only where the server is started" in first.stdout
        one = (home / ".mnemon" / "local_token").read_text().split()[0]
        assert (one.startswith("mnemon_d_"), accepts(world, server.url, one)) == (True, True)
        assert accepts(world, server.url, TOKEN), "that one is not for us to change"
        second = machine.run("token", "rotate", "--yes")
        assert second.returncode == 0, second.stderr
        two = (home / ".mnemon" / "local_token").read_text().split()[0]
        assert two not in (one, TOKEN)
        assert accepts(world, server.url, two)
        assert not list((home / ".mnemon").glob("*.next"))
        assert machine.run("token", "list").returncode == 0
        outside = machine.run("token", "rotate", "--yes", MNEMON_LOCAL_TOKEN=TOKEN)
        assert (outside.returncode, "MNEMON_LOCAL_TOKEN" in outside.stderr) == (1, True)
