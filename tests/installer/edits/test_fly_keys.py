"""What is wrong with a fly.toml is said by key, with what is expected."""

from __future__ import annotations

import pytest

from mnemon_installer.edits.fly_keys import problems

GOOD = 'app = "my-mnemon"\n'
# The keys of flyctl's own reference file that a user of ours may have a use for.
WHOLE = """
app = "foo"
primary_region = "sea"
kill_signal = "SIGTERM"
kill_timeout = 3
swap_size_mb = 512
console_command = "/bin/bash"
[experimental]
  cmd = ["cmd"]
  enable_consul = true
[build]
  dockerfile = "Dockerfile"
  ignorefile = ".gitignore"
  build-target = "target"
  [build.args]
    MODEL = ""
[deploy]
  release_command = "release command"
  release_command_timeout = "3m"
  strategy = "immediate"
  max_unavailable = 0.5
  [deploy.release_command_vm]
    size = "shared-cpu-2x"
[env]
  FOO = "BAR"
  NUMBER = 3
[metrics]
  port = 9999
  path = "/metrics"
[http_service]
  internal_port = 8080
  force_https = true
  auto_stop_machines = true
  [http_service.concurrency]
    type = "connections"
    hard_limit = 10
    soft_limit = 4
  [http_service.http_options]
    compress = true
    [http_service.http_options.response.headers]
      X-One = "1"
  [[http_service.checks]]
    interval = "1m21s"
    headers = { My-Header = "x" }
[[statics]]
  guest_path = "/path/to/statics"
  url_prefix = "/static-assets"
[mounts]
  source = "data"
  destination = "/data"
  initial_size = "30gb"
  auto_extend_size_threshold = 80
[processes]
  web = "run web"
[checks.status]
  port = 2020
  type = "http"
  interval = 10000
[[services]]
  internal_port = 8081
  protocol = "tcp"
  auto_stop_machines = "off"
  [[services.ports]]
    port = 80
    handlers = ["http"]
  [[services.tcp_checks]]
    grace_period = "1s"
[[restart]]
  policy = "on-failure"
  retries = 3
[[vm]]
  memory = 2048
[[vm]]
  size = "shared-cpu-1x"
  memory = "2GB"
  processes = ["app"]
"""


def test_a_file_with_everything_in_it_is_well() -> None:
    assert problems(WHOLE) == []
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("htp_service = 1", "htp_service is no key of fly.toml; is http_service meant?"),
        ("quite_new = 1", "quite_new is no key of fly.toml"),
        ("[http_service]\ninternal_port = 1\ncheks = 1", "http_service.cheks is no key of fly.toml; is checks meant?"),
        ("[http_service]\nforce_https = true", "http_service.internal_port is missing"),
        (
            '[http_service]\ninternal_port = "8080"',
            "http_service.internal_port is a whole number from 1 to 65535, not '8080'",
        ),
        ("http_service = 1", "http_service is a table, not 1"),
        (
            '[http_service]\ninternal_port = 1\nauto_stop_machines = "never"',
            'http_service.auto_stop_machines is "off", "stop" or "suspend", not \'never\'',
        ),
        (
            '[http_service]\ninternal_port = 1\n[[http_service.checks]]\n[[http_service.checks]]\ninterval = "soon"',
            'http_service.checks[1].interval is a duration such as "30s" or "5m", not \'soon\'',
        ),
        (
            '[http_service]\ninternal_port = 1\n[http_service.concurrency]\ntype = "users"',
            "http_service.concurrency.type is requests or connections, not 'users'",
        ),
        ('kill_timeout = "6m"', "kill_timeout is a duration of at most five minutes, such as \"60s\", not '6m'"),
        ('kill_signal = "TERM"', "kill_signal is a signal's name, not 'TERM'"),
        (
            '[deploy]\nwait_timeout = "10 minutes"',
            'deploy.wait_timeout is a duration such as "30s" or "5m", not \'10 minutes\'',
        ),
        (
            '[deploy]\nstrategy = "rolling-eyes"',
            "deploy.strategy is rolling, immediate, canary or bluegreen, not 'rolling-eyes'",
        ),
        (
            '[deploy]\nstrategy = "canary"\n[mounts]\nsource = "a"\ndestination = "/a"',
            "deploy.strategy is rolling or immediate where there is a volume, not 'canary'",
        ),
        ('[mounts]\nsource = "a"', "mounts.destination is missing"),
        ('[[mounts]]\nsource = "a"\ndestination = "a"', "mounts[0].destination is a folder's whole path, not 'a'"),
        (
            '[[mounts]]\nsource = "a"\ndestination = "/a"\ninitial_size = "100mb"',
            "mounts[0].initial_size is a size of at least \"1gb\", not '100mb'",
        ),
        (
            '[[mounts]]\nsource = "a"\ndestination = "/a"\nsnapshot_retention = 90',
            "mounts[0].snapshot_retention is a whole number from 1 to 60, not 90",
        ),
        ("mounts = [1]", "mounts is a list of tables, not a list"),
        ('[[vm]]\nmemory = "much"', 'vm[0].memory is a size such as "512mb" or "1gb", not \'much\''),
        ("[env]\nA = [1]", "env.A is a text, not a list"),
        ("swap_size_mb = true", "swap_size_mb is a whole number, not true"),
        ('[checks.mine]\ninterval = "5s"', "checks.mine.type is missing"),
    ],
)
def test_each_wrong_key_is_named_with_what_is_expected(lines: str, said: str) -> None:
    assert problems(f"{GOOD}{lines}\n") == [said]


@pytest.mark.parametrize("name", ["My-App", "-app", "a_b", "a" * 64, ""])
def test_an_app_has_a_name_that_fly_takes(name: str) -> None:
    assert problems(f'app = "{name}"\n') == [
        f"app is a name of small letters, digits and dashes, at most 63 of them, not '{name}'"
    ]


def test_all_problems_are_said_at_once() -> None:
    assert problems('kill_timeout = "soon"\nap = "x"\n') == [
        "kill_timeout is a duration of at most five minutes, such as \"60s\", not 'soon'",
        "ap is no key of fly.toml; is app meant?",
        "app is missing",
    ]


def test_a_file_that_is_not_toml_is_named_with_its_line() -> None:
    assert problems('app = "a"\n[env\n') == [
        "fly.toml is not TOML: line 2, column 5: Expected ']' at the end of a table declaration"
    ]
