"""The stand-in of flyctl reads flags, secrets, fly.toml and Dockerfiles as strictly as flyctl does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.fakes.fly import boot, dockerfile, fly_toml
from tests.fakes.fly.commands import COMMANDS
from tests.fakes.fly.parser import declared, parse, seconds_in
from tests.fakes.fly.secrets_parser import parse_secrets
from tests.fakes.fly.trouble import Trouble
from tests.fakes_tests.fly_world import FLY_TOML, World

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in lives on POSIX processes")


@pytest.mark.parametrize("name", ["deploy", "apps destroy", "secrets import", "machine stop", "storage list"])
def test_some_commands_have_no_json(name: str) -> None:
    (command,) = [command for command in COMMANDS if command.name == name]
    with pytest.raises(Trouble, match=r"^unknown flag: --json$"):
        parse(["--json"], declared(command.flags))


def test_flags_are_read_as_pflag_reads_them() -> None:
    flags = declared("app:a yes:y! ha! quiet:q! size:s# env:e*")
    arguments, given = parse(
        ["-yq", "one", "--ha=false", "-s2", "-a=x", "-e", "A=1", "--env", "B=2", "--", "-z"], flags
    )
    assert arguments == ["one", "-z"]
    assert given.is_on("yes") and given.is_on("quiet") and not given.is_on("ha", True)
    assert (given.number("size", 1), given.text("app"), given.texts("env")) == (2, "x", ["A=1", "B=2"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--region", "iad"], "unknown flag: --region"),
        (["-r", "iad"], "unknown shorthand flag: 'r' in -r"),
        (["--app"], "flag needs an argument: --app"),
        (["-a"], "flag needs an argument: 'a' in -a"),
        (
            ["-s", "two"],
            'invalid argument "two" for "-s, --size" flag: strconv.ParseInt: parsing "two": invalid syntax',
        ),
        (["--yes=maybe"], 'invalid argument "maybe" for "-y, --yes" flag: strconv.ParseBool: parsing "maybe": invalid'),
    ],
)
def test_a_wrong_flag_is_an_error(words: list[str], said: str) -> None:
    with pytest.raises(Trouble) as refused:
        parse(words, declared("app:a yes:y! size:s#"))
    assert refused.value.message.startswith(said)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# a comment\n\nA=1\r\nB = 2\n", {"A": "1", "B": "2"}),
        ("A=abc#def", {"A": "abc"}),
        ("A='abc#def'", {"A": "'abc"}),
        ('A="abc#def"', {"A": "abc#def"}),
        ('A="a\\"b"', {"A": 'a\\"b'}),
        ("A='b c'", {"A": "b c"}),
        ('A="""one\ntwo"""\nB=3', {"A": "one\ntwo", "B": "3"}),
        ('A="""one"""', {"A": "one"}),
        ('A=1\nB="""never\nclosed', {"A": "1"}),
        ("A=1\nB=" + "x" * 65_536 + "\nC=3", {"A": "1"}),
        ("A=1\nA=2", {"A": "2"}),
        ("A=b=c", {"A": "b=c"}),
    ],
)
def test_secrets_are_read_with_all_of_the_parsers_traps(text: str, found: dict[str, str]) -> None:
    assert parse_secrets(text.encode()) == found


def test_a_line_without_a_value_is_shown_in_the_error() -> None:
    with pytest.raises(Trouble, match=r"NAME=VALUE pairs \(just words is invalid\)"):
        parse_secrets(b"just words")


@pytest.mark.parametrize(
    ("before", "after", "unknown", "wrong"),
    [
        ("app =", "app_name =", ["app_name"], []),
        ("auto_stop_machines", "auto_stop", ["http_service.auto_stop"], []),
        ("grace_period", "grace", ["http_service.checks[0].grace"], []),
        ("internal_port = 8080", 'internal_port = "8080"', [], ["http_service.internal_port"]),
        ('"30s"\n\n[build]', '"30 seconds"\n\n[build]', [], ["kill_timeout"]),
        ('auto_stop_machines = "stop"', 'auto_stop_machines = "sleep"', [], ["http_service.auto_stop_machines"]),
        ("snapshot_retention = 14", "snapshot_retention = 90", [], ["mounts[0].snapshot_retention"]),
        ('"rolling"', '"canary"', [], ["canary deployment strategy is not supported"]),
        ("primary_region", "swap_size_mb = 512\nprimary_region", [], []),
    ],
)
def test_fly_toml_is_read_strictly(
    before: str, after: str, unknown: list[str], wrong: list[str], tmp_path: Path
) -> None:
    assert FLY_TOML.count(before) == 1 or before == "grace_period"
    path = tmp_path / "fly.toml"
    path.write_text(FLY_TOML.replace(before, after, 1))
    strange, mistaken = fly_toml.problems(fly_toml.read(path))
    assert strange == unknown
    assert [text[: len(start)] for text, start in zip(mistaken, wrong, strict=True)] == wrong


def test_durations_are_those_of_go() -> None:
    found = [seconds_in(text) for text in ("90", "30s", "10m", "1h30m", "500ms", "10 m", "soon", "")]
    assert found == [90.0, 30.0, 600.0, 5_400.0, 0.5, None, None, None]


def test_a_build_wants_what_it_copies(world: World) -> None:
    source = world.write_source()
    image = dockerfile.build(source / "Dockerfile", source)
    assert image.environment == {"MNEMON_MODEL_PATH": "/models/of-the-image", "PYTHONUNBUFFERED": "1"}
    assert image.command[:2] == ["mnemon", "serve-remote"]
    (source / ".dockerignore").write_text("*\n!*.whl\n")
    assert dockerfile.build(source / "Dockerfile", source).digest == image.digest
    (source / ".dockerignore").write_text("*.whl\n")
    with pytest.raises(
        Trouble, match=r'^failed to fetch an image or build from source: .*"/mnemon_memory.*": not found$'
    ):
        dockerfile.build(source / "Dockerfile", source)
    (source / ".dockerignore").unlink()
    lines = (
        'FROM python\nARG MODEL=""\nENV A=/data \\\n    # between\n    B=${MODEL:+/opt/model} C=$A/x\nCMD ["mnemon"]\n'
    )
    (source / "Dockerfile").write_text(lines)
    assert dockerfile.build(source / "Dockerfile", source).environment == {"A": "/data", "B": "", "C": "/x"}
    filled = dockerfile.build(source / "Dockerfile", source, {"MODEL": "name"}).environment
    assert filled["B"] == "/opt/model"
    (source / "Dockerfile").write_text("FROM python\nCMD mnemon serve-remote\n")
    with pytest.raises(Trouble, match="exec form"):
        dockerfile.build(source / "Dockerfile", source)


def test_a_machine_is_moved_to_this_computer() -> None:
    words = ["/venv/bin/mnemon", "serve-remote", "--host=0.0.0.0", "--port", "8080"]
    moved = boot.command_of(words, 8080, 17_000)
    assert moved == [sys.executable, "-m", "mnemon_installer.cli", "serve-remote", "--host=127.1", "--port", "17000"]
    assert boot.is_reachable(words)
    assert not boot.is_reachable(["mnemon", "serve-remote", "--port", "8080"])
    volume = Path("/world/volumes/vol_1")
    assert boot.on_volume("/data", "/data", volume) == "/world/volumes/vol_1"
    assert boot.on_volume("/data/models", "/data", volume) == "/world/volumes/vol_1/models"
    assert boot.on_volume("/database", "/data", volume) == "/database"
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1", "HOME": "/root"}
    assert boot.identity_of({"env": {}}, keys) == {}
    assert sorted(boot.identity_of({"env": {"AWS_ROLE_ARN": "arn:aws:iam::1:role/x"}}, keys)) == sorted(keys)[:2]
