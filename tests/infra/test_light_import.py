"""Whoever imports the room pays for neither Pulumi nor boto3."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import mnemon_infra
from mnemon_infra import Infra, Made, Wanted
from mnemon_infra.nothing import NothingToDo

CODE = """
import sys
import mnemon_infra, mnemon_infra.nothing, mnemon_infra.policies, mnemon_infra.run
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("pulumi", "pulumi_aws", "boto3", "botocore")))
"""


def test_importing_brings_in_neither_pulumi_nor_boto3() -> None:
    path = str(Path(mnemon_infra.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_stores_without_roles_need_nothing() -> None:
    infra: Infra = NothingToDo()
    wanted = Wanted("my-mnemon", "acme", "memories", "auto")
    said: list[str] = []
    assert infra.ensure(wanted, said.append) == Made("memories", "auto", "")
    assert infra.look(wanted).bucket_exists is None
    assert infra.look(wanted).warnings == ()
    assert infra.preview(wanted).is_nothing
    assert said == []
