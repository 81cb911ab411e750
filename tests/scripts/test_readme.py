"""The README is true: every command in it runs, in the order it stands there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from tests.fakes.fly.install import stop_everything
from tests.installer.machine import Machine, installed_mnemon
from tests.s3 import Store, serving_s3
from tests.scripts.web_machine import APP, Web
from tests.seeded import seeded

# Those that the stand-in for Fly is there for, with what a terminal would have been asked.
ON_THE_WEB = {
    "mnemon upgrade web": f"--app-name {APP} --region ams --storage tigris --yes",
    "mnemon move code": "",
    "mnemon token rotate": "--yes",
    "mnemon downgrade local": "--destroy-fly-app --yes",
}
README = Path(__file__).parents[2] / "README.md"
BLOCKS = re.findall(r"```sh\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def commands() -> list[str]:
    """What a reader would type, without what only installs: the script that checks the repository does that."""
    lines = [line for block in BLOCKS for line in block.strip().splitlines()]
    found = [line.removeprefix("pip install . && ") for line in lines]
    return [line for line in found if not line.startswith("pip install")]


def without_remark(line: str) -> str:
    return line.partition("#")[0].strip()


def test_there_are_commands_to_run() -> None:
    assert len(commands()) > 15
    assert commands()[0] == "mnemon setup"


@pytest.mark.skipif(sys.platform == "win32", reason="the README's blocks are for a POSIX shell")
def test_the_commands_of_the_readme_run(home: Path) -> None:
    with serving_s3() as store:
        store.client.create_bucket(Bucket="my-bucket")
        _run_all(home, store)
    exported = (home / "memories.jsonl").read_text(encoding="utf-8")
    assert "Deploys go out on Tuesdays." in exported


def _run_all(home: Path, store: Store) -> None:
    there = {"NO_PROXY": "127.0.0.1", "HF_ENDPOINT": "http://127.0.0.1:9"}  # nobody listens: no network in tests
    machine = Machine(home, installed_mnemon(), store.environment | there)
    for command in commands():
        if without_remark(command) in ON_THE_WEB:
            continue
        done = machine.type(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr


@seeded
def test_the_way_to_the_web_of_the_readme_is_gone(tmp_path: Path) -> None:
    lines = [without_remark(line) for line in commands()]
    assert [line for line in lines if line in ON_THE_WEB] == list(ON_THE_WEB)
    with serving_s3() as store:
        web = Web(tmp_path, store)
        try:
            web.run("save", "one", "first")
            for line, answers in ON_THE_WEB.items():
                web.run(*line.split()[1:], *answers.split())
            assert "one" in web.run("list")
        finally:
            stop_everything(web.state)


def test_the_readme_names_every_tool() -> None:
    from mnemon_server.tools.declarations import TOOLS

    text = README.read_text(encoding="utf-8")
    assert all(f"`{tool.name}`" in text for tool in TOOLS)


def test_links_lead_somewhere() -> None:
    text = README.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (README.parent / target).exists(), target
