"""fly.toml is rendered once, and from then on only our keys in it are set: before and after."""

from __future__ import annotations

import random
import re
import tomllib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.seeded import examples

from mnemon_installer.edits.fly_keys import problems
from mnemon_installer.edits.fly_toml import FlyFile, rendered
from mnemon_installer.edits.toml import NotToml

OURS = FlyFile(
    app="my-mnemon",
    region="iad",
    public_url="https://my-mnemon.fly.dev",
    bucket="acme-memories",
    storage_region="us-east-1",
    role_arn="arn:aws:iam::123456789012:role/mnemon-my-mnemon",
)
AT_TIGRIS = replace(OURS, storage_region="auto", role_arn="", endpoint="https://fly.storage.tigris.dev")
FRESH = rendered(None, OURS)


def test_a_fresh_file_says_what_it_should() -> None:
    data = tomllib.loads(FRESH)
    assert (data["app"], data["primary_region"], data["build"]) == ("my-mnemon", "iad", {"dockerfile": "Dockerfile"})
    assert data["env"] == {
        "MNEMON_VAULT_DIR": "/data",
        "MNEMON_PUBLIC_URL": "https://my-mnemon.fly.dev",
        "MNEMON_S3_BUCKET": "acme-memories",
        "MNEMON_VAULT_NAME": "default",
        "AWS_REGION": "us-east-1",
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/mnemon-my-mnemon",
    }
    [mount] = data["mounts"]
    assert (mount["source"], mount["destination"]) == ("mnemon_data", "/data")
    assert (data["kill_signal"], data["kill_timeout"]) == ("SIGTERM", "60s")
    assert data["http_service"]["internal_port"] == 8080
    assert problems(FRESH) == []


def test_a_fresh_file_for_another_store_names_its_address_and_no_role() -> None:
    env = tomllib.loads(rendered(None, AT_TIGRIS))["env"]
    assert env["AWS_ENDPOINT_URL_S3"] == "https://fly.storage.tigris.dev"
    assert "AWS_ROLE_ARN" not in env


@pytest.mark.parametrize("blank", [None, "", "\n\n", "\ufeff"])
def test_a_file_with_nothing_in_it_is_rendered(blank: str | None) -> None:
    assert rendered(blank, OURS) == FRESH


def test_the_second_run_changes_not_one_byte() -> None:
    assert rendered(FRESH, OURS) == FRESH


def test_what_the_user_changed_stays_and_what_is_ours_is_set() -> None:
    before = (
        "# My own notes.\r\n"
        "app = 'old-name' # mine since May\r\n"
        'primary_region = "ams"\r\n'
        "swap_size_mb = 512\r\n"
        "\r\n"
        "[env] # mine and theirs\r\n"
        '\tTZ = "Europe/Berlin"   # mine\r\n'
        "\tMNEMON_PUBLIC_URL = 'https://old-name.fly.dev'\r\n"
        '\tMNEMON_VAULT_DIR = "/data"\r\n'
        "\tMNEMON_S3_BUCKET = 'acme-memories'\r\n"
        '\tMNEMON_VAULT_NAME = "default"\r\n'
        "\r\n"
        "# The machine.\r\n"
        "[[vm]]\r\n"
        '  size = "shared-cpu-2x"\r\n'
        '  memory = "2gb"\r\n'
        "[[mounts]]\r\n"
        '  initial_size = "3gb"\r\n'
        '  source = "mnemon_data"\r\n'
        '  destination = "/data"\r\n'
        "[http_service]\r\n"
        "  internal_port = 8080\r\n"
        '  auto_stop_machines = "suspend"\r\n'
        "  [http_service.concurrency]\r\n"
        "    hard_limit = 10 # enough\r\n"
        "[build]\r\n"
        "  dockerfile = 'Dockerfile'"
    )
    after = before.replace("'old-name' #", '"my-mnemon" #').replace(
        "'https://old-name.fly.dev'", '"https://my-mnemon.fly.dev"'
    )
    after = after.replace(
        '\tMNEMON_VAULT_NAME = "default"\r\n',
        '\tMNEMON_VAULT_NAME = "default"\r\n'
        '\tAWS_REGION = "us-east-1"\r\n'
        '\tAWS_ROLE_ARN = "arn:aws:iam::123456789012:role/mnemon-my-mnemon"\r\n',
    )
    assert rendered(before, OURS) == after
    assert rendered(after, OURS) == after
    assert tomllib.loads(after)["primary_region"] == "ams"


def test_a_name_of_ours_that_applies_no_longer_goes_and_one_of_the_users_stays() -> None:
    before = FRESH.replace("[env]\n", '[env]\n  AWS_MAX_ATTEMPTS = "9"  # mine\n')
    after = rendered(before, AT_TIGRIS)
    assert "AWS_ROLE_ARN" not in after
    assert '  AWS_MAX_ATTEMPTS = "9"  # mine\n' in after
    assert '  AWS_REGION = "auto"\n  AWS_ENDPOINT_URL_S3 = "https://fly.storage.tigris.dev"\n' in after
    assert rendered(after, OURS) == before  # and back


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[env]\n[x]\n", '[env]\n  MNEMON_VAULT_DIR = "/data"\n'),
        ("env.A = '1' # a\nb = 1\n", "env.A = '1' # a\nenv.MNEMON_VAULT_DIR = \"/data\"\n"),
        ("env = { A = '1' } # a\n", "env = { A = '1', MNEMON_VAULT_DIR = \"/data\""),
        ("env = {}\n", 'env = { MNEMON_VAULT_DIR = "/data"'),
        ("[env]\n  A = '1'\n\n# of x\n[x]\n", "[env]\n  A = '1'\n  MNEMON_VAULT_DIR = \"/data\"\n"),
        ("[env]\n'MNEMON_VAULT_DIR' = '/vault' # ours\n", "[env]\n'MNEMON_VAULT_DIR' = \"/data\" # ours\n"),
    ],
)
def test_a_name_comes_to_its_neighbours_in_whatever_form_they_stand(before: str, after: str) -> None:
    text = rendered(before, OURS)
    assert after in text
    assert rendered(text, OURS) == text
    assert tomllib.loads(text)["env"].items() >= OURS.env.items()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[[mounts]]\nsource = 'old'\nx = 1\n", '[[mounts]]\nsource = "mnemon_data"\nx = 1\ndestination = "/data"\n'),
        ("[mounts]\nsource = 'old'\n", '[mounts]\nsource = "mnemon_data"\ndestination = "/data"\n'),
        ("[mount]\ndestination = '/data'\n", "[mount]\ndestination = '/data'\nsource = \"mnemon_data\"\n"),
        (
            "[[mounts]]\nsource = 'logs'\ndestination = '/logs'\n[vm]\n[[mounts]]\nsource = 'mnemon_data'\n",
            "[[mounts]]\nsource = 'logs'\ndestination = '/logs'\n"
            "[vm]\n[[mounts]]\nsource = 'mnemon_data'\ndestination = \"/data\"\n",
        ),
        (
            "mounts = [{ source = 'logs' }, # x\n  { source = 'old', destination = '/data' }]\n",
            "mounts = [{ source = 'logs' }, # x\n  { source = \"mnemon_data\", destination = '/data' }]\n",
        ),
    ],
)
def test_our_volume_is_found_among_the_mounts(before: str, after: str) -> None:
    text = rendered(before, OURS)
    assert after in text
    assert rendered(text, OURS) == text


def test_a_section_that_is_gone_comes_back_as_it_was_at_first() -> None:
    without = re.sub(r"\[http_service\].*?(?=\[\[vm\]\])", "", FRESH, flags=re.DOTALL)
    assert "http_service" not in without.partition("app = ")[2]
    text = rendered(without, OURS)
    assert text.startswith(without)
    assert tomllib.loads(text) == tomllib.loads(FRESH)


def test_whoever_has_services_of_their_own_keeps_them() -> None:
    before = FRESH.replace("[http_service]", "[[services]]").replace("http_service.", "services.")
    assert rendered(before, OURS) == before
    assert "[http_service]" not in before


def test_a_table_that_is_only_implied_is_made() -> None:
    text = rendered("[http_service.concurrency]\nsoft_limit = 1\n", OURS)
    assert text.partition("[http_service]\n")[2].startswith("  internal_port = 8080\n")
    assert tomllib.loads(text)["http_service"] == {"concurrency": {"soft_limit": 1}, "internal_port": 8080}


def test_remarks_alone_are_kept_above() -> None:
    assert rendered("# mine\r\n", OURS) == "# mine\r\n\r\n" + FRESH.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ('app = "my-mnemon"\n[env\n', "line 2, column 5: "),
        ("app = 1\nenv = 5\n", "line 2, column 1: env is not a table"),
        ("[[env]]\nA = '1'\n", "line 1, column 1: env is not a table"),
        ("mounts = [1]\n", "mounts is not a list of tables"),
        ("http_service = 1\n", "line 1, column 1: http_service is not a table"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(broken: str, said: str) -> None:
    with pytest.raises(NotToml) as refusal:
        rendered(broken, OURS)
    assert refusal.value.message.startswith(said)


# --- Whatever the user does to the file, it survives -------------------------------------------------------------

SECTIONS = re.split(r"\n(?=\[(?:\[)?(?:build|deploy|env|mounts|http_service|vm)\])", FRESH)
OWN_LINES = (
    "# a remark",
    "",
    "  # an indented one",
    '[metrics]\n  port = 9091\n  path = "/metrics"',
    '[[files]]\n  guest_path = "/etc/x"\n  raw_value = "[env]"',
    '[checks.mine]\n  type = "tcp"\n  port = 8080 # [[mounts]]',
    '[experimental]\n  cmd = ["a", "#b"]',
)
OWN_PAIRS = ('TZ = "UTC"', 'A = """x\n[env]\ny"""', "B = 'it # is'", '"C.D" = "3"', "MNEMONIC = '1' # no key of ours")


@st.composite
def edited_files(draw: st.DrawFn) -> str:
    """A fresh file after a user was at it: sections in another order, own ones between them, own names, other values,
    other line ends, no line end."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    head, *sections = SECTIONS
    chance.shuffle(sections)
    for _ in range(draw(st.integers(0, 4))):
        sections.insert(
            chance.randrange(len(sections) + 1), chance.choice([line for line in OWN_LINES if line not in sections])
        )
    text = "\n".join([head, *sections])
    for pair in draw(st.lists(st.sampled_from(OWN_PAIRS), unique=True, max_size=3)):
        lines = text.split("\n")
        start = lines.index("[env]")
        place = start + 1 + chance.randrange(4)
        text = "\n".join([*lines[:place], chance.choice(["", "  ", "\t"]) + pair, *lines[place:]])
    text = text.replace('"shared-cpu-1x"', draw(st.sampled_from(['"shared-cpu-1x"', "'performance-1x' # big"])))
    text = text.replace("hard_limit = 50", draw(st.sampled_from(["hard_limit = 50", "hard_limit   =   7"])))
    text = text.replace(
        'source = "mnemon_data"', draw(st.sampled_from(['source = "mnemon_data"', "source='mnemon_data'"]))
    )
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return draw(st.sampled_from(["", "\ufeff"])) + (text if draw(st.booleans()) else text.rstrip("\r\n"))


OURS_AGAIN = st.sampled_from(
    [
        OURS,
        AT_TIGRIS,
        replace(OURS, app="other", public_url="https://other.fly.dev", vault="work"),
        replace(OURS, port=9000),
    ]
)
OUR_LINE = re.compile(
    r"\s*(app|MNEMON_VAULT_DIR|MNEMON_PUBLIC_URL|MNEMON_S3_BUCKET|MNEMON_VAULT_NAME|AWS_\w+|internal_port) = "
)


@settings(max_examples=examples(90))
@given(edited_files(), OURS_AGAIN)
def test_every_line_that_is_not_ours_survives_in_its_place(before: str, ours: FlyFile) -> None:
    after = rendered(before, ours)
    assert rendered(after, ours) == after
    kept = [line for line in after.splitlines(keepends=True) if not OUR_LINE.match(line)]
    assert kept == [line for line in before.splitlines(keepends=True) if not OUR_LINE.match(line)]
    old, new = (tomllib.loads(text.removeprefix("\ufeff")) for text in (before, after))
    assert (
        new["env"] == {name: value for name, value in old["env"].items() if not OUR_LINE.match(f"{name} = ")} | ours.env
    )
    assert new["app"] == ours.app
    assert new["http_service"] == {**old["http_service"], "internal_port": ours.port}
    assert {name: value for name, value in new.items() if name not in ("app", "env", "http_service")} == {
        name: value for name, value in old.items() if name not in ("app", "env", "http_service")
    }
