"""`mnemon upgrade web` on a terminal: what it asks, what it shows before it asks, Ctrl-C in the middle, and its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.fakes.fly.install import add_fault, read_state, stop_everything
from tests.installer.machine import installed_mnemon
from tests.s3 import serving_s3
from tests.scripts.doomed import SEEDED
from tests.scripts.web_machine import APP, Web

terminals = pytest.importorskip("tests.terminal", reason="there are no pseudo-terminals here", exc_type=ImportError)
DOWN, ENTER, CTRL_C = terminals.DOWN, terminals.ENTER, terminals.CTRL_C
pytestmark = SEEDED

NAME = "A name for the app at Fly"
REGION = "In which region shall it run?"
STORAGE = "Where shall backups of the vault be kept?"
BUCKET = "The bucket's name"
GO = "Go ahead?"

Start = Callable[..., "terminals.Terminal"]


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with serving_s3() as store:
        made = Web(tmp_path, store)
        made.environment["TZ"] = "Europe/Amsterdam"
        try:
            made.run("save", "one", "first")
            yield made
        finally:
            stop_everything(made.state)


@pytest.fixture
def start(web: Web) -> Iterator[Start]:
    started: list[terminals.Terminal] = []

    def start_one(*words: str) -> terminals.Terminal:
        started.append(terminals.Terminal((str(installed_mnemon()), *words), web.environment, web.home))
        return started[-1]

    yield start_one
    for terminal in started:
        terminal.close()


def test_every_question_is_asked_and_everything_is_shown_before_the_last_one(web: Web, start: Start) -> None:
    terminal = start("upgrade", "web")
    terminal.answer(NAME, "Shop_", ENTER)
    terminal.await_text("small letters, digits and dashes")
    terminal.press(*"\x7f" * 5, APP, ENTER)
    terminal.await_text(REGION)
    shown = terminal.await_text("bom  bom  (only with a paid plan)")
    assert shown.index("ams  Amsterdam, Netherlands  (nearest)") < shown.index("iad  Ashburn")
    terminal.press(ENTER)
    terminal.await_text(STORAGE)
    shown = terminal.await_text("s3      another")
    assert (
        shown.index("tigris  Tigris") < shown.index("aws     S3 in your AWS account") < shown.index("s3      another")
    )
    terminal.press(DOWN, DOWN, ENTER)
    terminal.answer(BUCKET, "-of-the-wizard", ENTER)  # stores of one process share their buckets
    shown = terminal.await_text(GO)
    for part in (
        "in the organization personal, logged in as dev@example.test",
        "one machine, and one volume of 1 GB, in ams (Amsterdam, Netherlands)",
        "prices: https://fly.io/docs/about/pricing/",
        "backups in the bucket my-mnemon-vault-of-the-wizard",
        "make the app my-mnemon in personal",
        "hand the vault over to",
        "put ~/.mnemon/default.sqlite into the archive",
    ):
        assert part in shown, part
    assert read_state(web.state)["apps"] == {}, "nothing is made before the answer"
    terminal.press("n")
    assert terminal.end() == 1
    assert read_state(web.state)["apps"] == {}
    assert "nothing was changed" in terminal.screen.text


def test_ctrl_c_in_the_middle_and_the_same_command_goes_on(web: Web, start: Start) -> None:
    add_fault(web.state, "deploy", 1, "hang")
    line = ("upgrade", "web", "--app-name", APP, "--region", "ams", "--storage", "s3", "--bucket", web.bucket)
    terminal = start(*line)
    terminal.answer(GO, "y")
    terminal.await_text("server: build the image and run it")
    terminal.await_text("0:00:02")  # the time goes on while it works
    terminal.press(CTRL_C)
    assert terminal.end() == 130
    assert "run the same command to continue" in terminal.screen.text
    assert '"interrupted"' in (web.home / ".mnemon" / "ops" / f"upgrade-{APP}.json").read_text(encoding="utf-8")
    assert "one" in web.run("list")

    again = start("upgrade", "web")
    again.answer(GO, "y")
    assert again.end() == 0
    told = again.screen.text
    passphrase = (web.home / ".mnemon" / "owner_passphrase").read_text(encoding="utf-8").strip()
    address = web.environment["MNEMON_FLY_URL_TEMPLATE"]
    steps = [told.index(part) for part in (
        "memories   1 memory there", "old vault  archived", "Checking:", "Everything that was checked is well",
        f"Your vault is at {address} now", "Add custom connector", f"{address}/mcp", passphrase, "mnemon move code",
    )]  # fmt: skip
    assert steps == sorted(steps)
    assert len(read_state(web.state)["apps"][APP]["volumes"]) == 1

    third = start("upgrade", "web")
    assert third.end() == 0
    assert GO not in third.screen.text, "nothing is to be done"
    assert passphrase not in third.screen.text, "it was shown once"

    home = start("downgrade", "local", "--destroy-fly-app")
    home.answer(GO, "y")
    assert home.end() == 0
    assert "Your vault is on this machine again" in home.screen.text
    assert "The app my-mnemon is gone, with its volume" in home.screen.text
